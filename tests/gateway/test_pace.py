"""The pace in a real Valkey: never more than a second's worth at once, nor when it is emptied or goes away."""

from __future__ import annotations

import time
from dataclasses import replace

from redis import Redis

from gateway.deliveries.send import send_some
from gateway.pace import MemoryPace, RedisPace
from gateway.runtime import Runtime
from tests import servers
from tests.builders import a_broadcast, a_member
from tests.conftest import TestClock
from tests.gateway.test_broadcasts import stand, start

LINE, RATE = "test:voice:+918000000001", 100.0


def drain(pace: RedisPace, seconds: float, rate: float = RATE) -> int:
    """Take whatever is granted for so long."""
    until, granted = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        granted += pace.take(LINE, rate, 10)
        time.sleep(0.002)
    return granted


def test_bucket_begins_empty_and_fills_by_the_clock_of_redis(redis: Redis) -> None:
    pace, began = RedisPace(redis), time.monotonic()
    assert pace.take(LINE, RATE, 10) == 0
    granted = drain(pace, 0.5)
    took = time.monotonic() - began
    assert RATE * 0.4 <= granted <= RATE * took + 1


def test_many_senders_share_one_pace(redis: Redis) -> None:
    began = time.monotonic()
    senders = [RedisPace(Redis.from_url(servers.valkey())) for _ in range(3)]
    granted = 0
    while time.monotonic() - began < 0.5:
        granted += sum(each.take(LINE, RATE, 5) for each in senders)
    assert granted <= RATE * (time.monotonic() - began) + 1


def test_idle_line_never_bursts_beyond_one_second(redis: Redis) -> None:
    pace = RedisPace(redis)
    pace.take(LINE, 20.0, 1)
    time.sleep(1.3)
    assert pace.take(LINE, 20.0, 1000) == 20
    assert pace.take(LINE, 20.0, 1000) == 0


def test_what_is_given_back_can_be_taken_and_a_debt_is_paid_first(redis: Redis) -> None:
    pace = RedisPace(redis)
    pace.take(LINE, 5.0, 1)
    time.sleep(1.05)
    assert pace.take(LINE, 5.0, 5) == 5
    pace.give_back(LINE, 3)
    assert pace.take(LINE, 5.0, 5) == 3
    pace.give_back(LINE, -5)
    time.sleep(0.3)
    assert pace.take(LINE, 5.0, 5) == 0


def test_emptied_redis_makes_no_burst(redis: Redis) -> None:
    pace, began, granted = RedisPace(redis), time.monotonic(), 0
    for _ in range(8):
        granted += drain(pace, 0.1)
        redis.flushall()
    assert granted <= RATE * (time.monotonic() - began) + 1
    assert drain(pace, 0.3) > 10  # and it goes on


def test_nothing_goes_and_nothing_is_lost_while_redis_is_away(rt: Runtime, clock: TestClock) -> None:
    away = RedisPace(Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2))
    for _ in range(3):
        a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    assert send_some(replace(rt, pace=away), "voice").handed == 0
    away.give_back(LINE, 3)
    assert stand(rt, broadcast_id).not_yet_tried == 3
    assert send_some(rt, "voice").handed == 3


def test_broadcast_keeps_the_pace_of_a_real_redis(rt: Runtime, redis: Redis) -> None:
    for _ in range(12):
        a_member(rt)
    start(rt, a_broadcast(rt))
    slow = replace(rt, pace=RedisPace(redis), settings=replace(rt.settings, calls_per_second=10))
    began = time.monotonic()
    while len(rt.voice.placed) < 12:
        send_some(slow, "voice")
        assert len(rt.voice.placed) <= 10 * (time.monotonic() - began) + 1
        time.sleep(0.02)


def test_memory_keeps_the_same_pace(clock: TestClock) -> None:
    pace = MemoryPace(clock)
    assert (pace.take(LINE, 10.0, 50), pace.take(LINE, 10.0, 50)) == (10, 0)
    clock.forward(seconds=0.25)
    assert pace.take(LINE, 10.0, 50) == 2
    pace.give_back(LINE, 2)
    assert pace.take(LINE, 10.0, 50) == 2
    pace.empty()
    assert pace.take(LINE, 10.0, 50) == 0
    clock.forward(hours=2)
    assert pace.take(LINE, 10.0, 50) == 10
    clock.forward(hours=-2)
    assert pace.take(LINE, 10.0, 50) == 0
    clock.forward(seconds=0.1)
    assert pace.take(LINE, 10.0, 50) == 1
    assert MemoryPace(clock).take(LINE, 0.5, 5) == 1
