"""Times that somebody types: those that never come are told with their neighbours, of two the later counts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.rules.walls import around_gap, instant_of_wall

BERLIN, NEW_YORK, LORD_HOWE, INDIA = (
    ZoneInfo(each) for each in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
)
THERE = [  # zone, wall, UTC
    (INDIA, datetime(2026, 3, 29, 2, 30), datetime(2026, 3, 28, 21, 0, tzinfo=UTC)),
    (BERLIN, datetime(2026, 3, 29, 3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
    (BERLIN, datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
    (
        BERLIN,
        datetime(2026, 10, 25, 2, 30),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ),  # comes twice: the later
]
GAPS = [  # zone, wall, the last before, the first after
    (BERLIN, datetime(2026, 3, 29, 2, 0), datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 3, 0)),
    (BERLIN, datetime(2026, 3, 29, 2, 59), datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 3, 0)),
    (NEW_YORK, datetime(2026, 3, 8, 2, 30), datetime(2026, 3, 8, 1, 59), datetime(2026, 3, 8, 3, 0)),
    (LORD_HOWE, datetime(2026, 10, 4, 2, 15), datetime(2026, 10, 4, 1, 59), datetime(2026, 10, 4, 2, 30)),
]


@pytest.mark.parametrize(("zone", "wall", "instant"), THERE)
def test_time_that_comes(zone, wall, instant):
    assert instant_of_wall(zone, wall) == instant


@pytest.mark.parametrize(("zone", "wall", "before", "after"), GAPS)
def test_time_that_never_comes(zone, wall, before, after):
    assert instant_of_wall(zone, wall) is None
    assert around_gap(zone, wall) == (before, after)
