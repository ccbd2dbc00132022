"""Words of the screens of units: kinds, what happened to a unit, why a change of the tree is refused."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.units.kinds import OFFERED
from gateway.units.refusals import CannotChange

KINDS = {
    "organisation": _("organisation"),
    "country": _("country"),
    "national": _("nation"),
    "state": _("state"),
    "province": _("province"),
    "division": _("division"),
    "region": _("region"),
    "zone": _("zone"),
    "district": _("district"),
    "county": _("county"),
    "subdistrict": _("subdistrict"),
    "tehsil": _("tehsil"),
    "taluk": _("taluk"),
    "subcounty": _("subcounty"),
    "lga": _("local government area"),
    "assembly": _("assembly"),
    "city": _("city"),
    "town": _("town"),
    "constituency": _("constituency"),
    "block": _("block"),
    "mandal": _("mandal"),
    "ward": _("ward"),
    "panchayat": _("panchayat"),
    "parish": _("parish"),
    "sector": _("sector"),
    "village": _("village"),
    "locality": _("locality"),
    "hamlet": _("hamlet"),
    "booth": _("booth"),
}
CHOICES = {kind: KINDS[kind] for kind in OFFERED}
OVERLAY_KINDS = {"constituency": _("constituency"), "wing": _("wing")}
ACTIONS = {
    "added": _("Added"),
    "renamed": _("Renamed from %(from)s to %(to)s"),
    "retyped": _("Kind changed from %(from)s to %(to)s"),
    "moved": _("Moved from %(from)s to %(to)s"),
    "merged": _("Merged into %(into)s"),
    "took_in": _("%(from)s became part of it"),
    "closed": _("Closed"),
    "opened": _("Opened again"),
}
REFUSED = {
    "own-unit": _("This is the top of what you may change. Somebody above you can do this."),
    "the-top": _("The top of the tree stays where it is."),
    "under-itself": _("A unit cannot come to lie under itself. Choose another one."),
    "there-already": _("It is there already."),
    "unit-closed": _("The unit %(code)s is closed. Open it again first."),
    "unit-open": _("The unit is open."),
    "kind-above": _("The kind “%(kind)s” cannot lie under “%(above)s”."),
    "too-deep": _("The tree would be too deep."),
    "code-taken": _("This code cannot be used: another unit has it."),
    "not-empty": _(
        "It is not empty: units under it %(units)s, members %(members)s, posts %(posts)s, staff %(staff)s. Move them first."
    ),
    "broadcast-waits": _("A broadcast to it is approved and not sent. Send or stop it first."),
    "overlay-closed": _("This is closed by now."),
    "overlay-code-taken": _("This code cannot be used: another constituency or wing has it."),
    "overlay-kind": _("A constituency has units, a wing has members."),
}


def kind_word(kind: str) -> str:
    """Name a kind; one that nobody knows is shown as it is written."""
    return str(KINDS.get(kind, kind))


def sentence_of(refusal: CannotChange) -> str:
    """Say why a change was refused, in the reader's language."""
    kinds = {
        name: kind_word(str(value)) if name in ("kind", "above") else value
        for name, value in refusal.details.items()
    }
    return str(REFUSED[refusal.code]) % kinds


def told(action: str, details: dict[str, str]) -> str:
    """Say what happened to a unit; a unit that the reader may not know of is “another unit”."""
    words = ACTIONS.get(action)
    return (
        str(words) % {"from": "–", "to": "–", "into": gettext("another unit"), **details} if words else action
    )
