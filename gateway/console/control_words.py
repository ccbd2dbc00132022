"""The words of the control room: outcomes, measures of the map, conversations in which calls begin and end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.console.formats import MINUTE, duration, number
from gateway.control.room import Line
from gateway.store.control_reports import Figures

NONE = "–"
OUTCOMES = {  # of a report: word, tone in the bar, what the inbox calls it
    "confirmed": (_("solved, says the member"), "heard", {"state": "confirmed"}),
    "asked": (_("answered, the member is asked"), "part", {"state": "answered"}),
    "open": (_("still open"), "hold", {"tab": "waiting"}),
    "unconfirmed": (
        _("closed without the member's word"),
        "miss",
        {"state": "closed_unconfirmed", "charge": "yes"},
    ),
    "untouched": (
        _("closed, and nobody was in charge"),
        "doubt",
        {"state": "closed_unconfirmed", "charge": "no"},
    ),
    "blank": (_("nothing to hear"), "wait", {"state": "blank"}),
}
TROUBLES = {
    "unreadable": _("The days in the address could not be read. Shown are the last 30 days."),
    "turned": _("The first day came after the last; they were turned round."),
    "future": _("Nothing is known of days to come. Shown is what there is until today."),
    "cut": _("More than 400 days cannot be shown at once. Shown are the last 400 of them."),
}
CONVERSATIONS = {
    "": _("came to its end"),
    "asked": _("answering a question of ours"),
    "main_menu": _("the first menu"),
    "joining": _("joining"),
    "problem": _("telling a problem"),
    "my_reports": _("hearing of own reports"),
    "news": _("the latest news"),
    "help": _("help"),
    "my_data": _("own data"),
    "leaving": _("leaving the calls"),
    "announcement": _("a broadcast"),
    "answer": _("an answer to a report"),
    "duty": _("danger, the duty phone"),
    "introduction": _("an introduction"),
    "number_check": _("a change of number"),
    "test_call": _("a test call"),
    "discreet": _("a call that names nobody"),
    "forgetting": _("being forgotten"),
    "daily": _("the evening question"),
    "brief": _("the day's summary"),
    "go_on": _("saying it again"),
    "interim": _("word of a report"),
    "pick_up": _("going on after the line broke"),
    "voice_note": _("speaking instead of keys"),
    "steering": _("stopping a broadcast by phone"),
    "reading": _("reading aloud by phone"),
    "invite": _("bringing a friend"),
    "training": _("a training class's code"),
    "new_number": _("a new number"),
    "sms_join": _("joining by SMS"),
    "sms_urgency": _("urgency by SMS"),
    "sms_solved": _("“solved?” by SMS"),
}


@dataclass(frozen=True)
class Measure:
    """What the map and the table of units show: its word, its value of a line, and how that is written."""

    word: Any
    value: Callable[[Line], float | None]
    written: Callable[[float | None], str]


def count(value: float | None) -> str:
    return number(int(value or 0))


def percent(value: float | None) -> str:
    """A share of 0 to 1 as people say it."""
    return NONE if value is None else gettext("%(n)s %%", n=number(round(100 * value)))


def span(seconds: float | None) -> str:
    """A length of time in its largest useful unit."""
    if seconds is None:
        return NONE
    return str(gettext("under 1 min")) if seconds < MINUTE else duration(seconds)


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def solved(figures: Figures) -> float | None:
    """Of those that were answered, how many the member says are solved."""
    return share(figures.confirmed, figures.answered)


MEASURES = {
    "reports": Measure(_("Reports"), lambda line: line.now.received, count),
    "waiting": Measure(_("Waiting now"), lambda line: line.waits.waiting, count),
    "overdue": Measure(_("Overdue now"), lambda line: line.waits.overdue, count),
    "first": Measure(_("Time to first action"), lambda line: line.now.first_median, span),
    "solved": Measure(_("Solved, say members"), lambda line: solved(line.now), percent),
}


def conversation_word(name: str | None) -> str:
    """The word of a conversation; one that has none yet stands as it is called inside."""
    return str(CONVERSATIONS.get(name or "", name or NONE))
