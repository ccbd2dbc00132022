"""kill -9 of the worker, the web, Valkey and PostgreSQL in the middle of a broadcast to 5,000 (reliability.md B1, B5, B7, B9).

Nobody is called twice, nobody is left out, the sums add up at every look, and the work is taken up again within a minute.
Posts that came while nobody listened are lost for good: such calls are in doubt twenty minutes later, and not repeated.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from gateway.broadcasts import sums
from gateway.db import unit_of_work
from gateway.deliveries import sweep
from gateway.models import Consent, Member, PhoneNumber
from gateway.phones import Number
from gateway.states import MemberStatus
from tests.broadcast_steps import begin, stand
from tests.builders import a_number, a_unit
from tests.chaos.test_kill import TAKEN_UP_WITHIN, calls_to, end_of
from tests.house import House, running, until

pytestmark = pytest.mark.timeout(600)

MEMBERS = 5_000
NOBODY_PICKS_UP = 0.9  # or the posts of so many talks would be what is measured
UNIT = "BOOTH-SURVIVES"
# More lines than members: a call whose last post was lost keeps its line for twenty minutes.
QUICK = {"MEMBERLINE_CALLS_PER_SECOND": "150", "MEMBERLINE_LINES": "6000"}
KILLED = {
    "the worker": "worker --queues sweep,send,default",
    "the web": " web --port",
    "Valkey": "valkey-server",
    "PostgreSQL": "/postgres -D",
}
LATER = timedelta(minutes=21)  # longer than any call lasts


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    yield from running(speed=60.0, **QUICK)


def a_crowd(house: House) -> list[Number]:
    """Members who agreed on paper, written in few statements."""
    rt, now = house.rt, house.rt.clock()
    numbers = [a_number(500_000 + nth) for nth in range(MEMBERS)]
    with unit_of_work(rt.engine) as work:
        unit_id = a_unit(work.db, UNIT).id
        rows = [
            {"index": rt.vault.index(each), "sealed": rt.vault.seal_number(each), "tail": each[-4:], "created_at": now}
            for each in numbers
        ]  # fmt: skip
        ids = work.db.scalars(
            insert(PhoneNumber).returning(PhoneNumber.id, sort_by_parameter_order=True), rows
        )
        person = {"unit_id": unit_id, "language": "hi", "created_at": now, "consent": "all"}
        people = [{**person, "number_id": each, "status": MemberStatus.ACTIVE} for each in ids]
        made = work.db.scalars(
            insert(Member).returning(Member.id, sort_by_parameter_order=True), people
        ).all()
        entry = {"purpose": "all", "action": "given", "how": "paper", "at": now}
        agreed = [
            {**entry, "member_id": each, "number_id": one["number_id"]}
            for each, one in zip(made, people, strict=True)
        ]
        work.db.execute(insert(Consent), agreed)
    return numbers


def kill(house: House, command: str) -> None:
    """kill -9 of the process of this command and of whatever it forked."""
    found = [pid for pid, line in house.pids().items() if command in line]
    assert found, command
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def look(house: House, broadcast_id: int) -> sums.Sums | None:
    """How it stands; the sums are checked. None while the database is away."""
    try:
        return stand(house, broadcast_id)
    except OperationalError:
        return None


def taken_up_after(house: House, members: list[Number], command: str) -> float:
    """Kill, and say after how many seconds the next call was placed by whoever came after."""
    kill(house, command)
    killed_at = time.monotonic()
    time.sleep(1.0)  # what was on its way
    before = len(house.accepted())
    until(lambda: len(house.accepted()) > before, TAKEN_UP_WITHIN, 0.1)
    return time.monotonic() - killed_at


def everybody_was_tried(house: House, broadcast_id: int) -> bool:
    found = look(house, broadcast_id)
    return found is not None and not (found.not_yet_tried or found.held)


def twenty_minutes_later(house: House) -> None:
    """The sweep by a clock that is ahead: of what nobody has heard by then, nothing will come."""
    rt = house.rt
    later = replace(rt, clock=lambda: rt.clock() + LATER)
    with unit_of_work(later.engine) as unit:
        sweep._silent(unit, later, "voice")


def no_call_is_under_way(house: House, broadcast_id: int) -> bool:
    twenty_minutes_later(house)
    return stand(house, broadcast_id).in_progress == 0


def test_nobody_is_called_twice_or_left_out_when_everything_is_killed_once(house: House) -> None:
    members = a_crowd(house)
    house.control("profile", name="everybody", no_answer=NOBODY_PICKS_UP)
    broadcast_id = begin(house, UNIT)
    pauses = {}
    for nth, (name, command) in enumerate(KILLED.items()):
        threshold = MEMBERS * (nth + 1) / (len(KILLED) + 2)
        until(lambda least=threshold: len(house.accepted()) > least, 120, 0.1)
        pauses[name] = taken_up_after(house, members, command)
        until(lambda: look(house, broadcast_id), 30, 0.2)
    until(lambda: everybody_was_tried(house, broadcast_id), 180, 0.5)
    until(lambda: no_call_is_under_way(house, broadcast_id), 60, 1.0)
    called = calls_to(house, members)
    end, doubtful = end_of(house, broadcast_id)
    assert [number for number, times in called.items() if times > 1] == []
    assert set(called) | doubtful == set(members)
    assert end.asked == MEMBERS
    assert end.in_doubt == len(doubtful)
    shown = {name: round(seconds, 1) for name, seconds in pauses.items()}
    print(f"\nin doubt {len(doubtful)} of {MEMBERS}; taken up after {shown} s")  # noqa: T201
