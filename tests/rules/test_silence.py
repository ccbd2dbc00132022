"""The silence before a poll (rules.md L2, 3.2)."""

from datetime import timedelta

import pytest

from gateway.rules.classes import MessageClass
from gateway.rules.silence import Silence, is_silent, silence_for, silent_until
from tests.rules.cases import INDIA, utc

C = MessageClass
CLOSE = utc("2026-11-06 12:30")
POLL = Silence("/1/5/", CLOSE)
CASES = [  # unit, class, instant, silent?, why
    ("/1/5/23/", C.CAMPAIGN, CLOSE - timedelta(hours=48), True, "48 hours begin: 3.2"),
    ("/1/5/23/", C.CAMPAIGN, CLOSE - timedelta(hours=48, seconds=1), False, "a second before"),
    ("/1/5/", C.CAMPAIGN, CLOSE - timedelta(seconds=1), True, "the last second"),
    ("/1/5/23/", C.CAMPAIGN, CLOSE, False, "the poll has closed"),
    ("/1/6/", C.CAMPAIGN, CLOSE - timedelta(hours=1), False, "another area"),
    ("/1/", C.CAMPAIGN, CLOSE - timedelta(hours=1), False, "above the area"),
    ("/1/55/", C.CAMPAIGN, CLOSE - timedelta(hours=1), False, "a number that only begins alike"),
    *[("/1/5/", c, CLOSE - timedelta(hours=1), False, "only campaign: L2") for c in C if c is not C.CAMPAIGN],
]


@pytest.mark.parametrize(("unit", "message_class", "at", "expected", "why"), CASES)
def test_is_silent_by_area_class_and_hour(unit, message_class, at, expected, why):
    assert is_silent([POLL], unit, message_class, at) is expected, why


def test_is_silent_when_there_is_no_poll():
    assert not is_silent([], "/1/5/", C.CAMPAIGN, CLOSE)


HOURS = [(None, 48), (24, 48), (72, 72)]  # may be raised, never lowered: L2; 72 hours in one district: 3.2


@pytest.mark.parametrize(("asked", "hours"), HOURS)
def test_silence_for_when_a_local_order_asks(asked, hours):
    assert silence_for(INDIA, "/1/5/", CLOSE, asked) == Silence("/1/5/", CLOSE, hours)


def test_silent_until_when_polls_follow_each_other():
    later = Silence("/1/", CLOSE + timedelta(hours=30))
    assert silent_until([POLL, later], "/1/5/", C.CAMPAIGN, CLOSE - timedelta(hours=1)) == later.close_of_poll
    assert silent_until([POLL, later], "/1/5/", C.SERVICE, CLOSE) is None
