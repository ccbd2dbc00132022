"""Drives as tables: the course against its line, the forecast, and shares that add up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway.rules.drives import course, forecast, shares

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def on(day: int) -> date:
    return date(2026, 11, day)


def per_day(upto: int, each: int) -> dict[date, int]:
    return {on(day): each for day in range(1, upto + 1)}


ROWS = [
    # what, per day, today, total, expected, done on, is late
    ("exactly on the line", per_day(10, 10), on(10), 100, 100, on(30), False),
    ("twice as fast", per_day(10, 20), on(10), 200, 100, on(15), False),
    ("half as fast", per_day(10, 5), on(10), 50, 100, date(2026, 12, 30), True),
    ("nobody in the last week", per_day(2, 10), on(10), 20, 100, None, True),
    ("reached already", per_day(10, 30), on(12), 300, 120, on(10), False),
    ("over and not reached", per_day(30, 5), date(2026, 12, 5), 150, 300, None, True),
    ("a slow start counts by its last week", {on(9): 70}, on(10), 70, 100, date(2026, 11, 10) + timedelta(days=23), True),
]  # fmt: skip


@pytest.mark.parametrize(("what", "joined", "today", "total", "expected", "done_on", "is_late"), ROWS)
def test_drive_stands(what, joined, today, total, expected, done_on, is_late):
    made = course(FIRST, LAST, joined, 300, today)
    ahead = forecast(made, today)
    assert (made.total, made.expected) == (total, expected)
    assert ahead is not None
    assert (ahead.done_on, ahead.is_late) == (done_on, is_late)


def test_drive_that_has_not_begun_has_no_forecast():
    made = course(FIRST, LAST, {}, 300, date(2026, 10, 31))
    assert (made.joined, forecast(made, date(2026, 10, 31))) == ([], None)


def test_drive_without_a_target_of_ones_own_has_no_forecast():
    assert forecast(course(FIRST, LAST, per_day(3, 1), None, on(3)), on(3)) is None


@given(
    some.integers(0, 10**6), some.dictionaries(some.integers(1, 10**6), some.integers(1, 10**5), min_size=1)
)
def test_shares_add_up_and_nobody_is_off_by_more_than_one(target, weights):
    given_out = shares(target, weights)
    assert sum(given_out.values()) == target
    whole = sum(weights.values())
    assert all(abs(given_out[each] - target * weight / whole) < 1 for each, weight in weights.items())


def test_nothing_is_shared_among_nobody():
    assert shares(10, {}) == {}
