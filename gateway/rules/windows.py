"""The hours in which we may contact somebody, by the wall clock of the member's unit (rules.md L1).

Instants come in and go out as aware UTC; local time exists only in here. `open_all_day` is the demo's switch: it opens
these windows and nothing else (contract: `up`). The guard asks for the hard hours at the last instant, the planner and
the retries for the soft ones. A unit in another zone than its country: `dataclasses.replace(profile, zone=...)`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from gateway.rules.classes import MessageClass
from gateway.rules.profiles import ALL_DAY, MIDNIGHT, Profile

_DAY = timedelta(days=1)


def window_on(
    profile: Profile,
    message_class: MessageClass,
    local_date: date,
    *,
    open_all_day: bool = False,
    is_soft: bool = False,
) -> tuple[datetime, datetime]:
    """Return opening and closing of that local day in UTC; open at the first, closed again at the second.

    Where the clocks change inside the day and a time of the wall clock exists twice or never, the later reading opens and
    the earlier one closes: in doubt nobody is rung (journeys.md 5.1, "clock/zone error").
    """
    hours = (profile.soft if is_soft else profile.hard)[message_class]
    if open_all_day:
        hours = ALL_DAY
    after = local_date if hours.closes != MIDNIGHT else local_date + _DAY
    return max(_readings(profile, local_date, hours.opens)), min(_readings(profile, after, hours.closes))


def is_open(
    profile: Profile, message_class: MessageClass, at_utc: datetime, open_all_day: bool = False
) -> bool:
    """Say whether the hard window is open at this instant; ValueError for an instant without a zone."""
    opens, closes = window_on(profile, message_class, local_day(profile, at_utc), open_all_day=open_all_day)
    return opens <= at_utc < closes


def next_opening(
    profile: Profile,
    message_class: MessageClass,
    at_utc: datetime,
    open_all_day: bool = False,
    *,
    is_soft: bool = False,
) -> datetime:
    """Return the first instant from `at_utc` on at which the window is open: `at_utc` itself where it is open now."""
    return max(at_utc, _window_from(profile, message_class, at_utc, open_all_day, is_soft)[0])


def closing(
    profile: Profile,
    message_class: MessageClass,
    at_utc: datetime,
    open_all_day: bool = False,
    *,
    is_soft: bool = False,
) -> datetime:
    """Return when the window that is open now, or else the next one, closes. What is open all day closes at midnight."""
    return _window_from(profile, message_class, at_utc, open_all_day, is_soft)[1]


def local_day(profile: Profile, at_utc: datetime) -> date:
    """Return the date on the member's wall; ValueError for an instant without a zone."""
    if at_utc.tzinfo is None:
        raise ValueError("an instant without a zone cannot be judged")
    return at_utc.astimezone(profile.timezone).date()


def instant_of(profile: Profile, local_date: date, wall: time = MIDNIGHT) -> datetime:
    """Return when the wall clock shows this time on that day; the next minute where it never does, the later of two."""
    return max(_readings(profile, local_date, wall))


def _window_from(
    profile: Profile, message_class: MessageClass, at_utc: datetime, open_all_day: bool, is_soft: bool
) -> tuple[datetime, datetime]:
    day = local_day(profile, at_utc)
    opens, closes = window_on(profile, message_class, day, open_all_day=open_all_day, is_soft=is_soft)
    while closes <= at_utc or closes <= opens:
        day += _DAY
        opens, closes = window_on(profile, message_class, day, open_all_day=open_all_day, is_soft=is_soft)
    return opens, closes


def _readings(profile: Profile, day: date, wall: time) -> list[datetime]:
    first = datetime.combine(day, wall, profile.timezone)
    if wall == MIDNIGHT:  # where the day begins; two readings would leave a hole between two days
        return [first.astimezone(UTC)]
    return [first.astimezone(UTC), first.replace(fold=1).astimezone(UTC)]
