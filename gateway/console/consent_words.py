"""The words of consent on screen: why a number is left alone, who said so, why that ended, what may be ended. No decisions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from gateway.rules.contact import Suppressed

REASONS = {
    Suppressed.OPT_OUT: _("Asked not to be called"),
    Suppressed.DO_NOT_DISTURB: _("On the do-not-disturb register"),
    Suppressed.COMPLAINT: _("Complained about our calls"),
    Suppressed.RECYCLED: _("Belongs to somebody else now"),
    Suppressed.INVALID: _("Does not exist"),
    Suppressed.COURT: _("By order of a court"),
}
SOURCES = {
    "member": _("by the member"),
    "staff": _("by staff"),
    "provider": _("by the phone company"),
    "scrub": _("by the register"),
    "erasure": _("with a member who is forgotten"),
}
WHYS = {
    "mistake": _("It was entered by mistake"),
    "over": _("It no longer holds"),
    "new-owner": _("The number has a new owner"),
}
LEAVES = {
    "all": _("End all calls"),
    "campaign": _("End campaign calls only"),
}
NOTICES = {
    "join.notice": _("On joining by phone"),
    "sms_join.ask": _("On joining by SMS"),
    "leaving.only_campaign": _("On leaving campaigns only"),
}

WORDS: dict[str, Any] = {
    "reasons": REASONS,
    "sources": SOURCES,
    "whys": WHYS,
    "leaves": LEAVES,
    "notice_names": NOTICES,
}
