"""Words of the roll-up's figures, and the line that a unit gets that stands out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from gateway.console.formats import number
from gateway.rollups.reading import SILENT, Outlier

# In the order of the page: what the day brought, what became of it, people, units.
FIGURES = {
    "received": _("reports came in"),
    "danger": _("of them danger"),
    "blank": _("of them with nothing to hear"),
    "heard": _("heard by staff for the first time"),
    "answered": _("answered by staff"),
    "confirmed": _("solved, says the member"),
    "reopened": _("opened again: not solved"),
    "unconfirmed": _("closed without the member's word"),
    "calls": _("calls"),
    "joined": _("members joined"),
    "left": _("members left"),
    "asked": _("units asked how the day was"),
    "nothing": _("of them: nothing wrong"),
    "something": _("of them: something to tell"),
    "could_not": _("of them: could not look"),
    SILENT: _("of them: silent"),
}
STANDING = {"waiting": _("waiting"), "overdue": _("of them past their deadline")}


def stands_out(found: Outlier) -> tuple[Outlier, str]:
    """Say in a sentence why a unit stands out."""
    n, shown = found.count, number(found.count)
    match found.figure:
        case "danger":
            words = ngettext("%(shown)s report of danger", "%(shown)s reports of danger", n, shown=shown)
        case "overdue":
            words = ngettext(
                "%(shown)s report past its deadline", "%(shown)s reports past their deadline", n, shown=shown
            )
        case _:
            words = ngettext("%(shown)s silent unit", "%(shown)s silent units", n, shown=shown)
    return found, str(words)
