"""kill -9 in the middle of a broadcast (reliability.md B1): nobody is called twice, nobody is forgotten, sums add up."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from gateway.broadcasts import sums
from gateway.db import unit_of_work
from gateway.models import Attempt, Broadcast, Delivery, Member, Report
from gateway.phones import Number
from gateway.states import DeliveryReason, DeliveryState
from gateway.store import numbers
from tests.broadcast_steps import begin, many_members, stand
from tests.hands import CALLS_BACK
from tests.house import MIDNIGHT, House, running, until

pytestmark = pytest.mark.timeout(600)

MEMBERS, KILLS, SEED = 300, 3, 20
TAKEN_UP_WITHIN = 60.0
FINISHED_WITHIN = 85.0
SLOW_ENOUGH_TO_KILL = {"MEMBERLINE_CALLS_PER_SECOND": "40", "MEMBERLINE_LINES": "60"}


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    yield from running(speed=60.0, **SLOW_ENOUGH_TO_KILL)


def kill_senders(house: House) -> None:
    """The worker and whatever it forked, at once; the supervisor starts another."""
    for pid in house.worker_pids():
        os.kill(pid, signal.SIGKILL)


def calls_to(house: House, members: list[Number]) -> Counter[str]:
    """How often the provider took a call for each of them."""
    known = set(members)
    return Counter(each for each in house.accepted() if each in known)


def was_taken_up(house: House, before: int) -> bool:
    return len(house.accepted()) > before


def wait_for_end(house: House, broadcast_id: int) -> sums.Sums:
    """Poll until nobody waits or is on the line; the sums are checked at every look."""
    end = time.monotonic() + FINISHED_WITHIN
    while time.monotonic() < end:
        found = stand(house, broadcast_id)
        if not (found.not_yet_tried or found.in_progress or found.held):
            return found
        time.sleep(0.2)
    raise AssertionError(f"it did not end: {stand(house, broadcast_id)}")


def end_of(house: House, broadcast_id: int) -> tuple[sums.Sums, set[str]]:
    """How it ended, and the numbers of whom nobody knows whether they were called: both of one moment.

    The house asks the provider about its doubts all the while, so two looks one after the other may differ.
    """
    with unit_of_work(house.rt.engine) as unit:
        unit.db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        end = sums.of_broadcast(unit.db, broadcast_id)
        ids = unit.db.scalars(
            select(Delivery.number_id).where(
                Delivery.broadcast_id == broadcast_id, Delivery.state == DeliveryState.IN_DOUBT
            )
        ).all()
        return end, set(numbers.open_numbers(unit.db, house.rt.vault, list(ids)).values())


def test_nobody_is_called_twice_and_everybody_once_when_the_sender_is_killed(house: House) -> None:
    members = many_members(house, MEMBERS, "BOOTH-KILL")
    broadcast_id = begin(house, "BOOTH-KILL")
    dice, pauses = random.Random(SEED), []
    for nth in range(KILLS):
        threshold = MEMBERS * (nth + dice.random()) / (KILLS + 1.5)
        until(lambda least=threshold: len(calls_to(house, members)) > least, 60, 0.02)
        kill_senders(house)
        killed_at, before = time.monotonic(), len(house.accepted())
        until(lambda seen=before: was_taken_up(house, seen), TAKEN_UP_WITHIN)
        pauses.append(time.monotonic() - killed_at)
        stand(house, broadcast_id)
    wait_for_end(house, broadcast_id)
    assert house.all_of(Report) == []  # everybody heard the announcement and nothing else
    called = calls_to(house, members)
    end, doubtful = end_of(house, broadcast_id)
    assert [number for number, times in called.items() if times > 1] == []
    assert set(called) | doubtful == set(members)
    assert set(called) & doubtful == set()
    assert end.in_doubt == len(doubtful)
    assert end.heard + end.answered_not_heard == MEMBERS - len(doubtful)
    print(f"\nin doubt {len(doubtful)} of {MEMBERS}; taken up after {[round(p, 1) for p in pauses]} s")  # noqa: T201


def test_attempts_are_as_many_as_calls_when_the_sender_is_killed_at_the_first_batch(house: House) -> None:
    members = many_members(house, 60, "BOOTH-FIRST")
    broadcast_id = begin(house, "BOOTH-FIRST")
    until(lambda: house.all_of(Attempt, Attempt.broadcast_id == broadcast_id), 30, 0.005)
    kill_senders(house)
    end = wait_for_end(house, broadcast_id)
    tried = house.all_of(Attempt, Attempt.broadcast_id == broadcast_id)
    assert len(tried) == len({each.delivery_id for each in tried}) == len(members)
    called = calls_to(house, members)
    assert max(called.values()) == 1
    assert len(called) + end.in_doubt == len(members)


def test_second_up_finds_every_row_when_all_processes_were_killed_at_once(house: House) -> None:
    members = many_members(house, 120, "BOOTH-ALL")
    sita = house.phone(members[0])
    sita.call({1: "1", 2: "2"}, speak=3.0)
    house.control("speed", speed=1)  # all lines stay engaged, so that many still wait when it happens
    broadcast_id = begin(house, "BOOTH-ALL")
    until(lambda: len(calls_to(house, members)) > 20, 30, 0.02)
    called_before = calls_to(house, members)
    everybody = len(house.all_of(Member))
    house.kill_everything()
    house.start(MIDNIGHT)
    assert len(house.all_of(Member)) == everybody
    assert len(house.all_of(Report)) == 1
    kept = house.all_of(Broadcast, Broadcast.id == broadcast_id)
    assert len(kept) == 1
    owed = house.all_of(
        Delivery, Delivery.broadcast_id == broadcast_id, Delivery.reason == DeliveryReason.BROADCAST
    )
    assert len(owed) == len(members)
    until(lambda: stand(house, broadcast_id).held > 0, 40)
    assert not set(calls_to(house, members)) & set(called_before)
    rings_at_night(house, members[1])


def rings_at_night(house: House, number: str) -> None:
    """D30: what a member asks for by a ring comes at any hour, while the broadcast waits for the morning."""
    phone = house.phone(number)
    phone.answers_with({})
    phone.call(to=CALLS_BACK)
    until(lambda: phone.calls("Outbound"), 60)
