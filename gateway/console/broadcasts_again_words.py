"""The words of broadcasts that come again: when, why one stopped, why one cannot be planned. No decisions."""

from __future__ import annotations

from typing import Any

from babel.dates import format_date, get_day_names
from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext
from flask_babel import lazy_gettext as _

from gateway.broadcasts.rules_kept import rule_of
from gateway.console.broadcasts_again_form import REMINDERS, AgainForm
from gateway.console.formats import day
from gateway.errors import Conflict
from gateway.models import Schedule
from gateway.rules.calendar import Before, Event, Weekly

PROBLEMS = {
    "stopped": _("It stopped: the broadcast was stopped or discarded."),
    "not-approved": _("It stopped: the broadcast was changed and not approved again."),
    "content-changed": _("It stopped: what would be said is not what was approved."),
    "unit-closed": _("It stopped: its unit was closed."),
    "no-certificate": _("It stopped: the certificate is not valid any more."),
}
REFUSED = {
    "stopped": _("This broadcast was stopped or discarded. Copy it instead."),
    "not-approved": _("It must be approved first: every further time says exactly what was approved."),
    "unit-closed": _("Its unit was closed. Copy it to another unit."),
    "no-certificate": _("Its certificate is not valid any more."),
    "planned-already": _("It comes again already. Stop that first."),
    "gap": _("On that day the clocks are put forward over this time. Choose another one."),
    "past": _("None of these times lies ahead."),
    "outside-window": _("At this hour members may not be called. Choose one within the calling hours."),
}


def refused(problem: Conflict, form: AgainForm) -> str:
    """Say why it cannot be planned."""
    return str(REFUSED.get(problem.code, problem))


def when(schedule: Schedule) -> str:
    """Say when it comes: "every Monday and Thursday, 09:00, until 31 Jan 2027"."""
    rule = rule_of(schedule.kind, schedule.rule)
    clock = f"{rule.at:%H:%M}"
    if isinstance(rule, Event):
        before = _listed([reminder(each) for each in rule.before])
        values = {"before": before, "day": day(rule.day), "clock": clock}
        return str(gettext("%(before)s before %(day)s, %(clock)s", **values))
    if isinstance(rule, Weekly):
        names = get_day_names(locale=get_locale())
        said = gettext(
            "every %(days)s, %(clock)s",
            days=_listed([names[each] for each in sorted(rule.days)]),
            clock=clock,
        )
    else:
        days = _listed([str(each) for each in sorted(rule.days)])
        said = gettext("every month on day %(days)s, %(clock)s", days=days, clock=clock)
    return (
        str(gettext("%(when)s, until %(day)s", when=said, day=day(rule.until))) if rule.until else str(said)
    )


def reminder(before: Before) -> str:
    """Say how long before: "3 days", "2 hours"."""
    if before.days:
        return str(ngettext("%(n)s day", "%(n)s days", before.days, n=before.days))
    return str(ngettext("%(n)s hour", "%(n)s hours", before.hours, n=before.hours))


def local(at: Any) -> str:
    """A time on the wall of its own unit, however far away: "Mon 30 Nov, 09:00"."""
    return f"{format_date(at.date(), 'EEE d MMM', locale=get_locale())}, {at:%H:%M}"


def weekdays() -> dict[str, str]:
    """The days of the week as the form offers them, from Monday."""
    return {str(number): name for number, name in sorted(get_day_names(locale=get_locale()).items())}


def _listed(words: list[str]) -> str:
    return str(format_list(words, locale=get_locale()))


AGAIN_WORDS: dict[str, Any] = {
    "problems": PROBLEMS,
    "when": when,
    "local": local,
    "weekdays": weekdays,
    "reminders": REMINDERS,
    "reminder": reminder,
}
