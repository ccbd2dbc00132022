"""Calling windows: by the wall clock, through every change of the clocks, over a fuzzed year."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Hours
from gateway.rules.windows import closing, is_open, local_day, next_opening, window_on
from tests.rules.cases import INDIA, KENYA, in_zone, utc

C = MessageClass
OPEN = [  # profile, class, instant in UTC, open?, source
    (INDIA, C.ORGANISATIONAL, "2026-03-10 03:29:59", False, "08:59:59: L1 hard 09:00"),
    (INDIA, C.ORGANISATIONAL, "2026-03-10 03:30", True, "09:00"),
    (INDIA, C.ORGANISATIONAL, "2026-03-10 15:29:59", True, "20:59:59"),
    (INDIA, C.ORGANISATIONAL, "2026-03-10 15:30", False, "21:00 is closed"),
    (INDIA, C.CAMPAIGN, "2026-03-10 16:30", False, "22:00 under the model code: 3.2"),
    (INDIA, C.CAMPAIGN, "2026-03-10 00:29", False, "05:59 under the model code: 3.2"),
    (INDIA, C.EMERGENCY, "2026-03-10 21:00", True, "02:30: any hour"),
    (KENYA, C.CAMPAIGN, "2026-03-10 04:30", False, "07:30: campaign 08:00 to 18:00, 3.5"),
    (KENYA, C.ORGANISATIONAL, "2026-03-10 04:30", True, "07:30: marketing 07:00 to 19:00, 3.5"),
    (KENYA, C.CAMPAIGN, "2026-03-10 15:00", False, "18:00"),
]
NEW_YORK, CAIRO, HAVANA = in_zone("America/New_York"), in_zone("Africa/Cairo"), in_zone("America/Havana")


@pytest.mark.parametrize(("profile", "message_class", "at", "expected", "source"), OPEN)
def test_is_open_by_the_wall_clock(profile, message_class, at, expected, source):
    assert is_open(profile, message_class, utc(at)) is expected, source


def test_is_open_when_the_demo_opens_all_day():
    at = utc("2026-03-10 21:00")
    assert is_open(INDIA, C.CAMPAIGN, at, open_all_day=True)
    assert next_opening(INDIA, C.CAMPAIGN, at, open_all_day=True) == at


NEXT = [  # instant, next opening, closing; India, hard 03:30 to 15:30 UTC
    ("2026-03-10 01:00", "2026-03-10 03:30", "2026-03-10 15:30"),
    ("2026-03-10 06:30", "2026-03-10 06:30", "2026-03-10 15:30"),
    ("2026-03-10 15:30", "2026-03-11 03:30", "2026-03-11 15:30"),
    ("2026-03-10 20:00", "2026-03-11 03:30", "2026-03-11 15:30"),  # already the 11th in India
]


@pytest.mark.parametrize(("at", "opens", "closes"), NEXT)
def test_next_opening_and_closing(at, opens, closes):
    assert next_opening(INDIA, C.SERVICE, utc(at)) == utc(opens)
    assert closing(INDIA, C.SERVICE, utc(at)) == utc(closes)


def test_next_opening_when_soft():
    assert next_opening(INDIA, C.SERVICE, utc("2026-03-10 03:30"), is_soft=True) == utc("2026-03-10 04:30")
    assert closing(INDIA, C.SERVICE, utc("2026-03-10 03:30"), is_soft=True) == utc("2026-03-10 15:00")


CLOCKS = [  # profile, day, opens, closes: 09:00 and 21:00 on the wall whatever the clocks did that night
    (NEW_YORK, date(2026, 3, 7), "2026-03-07 14:00", "2026-03-08 02:00"),
    (NEW_YORK, date(2026, 3, 8), "2026-03-08 13:00", "2026-03-09 01:00"),
    (NEW_YORK, date(2026, 11, 1), "2026-11-01 14:00", "2026-11-02 02:00"),
    (CAIRO, date(2026, 4, 24), "2026-04-24 06:00", "2026-04-24 18:00"),
    (CAIRO, date(2026, 10, 30), "2026-10-30 07:00", "2026-10-30 19:00"),
]


@pytest.mark.parametrize(("profile", "day", "opens", "closes"), CLOCKS)
def test_window_when_the_clocks_change(profile, day, opens, closes):
    assert window_on(profile, C.SERVICE, day) == (utc(opens), utc(closes))


ODD = [  # a window whose edge exists never or twice: the later reading opens, the earlier one closes (journeys.md 5.1)
    (date(2026, 3, 8), time(2, 30), time(12), "2026-03-08 07:30", "2026-03-08 16:00"),
    (date(2026, 3, 8), time(0, 30), time(2, 30), "2026-03-08 05:30", "2026-03-08 06:30"),
    (date(2026, 11, 1), time(1, 30), time(12), "2026-11-01 06:30", "2026-11-01 17:00"),
    (date(2026, 11, 1), time(0, 30), time(1, 30), "2026-11-01 04:30", "2026-11-01 05:30"),
]


@pytest.mark.parametrize(("day", "opens_at", "closes_at", "opens", "closes"), ODD)
def test_window_when_its_edge_falls_into_the_change(day, opens_at, closes_at, opens, closes):
    profile = with_hours(NEW_YORK, opens_at, closes_at)
    assert window_on(profile, C.SERVICE, day) == (utc(opens), utc(closes))


def test_next_opening_when_the_change_swallows_the_window():
    profile = with_hours(NEW_YORK, time(2, 15), time(2, 45))
    opening = next_opening(profile, C.SERVICE, utc("2026-03-08 06:00"))
    assert opening == utc("2026-03-09 06:15")  # that day has no 02:15; the next one has


@pytest.mark.parametrize("profile", [INDIA, NEW_YORK, CAIRO, HAVANA], ids=lambda p: p.zone)
def test_all_day_when_every_hour_of_a_year_is_asked(profile):
    start = utc("2026-01-01 00:30")
    instants = [start + timedelta(hours=h) for h in range(8760)]
    assert all(is_open(profile, C.EMERGENCY, at) for at in instants)
    days = [date(2026, 1, 1) + timedelta(days=d) for d in range(365)]
    windows = [window_on(profile, C.EMERGENCY, day) for day in days]
    assert all(a[1] == b[0] for a, b in zip(windows, windows[1:], strict=False))  # no hole between two days


def test_window_when_it_ends_with_the_day():
    profile = with_hours(INDIA, time(9), time(0))
    assert window_on(profile, C.SERVICE, date(2026, 3, 10)) == (
        utc("2026-03-10 03:30"),
        utc("2026-03-10 18:30"),
    )


def test_a_moment_without_a_zone_when_asked():
    with pytest.raises(ValueError, match="zone"):
        local_day(INDIA, datetime(2026, 3, 10, 12))


@pytest.mark.parametrize("profile", [INDIA, KENYA, NEW_YORK, CAIRO], ids=lambda p: p.zone)
def test_openings_when_a_year_is_fuzzed(profile):
    chance = random.Random(7)
    for _ in range(1000):
        at = utc("2026-01-01 00:00") + timedelta(seconds=chance.randrange(365 * 86400))
        message_class = chance.choice([c for c in C if c is not C.EMERGENCY])
        hours, wall = profile.hard[message_class], at.astimezone(ZoneInfo(profile.zone)).time()
        opening = next_opening(profile, message_class, at)
        assert is_open(profile, message_class, at) is (hours.opens <= wall < hours.closes)
        assert is_open(profile, message_class, opening)
        assert at <= opening < closing(profile, message_class, at)


def with_hours(profile, opens, closes):
    return replace(profile, hard={**profile.hard, C.SERVICE: Hours(opens, closes)})
