"""When a broadcast is to come again, as it was filled in: read here, in words for who filled it in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time

from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from gateway.broadcasts.rules_kept import EVENT, MONTHLY, WEEKLY
from gateway.rules.calendar import LAST_OF_MONTH, Before, Event, Monthly, Rule, Weekly

REMINDERS = {  # as the form names them
    "7d": Before(days=7),
    "3d": Before(days=3),
    "1d": Before(days=1),
    "6h": Before(hours=6),
    "2h": Before(hours=2),
    "1h": Before(hours=1),
}


@dataclass
class AgainForm:
    """What the form shows; `rule` is set where all of it was understood."""

    kind: str = WEEKLY
    days: list[str] = field(default_factory=list)
    dates: str = ""
    at: str = ""
    until: str = ""
    day: str = ""
    event_at: str = ""
    before: list[str] = field(default_factory=lambda: ["3d", "1d", "2h"])
    rule: Rule | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read_form(sent: MultiDict[str, str]) -> AgainForm:
    """Read what was sent; errors by field name."""
    kind = sent.get("kind", "")
    form = AgainForm(kind=kind if kind in (MONTHLY, EVENT) else WEEKLY, dates=sent.get("dates", "")[:100])
    form.days = [each for each in sent.getlist("days") if each in set("0123456")]
    form.before = [each for each in sent.getlist("before") if each in REMINDERS]
    for name in ("at", "until", "day", "event_at"):
        setattr(form, name, sent.get(name, "")[:20])
    form.rule = _event(form) if form.kind == EVENT else _recurring(form)
    if form.errors:
        form.rule = None
    return form


def _recurring(form: AgainForm) -> Rule:
    at, until = _time(form, "at"), _until(form)
    if form.kind == MONTHLY:
        return Monthly(_dates(form), at, until)
    if not form.days:
        form.errors["days"] = gettext("Choose at least one day of the week.")
    return Weekly(frozenset(map(int, form.days)), at, until)


def _event(form: AgainForm) -> Rule:
    if not form.before:
        form.errors["before"] = gettext("Choose at least one reminder.")
    day, at = _date(form, "day"), _time(form, "event_at")
    return Event(day, at, tuple(REMINDERS[each] for each in form.before))


def _dates(form: AgainForm) -> frozenset[int]:
    words = form.dates.replace(",", " ").split()
    days = frozenset(int(each) for each in words if each.isascii() and each.isdigit())
    if not words or len(days) != len(set(words)) or not days <= set(range(1, LAST_OF_MONTH + 1)):
        form.errors["dates"] = gettext("Write days of the month as numbers: 1, 15.")
    return days


def _time(form: AgainForm, name: str) -> time:
    try:
        return time.fromisoformat(getattr(form, name)).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        form.errors[name] = gettext("Say at what time, as 09:00.")
        return time()


def _date(form: AgainForm, name: str) -> date:
    try:
        return date.fromisoformat(getattr(form, name))
    except ValueError:
        form.errors[name] = gettext("Say on which day.")
        return date.min


def _until(form: AgainForm) -> date | None:
    return _date(form, "until") if form.until else None
