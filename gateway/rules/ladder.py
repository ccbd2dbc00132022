"""By when each step of a report's life is due, and which days do not count (demo_data.md 6.5). Pure.

The default ladder: heard within 24 hours, given to somebody within 48, solved within 7 days of coming to a level; three
levels make the 21 days of the central government's CPGRAMS. Whatever misses its step climbs one level and gets all of it
anew there. "Soon" has half the time and three days, so that three levels pass in nine; danger is taken within 5 minutes,
a phone chain's patience (journeys.md M2), and then solved within a day.

Time stands still on the weekly rest days and on holidays of the unit, since nobody could act; danger knows neither.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.states import REPORTS_WAITING, ReportState, Urgency

SUNDAY = 6
_DAY = timedelta(days=1)
_UNHEARD = frozenset({ReportState.DRAFT, ReportState.UNVERIFIED, ReportState.RECEIVED, ReportState.REOPENED})


class Step(enum.StrEnum):
    """What somebody of staff has to do next."""

    TAKE = "take"  # danger that nobody has taken
    HEAR = "hear"
    ASSIGN = "assign"
    SOLVE = "solve"


class Pace(enum.StrEnum):
    """How fast the steps follow each other."""

    ORDINARY = "ordinary"
    SOON = "soon"
    DANGER = "danger"


@dataclass(frozen=True)
class Hours:
    """Within how many hours of coming to a level a report is heard, given to somebody, solved."""

    hear: float
    assign: float
    solve: float

    def of(self, step: Step) -> timedelta:
        return timedelta(hours={Step.HEAR: self.hear, Step.ASSIGN: self.assign}.get(step, self.solve))


@dataclass(frozen=True)
class Ladder:
    """An organisation's deadlines. `rest_days` are weekdays, Monday is 0; `tell_days` lie between two interim words."""

    hours: Mapping[Pace, Hours] = field(
        default_factory=lambda: {
            Pace.ORDINARY: Hours(24, 48, 7 * 24),
            Pace.SOON: Hours(12, 24, 3 * 24),
            Pace.DANGER: Hours(1, 1, 24),
        }
    )
    danger_minutes: int = 5
    tell_days: int = 7
    rest_days: frozenset[int] = frozenset({SUNDAY})

    def __post_init__(self) -> None:
        if len(self.rest_days) > 6:
            raise ValueError("a week needs a working day")


@dataclass(frozen=True)
class Calendar:
    """Where time stands still: weekly rest days and single days off, on the wall's calendar of `zone`."""

    zone: ZoneInfo
    rest_days: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()

    def is_off(self, day: date) -> bool:
        return day.weekday() in self.rest_days or day in self.holidays

    def after(self, since: datetime, length: timedelta) -> datetime:
        """Return when so much time has run since then; ValueError for an instant without a zone."""
        if since.tzinfo is None:
            raise ValueError("an instant without a zone cannot be judged")
        at, left = since.astimezone(UTC), length
        while True:
            day = at.astimezone(self.zone).date()
            midnight = self._begin(day + _DAY)
            if not self.is_off(day):
                if at + left <= midnight:
                    return at + left
                left -= midnight - at
            at = midnight

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)


def step_of(state: ReportState, urgency: Urgency, is_taken: bool) -> Step | None:
    """Say what is due next; None where nothing waits for staff."""
    if state not in REPORTS_WAITING:
        return None
    if urgency is Urgency.DANGER and not is_taken:
        return Step.TAKE
    if state in _UNHEARD:
        return Step.HEAR
    return Step.ASSIGN if state is ReportState.HEARD else Step.SOLVE


def pace_of(urgency: Urgency) -> Pace:
    """What nobody said how urgent it is goes at the ordinary pace."""
    return {Urgency.SOON: Pace.SOON, Urgency.DANGER: Pace.DANGER}.get(urgency, Pace.ORDINARY)


def due_at(ladder: Ladder, calendar: Calendar, step: Step, urgency: Urgency, since: datetime) -> datetime:
    """Return when this step is due, for a report that came to its level at `since`."""
    if step is Step.TAKE:
        return since + timedelta(minutes=ladder.danger_minutes)
    length = ladder.hours[pace_of(urgency)].of(step)
    return since + length if urgency is Urgency.DANGER else calendar.after(since, length)


def tell_at(ladder: Ladder, told_at: datetime) -> datetime:
    """Return when the reporter is told again that the report is not forgotten: days of the calendar, rest or not."""
    return told_at + timedelta(days=ladder.tell_days)
