"""The words of members on screen: status, consent and how it was given, calls. No decisions."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from gateway.console.broadcasts_words import CAUSES
from gateway.console.words import StateWord
from gateway.rules.consent import ConsentState
from gateway.states import MemberStatus

STATUSES = {
    MemberStatus.INVITED: StateWord(_("Invited"), "dots", "open"),
    MemberStatus.ACTIVE: StateWord(_("Member"), "disc", "open"),
    MemberStatus.LEFT: StateWord(_("Left"), "square", "quiet"),
}
CONSENTS = {
    ConsentState.NONE: _("has not agreed to calls"),
    ConsentState.INTRODUCTION: _("may be asked once, by one call"),
    ConsentState.ORGANISATIONAL: _("agreed to calls of the organisation, not to campaigns"),
    ConsentState.ALL: _("agreed to all calls"),
}
HOWS = {
    "paper": _("on paper"),
    "voice": _("by voice"),
    "sms": _("by SMS"),
    "key": _("by a key in a call"),
    "coordinator": _("by a coordinator’s word"),
    "ring": _("by a missed call to the stop number"),
    "provider": _("through the phone company"),
    "merge": _("because two members turned out to be one"),
}
PURPOSES = {
    "all": _("all calls"),
    "organisational": _("calls of the organisation"),
    "campaign": _("campaigns"),
}
ACTIONS = {"given": _("Agreed to"), "withdrawn": _("Left")}
SUPPRESSED = {
    "opt-out": _("Asked not to be called."),
    "court": _("Must not be contacted, by order of a court."),
    "invalid": _("The number does not exist."),
    "recycled": _("The number belongs to somebody else now."),
    "complaint": _("Complained about our calls."),
    "do-not-disturb": _("Is on the do-not-disturb register."),
    "provider": _("The provider reports an opt-out."),
}
DELIVERED_AS = {
    "broadcast": _("Broadcast"),
    "ring": _("Call-back"),
    "answer": _("Answer to a report"),
    "reply": _("Reply"),
    "duty": _("Danger call"),
    "test": _("Test"),
    "introduction": _("Introduction"),
}

HANDSETS = {"keypad": _("keypad phone"), "smartphone": _("smartphone"), "none": _("no phone of their own")}
DAY_PARTS = {"morning": _("in the morning"), "midday": _("at midday"), "evening": _("in the evening")}
YES_NO = {"yes": _("yes"), "no": _("no")}
FIELDS = {
    "name": _("Name"),
    "number": _("Number"),
    "unit": _("Unit"),
    "home_unit": _("Booth at home"),
    "language": _("Language"),
    "handset": _("Phone"),
    "slot": _("When to ring"),
    "tags": _("Tags"),
    "is_adult": _("Eighteen or older"),
}
ENDED = {
    "changed": _("has another number now"),
    "recycled": _("belongs to somebody else now"),
    "merged": _("two members turned out to be one"),
    "lost": _("lost"),
}
ALIKE_BY = {"number": _("the same number, alike names"), "name": _("the same name in one place")}

WORDS: dict[str, Any] = {
    "handsets": HANDSETS,
    "day_parts": DAY_PARTS,
    "yes_no": YES_NO,
    "member_fields": FIELDS,
    "ended_words": ENDED,
    "alike_by": ALIKE_BY,
    "statuses": STATUSES,
    "consents": CONSENTS,
    "hows": HOWS,
    "purposes": PURPOSES,
    "actions": ACTIONS,
    "suppressed_words": SUPPRESSED,
    "delivered_as": DELIVERED_AS,
    "causes": CAUSES,
}
