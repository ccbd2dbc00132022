"""How fast, and until when (reach_and_retries.md 2.1, 2.3)."""

from datetime import timedelta

import pytest

from gateway.rules.pacing import Bucket, fill, finish_time, line_seconds, lot, take
from tests.rules.cases import NOON

TAKES = [  # tokens, seconds since, rate, burst, wanted, granted, left
    (0, 0, 10, 10, 5, 0, 0),
    (0, 0.5, 10, 10, 5, 5, 0),
    (3, 1, 10, 10, 20, 10, 0),
    (0, 3600, 10, 10, 4, 4, 6),
    (0.4, 0.05, 10, 10, 1, 0, 0.9),
    (2, -60, 10, 10, 1, 1, 1),
    (5, 0, 10, 10, -1, 0, 5),
]


@pytest.mark.parametrize(("tokens", "since", "rate", "burst", "wanted", "granted", "left"), TAKES)
def test_take(tokens, since, rate, burst, wanted, granted, left):
    before = Bucket(tokens, NOON)
    got, after = take(before, NOON + timedelta(seconds=since), rate, burst, wanted)
    assert got == granted
    assert after.tokens == pytest.approx(left)
    assert after.at == NOON + timedelta(seconds=since)


def test_take_when_many_ask_for_an_hour():
    bucket, granted = Bucket(0, NOON), 0
    for tick in range(1, 3601):
        got, bucket = take(bucket, NOON + timedelta(seconds=tick), 2.5, 5, 100)
        granted += got
    assert 8995 <= granted <= 9000


def test_lot_falls_to_each_in_turn():
    drawn = [min((1, 2, 3), key=lambda each: lot(each, NOON + timedelta(milliseconds=n))) for n in range(300)]
    assert all(60 < drawn.count(each) < 140 for each in (1, 2, 3))


def test_fill_after_take():
    granted, bucket = take(Bucket(10, NOON), NOON, 10, 10, 7)
    assert fill(bucket, granted).tokens == 10
    assert fill(bucket, -5).tokens == -2  # a debt is paid before the next one goes
    assert take(fill(bucket, -5), NOON + timedelta(seconds=0.5), 10, 10, 9)[0] == 3


CAPACITY = [
    (4000, 4),
    (40_000, 40),
    (90_712, 90),
    (453_560, 449),
]  # members, channels: table of 2.3, one attempt


@pytest.mark.parametrize(("members", "channels"), CAPACITY)
def test_finish_time_when_lines_are_those_of_the_capacity_table(members, channels):
    window = (NOON, NOON + timedelta(hours=11))
    ask = {"pace": 100, "seconds_per_call": 45, "answer_share": 0.4, "window": window, "now": NOON}
    enough = finish_time(members, lines=channels, **ask)
    assert enough.finishes_at is not None
    assert enough.finishes_at > window[1] - timedelta(minutes=30)
    assert finish_time(members, lines=round(channels * 0.95) - 1, **ask).finishes_at is None


def test_line_seconds_when_answered_and_not():
    assert line_seconds(45, 1) == 53
    assert line_seconds(45, 0) == 30
    assert line_seconds(45, 0.4) == pytest.approx(39.2)


FORECASTS = [  # count, pace, lines, opens in, closes in, ends in (minutes; None: not today)
    (600, 1, 500, 0, 60, 10),
    (600, 1, 500, 30, 60, 40),
    (600, 1, 500, -30, 5, None),
    (600, 1, 500, -60, -1, None),
    (600, 0, 500, 0, 60, None),
    (0, 0, 500, 0, 60, 0),
    (6000, 100, None, 0, 60, 1),
]


@pytest.mark.parametrize(("count", "pace", "lines", "opens", "closes", "ends"), FORECASTS)
def test_finish_time(count, pace, lines, opens, closes, ends):
    window = (NOON + timedelta(minutes=opens), NOON + timedelta(minutes=closes))
    forecast = finish_time(
        count, pace=pace, lines=lines, seconds_per_call=45, answer_share=0.4, window=window, now=NOON
    )
    assert forecast.finishes_at == (None if ends is None else NOON + timedelta(minutes=ends))


SHARES = [  # answered at the first try, expected calls of three rounds for 1000 members
    (0.4, (1000, 600, 480)),  # 2.1, R = 80 %: 1.0, 1.6, 2.1 calls per member
    (0.0, (1000, 1000, 1000)),
    (1.0, (1000, 0, 0)),
]


@pytest.mark.parametrize(("share", "rounds"), SHARES)
def test_rounds_when_some_are_not_reached(share, rounds):
    window = (NOON, NOON + timedelta(hours=8))
    forecast = finish_time(
        1000, pace=10, lines=50, seconds_per_call=45, answer_share=share, window=window, now=NOON
    )
    assert forecast.rounds == rounds
