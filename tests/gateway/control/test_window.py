"""Windows of days: whole days of the house's zone, whatever its clocks do, and what an address may ask for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.control.window import LONGEST, Window, last_days, window_in

TODAY = date(2026, 11, 22)
INDIA = "Asia/Kolkata"


def test_day_in_india_begins_half_past_six_in_the_evening_before() -> None:
    window = Window(TODAY, TODAY, INDIA)
    assert window.since == datetime(2026, 11, 21, 18, 30, tzinfo=UTC)
    assert window.until == datetime(2026, 11, 22, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # its clocks go forward at midnight: the day begins at one
        (INDIA, date(2026, 3, 29), 24),
        ("Africa/Nairobi", date(2026, 10, 25), 24),
    ],
)
def test_day_has_as_many_hours_as_its_clocks_say(zone: str, day: date, hours: int) -> None:
    window = Window(day, day, zone)
    assert window.until - window.since == timedelta(hours=hours)
    assert Window(day + timedelta(days=1), day + timedelta(days=1), zone).since == window.until
    assert window.before.until == window.since


def test_window_before_is_as_long_and_ends_where_this_one_begins() -> None:
    window = last_days(TODAY, 7, INDIA)
    assert (window.first, window.last, window.length) == (date(2026, 11, 16), TODAY, 7)
    assert (window.before.first, window.before.last) == (date(2026, 11, 9), date(2026, 11, 15))
    assert window.days[0] == window.first and window.days[-1] == window.last


@pytest.mark.parametrize(
    ("first", "last", "expected", "trouble"),
    [
        ("", "", ("2026-10-24", "2026-11-22"), None),
        ("2026-11-01", "2026-11-05", ("2026-11-01", "2026-11-05"), None),
        ("2026-11-01", "", ("2026-11-01", "2026-11-22"), None),
        ("", "2026-11-05", ("2026-10-07", "2026-11-05"), None),
        ("2026-11-05", "2026-11-01", ("2026-11-01", "2026-11-05"), "turned"),
        ("2026-11-20", "2027-01-01", ("2026-11-20", "2026-11-22"), "future"),
        ("2027-01-01", "2027-01-02", ("2026-11-22", "2026-11-22"), "future"),
        ("2026-02-30", "2026-11-01", ("2026-10-24", "2026-11-22"), "unreadable"),
        ("<script>", "x" * 999, ("2026-10-24", "2026-11-22"), "unreadable"),
        ("0001-01-01", "0001-01-02", ("2026-10-24", "2026-11-22"), "unreadable"),
        ("", "0001-01-02", ("2026-10-24", "2026-11-22"), "unreadable"),
        ("2015-01-01", "2026-11-22", ("2025-10-19", "2026-11-22"), "cut"),
    ],
)
def test_address_is_read_and_what_cannot_be_done_is_said(
    first: str, last: str, expected: tuple[str, str], trouble: str | None
) -> None:
    asked = window_in(first, last, TODAY, INDIA)
    assert (asked.window.first.isoformat(), asked.window.last.isoformat()) == expected
    assert asked.trouble == trouble
    assert asked.window.length <= LONGEST
