"""When a broadcast comes again: every week, on days of the month, or before an event, by the wall clock of its unit.

Pure. Rules are kept in local time and turned into instants day by day, so that "Monday at nine" stays nine when the clocks
change; a time that the clocks skip comes at the next minute, one that comes twice at its second coming (`rules.windows`).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from gateway.rules.profiles import Profile
from gateway.rules.windows import instant_of, local_day

_DAY = timedelta(days=1)
LOOK_AHEAD = 400  # days: every rule comes at least once in them, or never again
LAST_OF_MONTH = 31  # a day that a month does not have is its last


@dataclass(frozen=True)
class Weekly:
    """On these days of the week (Monday is 0), until a last day."""

    days: frozenset[int]
    at: time
    until: date | None = None


@dataclass(frozen=True)
class Monthly:
    """On these days of the month, until a last day; the 31st is the last day of a shorter month."""

    days: frozenset[int]
    at: time
    until: date | None = None


@dataclass(frozen=True)
class Before:
    """So many days before an event, at its time of the day; or so many hours before it."""

    days: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Event:
    """Reminders of something that begins on this day at this time."""

    day: date
    at: time
    before: tuple[Before, ...]


Rule: TypeAlias = Weekly | Monthly | Event


def next_time(rule: Rule, profile: Profile, after: datetime) -> datetime | None:
    """Return the first instant later than `after` at which the rule comes; None where it comes no more."""
    return next(_times(rule, profile, after), None)


def times_between(rule: Rule, profile: Profile, after: datetime, to: datetime) -> list[datetime]:
    """List the instants later than `after` and not later than `to`, in order."""
    found = []
    while (at := next_time(rule, profile, after)) is not None and at <= to:
        found.append(at)
        after = at
    return found


def event_instant(rule: Event, profile: Profile) -> datetime:
    """Return when the event begins."""
    return instant_of(profile, rule.day, rule.at)


def _times(rule: Rule, profile: Profile, after: datetime) -> Iterator[datetime]:
    if isinstance(rule, Event):
        yield from sorted(at for at in _reminders(rule, profile) if at > after)
        return
    first = local_day(profile, after)
    for day in (first + each * _DAY for each in range(LOOK_AHEAD)):
        if rule.until is not None and day > rule.until:
            return
        at = instant_of(profile, day, rule.at)
        if at > after and _is_on(rule, day):
            yield at


def _reminders(rule: Event, profile: Profile) -> set[datetime]:
    begins = event_instant(rule, profile)
    return {
        instant_of(profile, rule.day - each.days * _DAY, rule.at) - timedelta(hours=each.hours)
        for each in rule.before
    } - {begins}


def _is_on(rule: Weekly | Monthly, day: date) -> bool:
    if isinstance(rule, Weekly):
        return day.weekday() in rule.days
    last = monthrange(day.year, day.month)[1]
    return day.day in rule.days or (day.day == last and any(each > last for each in rule.days))
