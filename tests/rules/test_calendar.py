"""When a broadcast comes again: weeks, months, reminders; through every change of the clocks."""

from datetime import date, time, timedelta

import pytest

from gateway.rules.calendar import (
    Before,
    Event,
    Monthly,
    Weekly,
    event_instant,
    next_time,
    times_between,
)
from tests.rules.cases import INDIA, in_zone, utc

NEW_YORK, KOLKATA = in_zone("America/New_York"), INDIA
NINE = time(9)
MONDAYS = Weekly(frozenset({0}), NINE)

NEXT = [  # rule, profile, after, the next time, why
    (MONDAYS, KOLKATA, "2026-11-23 03:29", "2026-11-23 03:30", "09:00 of the same Monday"),
    (MONDAYS, KOLKATA, "2026-11-23 03:30", "2026-11-30 03:30", "the same instant is not later"),
    (Weekly(frozenset({0, 3}), NINE), KOLKATA, "2026-11-23 04:00", "2026-11-26 03:30", "Thursday"),
    (Weekly(frozenset({0}), NINE, date(2026, 11, 29)), KOLKATA, "2026-11-23 04:00", None, "its last day"),
    (Weekly(frozenset({0}), NINE, date(2026, 11, 30)), KOLKATA, "2026-11-23 04:00", "2026-11-30 03:30", ""),
    (Monthly(frozenset({15}), NINE), KOLKATA, "2026-11-23 04:00", "2026-12-15 03:30", ""),
    (Monthly(frozenset({31}), NINE), KOLKATA, "2027-02-01 04:00", "2027-02-28 03:30", "the last of February"),
    (Monthly(frozenset({30}), NINE), KOLKATA, "2028-02-01 04:00", "2028-02-29 03:30", "of a leap year"),
    (Monthly(frozenset({30, 31}), NINE), KOLKATA, "2027-02-28 04:00", "2027-03-30 03:30", "once in February"),
    # The clocks of New York: nine stays nine; 02:30 is skipped on 8 March; 01:30 comes twice on 1 November.
    (Weekly(frozenset({6}), NINE), NEW_YORK, "2026-03-02 00:00", "2026-03-08 13:00", "nine in summer time"),
    (
        Weekly(frozenset({6}), time(2, 30)),
        NEW_YORK,
        "2026-03-02 00:00",
        "2026-03-08 07:30",
        "the next minute",
    ),
    (Weekly(frozenset({6}), time(1, 30)), NEW_YORK, "2026-10-27 00:00", "2026-11-01 06:30", "the second one"),
]


@pytest.mark.parametrize(("rule", "profile", "after", "expected", "why"), NEXT)
def test_next_time_by_the_wall_clock(rule, profile, after, expected, why):
    assert next_time(rule, profile, utc(after)) == (utc(expected) if expected else None), why


def test_a_time_that_comes_twice_is_one_time():
    sundays = Weekly(frozenset({6}), time(1, 30))
    found = times_between(sundays, NEW_YORK, utc("2026-10-31 00:00"), utc("2026-11-02 00:00"))
    assert found == [utc("2026-11-01 06:30")]


MEETING = Event(date(2026, 12, 10), time(17), (Before(days=3), Before(days=1), Before(hours=2)))


def test_reminders_come_before_the_event_in_order():
    found = times_between(MEETING, KOLKATA, utc("2026-11-23 00:00"), utc("2027-01-01 00:00"))
    assert found == [utc("2026-12-07 11:30"), utc("2026-12-09 11:30"), utc("2026-12-10 09:30")]
    assert next_time(MEETING, KOLKATA, found[-1]) is None
    assert event_instant(MEETING, KOLKATA) == utc("2026-12-10 11:30")


def test_a_reminder_of_days_keeps_the_hour_over_a_change_of_the_clocks_and_hours_are_hours():
    event = Event(date(2026, 3, 8), NINE, (Before(days=1), Before(hours=8)))
    found = times_between(event, NEW_YORK, utc("2026-03-01 00:00"), utc("2026-03-09 00:00"))
    assert found == [utc("2026-03-07 14:00"), utc("2026-03-08 05:00")]


def test_no_reminder_comes_when_the_event_begins():
    event = Event(date(2026, 12, 10), time(17), (Before(), Before(hours=1)))
    assert len(times_between(event, KOLKATA, utc("2026-11-23 00:00"), utc("2027-01-01 00:00"))) == 1


def test_a_year_of_mondays_has_fifty_two_at_nine_on_the_wall():
    found = times_between(MONDAYS, NEW_YORK, utc("2026-01-01 00:00"), utc("2027-01-01 00:00"))
    local = [each.astimezone(NEW_YORK.timezone) for each in found]
    assert len(found) == 52
    assert {(each.weekday(), each.time()) for each in local} == {(0, NINE)}
    assert {later - sooner for sooner, later in zip(found, found[1:], strict=False)} == {
        timedelta(days=7),
        timedelta(days=7, hours=1),
        timedelta(days=7, hours=-1),
    }
