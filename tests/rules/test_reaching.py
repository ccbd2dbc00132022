"""Reached try by try, what is oddly low, when a broadcast stops by itself, and when it ends (reach_and_retries.md 2.1)."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.rules import reaching
from gateway.rules.classes import MessageClass
from gateway.rules.profiles import load_profile

INDIA = load_profile("in")
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 12:00 there, the window is open until 21:00
LAW = MessageClass.ORGANISATIONAL

CURVES = [  # ended their nth try, reached by it, share after each
    ([], [], []),
    ([100], [50], [0.5]),
    ([100, 50], [50, 15], [0.5, 0.65]),
    ([100, 10], [50, 3], [0.5, 0.65]),  # 40 still await their second try: no less is expected of them
    ([100, 0], [100, 0], [1.0]),
    ([4, 4, 4], [0, 0, 1], [0, 0, 0.25]),
]


@pytest.mark.parametrize(("tried", "reached", "after"), CURVES)
def test_reached_after(tried, reached, after):
    assert reaching.reached_after(tried, reached) == pytest.approx(after)


def test_listened_to():
    lengths = [(3, 10), (20, 5), (41, 1)]
    assert reaching.listened_to(lengths, [0, 3, 4, 20, 41, 60]) == [16, 16, 6, 6, 1, 0]


@pytest.mark.parametrize(
    ("tried", "answered", "is_low"),
    [
        (99, 0, False),
        (100, 24, True),
        (100, 25, False),
        (4000, 999, True),
        (4000, 1000, False),
        (0, 0, False),
    ],
)
def test_oddly_low(tried, answered, is_low):
    assert reaching.is_oddly_low(tried, answered) is is_low


@pytest.mark.parametrize(
    ("answered", "opt_outs", "too_many"),
    [(199, 199, False), (200, 3, False), (200, 4, True), (1000, 19, False), (1000, 20, True)],
)
def test_opt_outs(answered, opt_outs, too_many):
    assert reaching.has_too_many_opt_outs(answered, opt_outs) is too_many


def test_complaints():
    assert [reaching.has_too_many_complaints(each) for each in (0, 4, 5, 6)] == [False, False, True, True]


def test_rest_that_ends_today():
    rest = reaching.rest_of(INDIA, LAW, 3600, 1.0, NOON)
    assert rest.ends_at == NOON + timedelta(hours=1)
    assert (rest.is_today, rest.left_over, rest.goes_on_at) == (True, 0, None)


def test_rest_that_goes_on_tomorrow_says_how_many_are_left():
    nine_hours = 9 * 3600
    rest = reaching.rest_of(INDIA, LAW, nine_hours + 1800, 1.0, NOON)
    tomorrow = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
    assert (rest.left_over, rest.is_today, rest.goes_on_at) == (1800, False, tomorrow)
    assert rest.ends_at == tomorrow + timedelta(minutes=30)
    assert rest.closes_at == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


def test_rest_before_the_hours_begins_when_they_open():
    night = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    rest = reaching.rest_of(INDIA, LAW, 60, 1.0, night)
    assert rest.ends_at == datetime(2026, 11, 23, 3, 31, tzinfo=UTC)


@pytest.mark.parametrize("pace", [0.0, 0.00001])
def test_rest_that_never_ends(pace):
    assert reaching.rest_of(INDIA, LAW, 4000, pace, NOON).ends_at is None
