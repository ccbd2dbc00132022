"""Broadcasts share a line evenly, urgent ones go first, and what is no broadcast goes before all."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.deliveries import owe
from gateway.deliveries.send import send_some
from gateway.models import Attempt, Exchange
from gateway.pace import MemoryPace
from gateway.runtime import Runtime
from gateway.store import batches, numbers
from tests.builders import a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, begin


def tried(rt: Runtime) -> list[int | None]:
    """Whose turn it was, try by try."""
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Attempt.broadcast_id).order_by(Attempt.id)))


def slowly(rt: Runtime, clock: TestClock, per_second: int) -> Runtime:
    return replace(
        rt,
        settings=replace(rt.settings, calls_per_second=per_second, lines=10_000),
        pace=MemoryPace(clock),
    )


def test_small_broadcast_is_through_long_before_the_big_one(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 1_000, "BOOTH-1")
    a_crowd(rt, 50, "BOOTH-2")
    big, small = begin(rt, "BOOTH-1", "voice"), begin(rt, "BOOTH-2", "voice")
    slow = slowly(rt, clock, 20)
    for _ in range(6):
        send_some(slow, "voice")
        clock.forward(seconds=1)
    counted = Counter(tried(rt))
    assert (counted[small], counted[big]) == (50, 70)


def test_nobody_starves_when_one_call_a_second_is_allowed(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 60, "BOOTH-1")
    a_crowd(rt, 60, "BOOTH-2")
    first, second = begin(rt, "BOOTH-1", "voice"), begin(rt, "BOOTH-2", "voice")
    slow = slowly(rt, clock, 1)
    for _ in range(40):
        assert send_some(slow, "voice").handed == 1
        clock.forward(seconds=1)
    counted = Counter(tried(rt))
    assert min(counted[first], counted[second]) >= 10


def test_urgent_goes_before_ordinary_and_a_call_back_before_both(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 30, "BOOTH-1")
    a_crowd(rt, 25, "BOOTH-2")
    ordinary = begin(rt, "BOOTH-1", "voice")
    urgent = begin(rt, "BOOTH-2", "voice", is_urgent=True)
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        owe.owe_call_back(unit, rt, number_id, rt.clock().replace(hour=23))
    slow = slowly(rt, clock, 10)
    for _ in range(4):
        send_some(slow, "voice")
        clock.forward(seconds=1)
    turns = tried(rt)
    assert turns[0] is None
    assert turns[1:26] == [urgent] * 25
    assert turns[26:] == [ordinary] * 14


def test_batches_of_two_broadcasts_take_turns_and_a_reply_goes_first(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 1_200, "BOOTH-1")
    a_crowd(rt, 50, "BOOTH-2")
    a_crowd(rt, 20, "BOOTH-3")
    begin(rt, "BOOTH-1")
    begin(rt, "BOOTH-2")
    urgent = begin(rt, "BOOTH-3", is_urgent=True)
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        owe.owe_sms(unit, rt, number_id, "REF 4711", "reply:1")
    send_some(rt, "sms")
    assert [each.text for each in rt.sms.sent[:1]] == ["REF 4711"]
    assert tried(rt)[1:21] == [urgent] * 20
    for _ in range(4):
        clock.forward(seconds=0.7)
        send_some(rt, "sms")
    with unit_of_work(rt.engine) as unit:
        sizes = list(unit.db.scalars(select(Exchange.recipients).order_by(Exchange.id)))
    assert 50 in sizes[2:6]
    assert sizes.count(1_000) == 1


def test_sender_takes_what_nobody_holds_whosever_turn_it_is(rt: Runtime) -> None:
    for nth in range(3):
        a_crowd(rt, 2, f"BOOTH-{nth}")
        begin(rt, f"BOOTH-{nth}")
    until = rt.clock() + timedelta(seconds=40)
    with ExitStack() as held:
        senders = [held.enter_context(unit_of_work(rt.engine)).db for _ in range(4)]
        taken = [batches.claim(db, "sms", rt.clock(), until) for db in senders]
    assert len({each.broadcast_id for each in taken if each}) == 3
    assert taken[3] is None
