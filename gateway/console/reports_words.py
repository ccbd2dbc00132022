"""The filters of the inbox in words: as choices of a form, and as chips that say what narrows the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.access import Viewer
from gateway.console.locale import SPOKEN
from gateway.console.reports_search import MINE, Asked
from gateway.console.words import CATEGORIES, CATEGORY_GROUPS, MUST_ACT, REPORT_STATES, URGENCIES
from gateway.store.inbox import Tab

Options = Sequence[tuple[str, Any]]

TABS = {
    Tab.WAITING: _("Waiting"),
    Tab.MINE: _("Mine"),
    Tab.UNASSIGNED: _("With nobody"),
    Tab.UP: _("Come up to us"),
    Tab.MENTIONED: _("Mentioned"),
    Tab.ANSWERED: _("Answered"),
    Tab.CLOSED: _("Closed"),
    Tab.ALL: _("All"),
}
EMPTY = {
    Tab.WAITING: _("Nothing waits. Every report has been answered."),
    Tab.MINE: _("Nothing waits with you."),
    Tab.UNASSIGNED: _("Every report that waits is with somebody."),
    Tab.UP: _("Nothing has come up to your unit."),
    Tab.MENTIONED: _("Nobody has named you in a note that you have not seen."),
    Tab.ANSWERED: _("No answer waits for the member’s word."),
    Tab.CLOSED: _("No report is closed yet."),
    Tab.ALL: _("No reports here yet."),
}
LABELS = {
    "unit": _("Place"),
    "category": _("Subject"),
    "language": _("Language"),
    "from": _("From this day"),
    "to": _("Up to this day"),
    "state": _("State"),
    "urgency": _("Urgency"),
    "act": _("Who must act"),
    "voice": _("Voice"),
    "partial": _("Cut off"),
    "unnamed": _("Unnamed"),
    "restricted": _("Accuses somebody"),
    "member": _("Caller"),
    "overdue": _("Deadline"),
    "charge": _("In charge"),
    "counted": _("Counted at"),
    "of": _("Merged"),
}
YES_NO: Options = (("yes", _("yes")), ("no", _("no")))


@dataclass(frozen=True)
class Filter:
    """One choice of the form: the name it has in the address, its label, what can be chosen, and what was."""

    name: str
    label: Any
    options: Options
    chosen: str

    def word(self) -> str:
        return str(dict(self.options).get(self.chosen, self.chosen))


@dataclass(frozen=True)
class Chip:
    """What narrows the list, and the address of the list without it."""

    label: Any
    word: str
    without: str


def filters(viewer: Viewer, asked: Asked) -> list[Filter]:
    """List the choices of the form in their order; the place and the days have fields of their own."""
    return [
        Filter(name, LABELS[name], options, asked.kept.get(name, ""))
        for name, options in _options(viewer).items()
    ]


def chips(viewer: Viewer, asked: Asked) -> list[Chip]:
    """Say each thing that narrows the list."""
    words = {each.name: each.word() for each in filters(viewer, asked)}
    return [
        Chip(
            LABELS[name],
            words.get(name, value) if name != "of" else gettext("into one"),
            asked.address(**{name: None}),
        )
        for name, value in asked.kept.items()
        if name in LABELS
    ]


def _options(viewer: Viewer) -> dict[str, Options]:
    tongues = [(MINE, gettext("those I understand")), *SPOKEN.items()]
    made: dict[str, Options] = {
        "category": [*CATEGORY_GROUPS.items(), *CATEGORIES.items()],
        "urgency": [(each.value, word) for each, word in URGENCIES.items()],
        "overdue": [("yes", _("has passed"))],
        "language": tongues,
        "state": [(each.value, shown.word) for each, shown in REPORT_STATES.items()],
        "act": list(MUST_ACT.items()),
        "voice": [("yes", _("with a recording")), ("no", _("in writing"))],
        "member": [("yes", _("known")), ("no", _("not known"))],
        "charge": [("yes", _("somebody")), ("no", _("nobody"))],
        "partial": YES_NO,
        "unnamed": YES_NO,
        "restricted": YES_NO,
    }
    if not viewer.may("see_restricted"):
        del made["restricted"]
    return made


WORDS: dict[str, Any] = {"tab_words": TABS, "empty_words": EMPTY}
