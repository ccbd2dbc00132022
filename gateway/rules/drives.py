"""Is a recruitment drive on its way: what has joined against the straight line to the target, and when it would be done.

Pure; days are local days of the organisation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

RATE_DAYS = 7  # a forecast goes by the last week
FURTHEST = 3650  # days; what takes longer is no forecast


@dataclass(frozen=True)
class Course:
    """A drive's days from first to last, what had joined by the end of each of those that have begun, and the line."""

    days: Sequence[date]
    joined: Sequence[int]
    target: int | None

    @property
    def total(self) -> int:
        return self.joined[-1] if self.joined else 0

    @property
    def expected(self) -> int | None:
        """What the straight line says for the last day that has begun."""
        if self.target is None:
            return None
        return round(self.target * len(self.joined) / len(self.days))


@dataclass(frozen=True)
class Forecast:
    """At `per_day`, the mean of the last week, the target is reached on `done_on`; None where it never would be."""

    per_day: float
    done_on: date | None
    is_late: bool


def course(
    starts_on: date, ends_on: date, per_day: Mapping[date, int], target: int | None, today: date
) -> Course:
    """Add up the days of a drive; days to come have no figure yet."""
    days = [starts_on + timedelta(days=nth) for nth in range((ends_on - starts_on).days + 1)]
    begun = [day for day in days if day <= today]
    return Course(days, list(accumulate(per_day.get(day, 0) for day in begun)), target)


def forecast(of: Course, today: date) -> Forecast | None:
    """Say when the target is reached if it goes on as in the last week; None without a target or before the first day."""
    if of.target is None or not of.joined:
        return None
    week = min(RATE_DAYS, len(of.joined))
    before = of.joined[-week - 1] if len(of.joined) > week else 0
    per_day = (of.total - before) / week
    if of.total >= of.target:
        reached = next(day for day, joined in zip(of.days, of.joined, strict=False) if joined >= of.target)
        return Forecast(per_day, reached, False)
    is_over = today > of.days[-1]
    days = math.ceil((of.target - of.total) / per_day) if per_day else FURTHEST + 1
    if is_over or days > FURTHEST:
        return Forecast(per_day, None, True)
    done_on = min(today, of.days[-1]) + timedelta(days=days)
    return Forecast(per_day, done_on, done_on > of.days[-1])


def shares(target: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Share a target among units by weight: whole numbers that add up to it, the largest remainders first."""
    whole = sum(weights.values())
    if whole <= 0:
        return dict.fromkeys(weights, 0)
    exact = {each: target * weight / whole for each, weight in weights.items()}
    given = {each: math.floor(share) for each, share in exact.items()}
    left = target - sum(given.values())
    for each in sorted(exact, key=lambda one: (given[one] - exact[one], one))[:left]:
        given[each] += 1
    return given
