"""kill -9 of the worker, the web, Valkey and PostgreSQL in the middle of a broadcast to 5,000 (reliability.md B1, B5, B7, B9).

Nobody is called twice, nobody is left out, the sums add up at every look, and the work is taken up again within a minute.
Posts that came while nobody listened are lost for good: the provider is asked what became of such calls, so that few are in
doubt and their lines are free again. The test asks by a clock that is ahead, instead of waiting for minutes.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from gateway import posts_again
from gateway.broadcasts import sums
from gateway.db import unit_of_work
from gateway.deliveries import doubt
from gateway.models import Consent, Delivery, Member, PhoneNumber
from gateway.phones import Number
from gateway.rules.retry import Cause
from gateway.states import MemberStatus
from gateway.store import numbers
from tests.broadcast_steps import begin, stand
from tests.builders import a_number, a_unit
from tests.chaos.test_kill import TAKEN_UP_WITHIN, calls_to, end_of
from tests.house import House, running, until

pytestmark = pytest.mark.timeout(1200)

MEMBERS = 5_000
NOBODY_PICKS_UP = 0.9  # or the posts of so many talks would be what is measured
UNIT = "BOOTH-SURVIVES"
QUICK = {"MEMBERLINE_CALLS_PER_SECOND": "200", "MEMBERLINE_LINES": "300"}
KILLED = {
    "the worker": "worker --queues sweep,send,default",
    "the web": " web --port",
    "Valkey": "valkey-server",
    "PostgreSQL": "/postgres -D",
}
LATER = timedelta(seconds=61)  # at each asking: then a call may be asked about again
IN_DOUBT = MEMBERS / 100


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    yield from running(speed=60.0, **QUICK)


def a_crowd(house: House) -> list[Number]:
    """Members who agreed on paper, written in few statements."""
    rt, now = house.rt, house.rt.clock()
    phones = [a_number(500_000 + nth) for nth in range(MEMBERS)]
    with unit_of_work(rt.engine) as work:
        unit_id = a_unit(work.db, UNIT).id
        rows = [
            {"index": rt.vault.index(each), "sealed": rt.vault.seal_number(each), "tail": each[-4:], "created_at": now}
            for each in phones
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
    return phones


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


class Sweep:
    """Asks what became of calls, each time by a clock that is a minute further ahead: nobody waits for minutes."""

    def __init__(self, house: House) -> None:
        self.house, self.ahead = house, doubt.SILENT_FOR

    def ask(self) -> None:
        rt = self.house.rt
        self.ahead += LATER
        with suppress(OperationalError, psycopg.OperationalError):  # the database is away
            posts_again.ask_about_doubts(replace(rt, clock=lambda: rt.clock() + self.ahead))

    def taken_up_after(self, command: str) -> float:
        """Kill, and say after how many seconds the next call was placed by whoever came after.

        Where the web is away, all lines are soon kept busy by calls whose last posts are lost.
        """
        kill(self.house, command)
        killed_at = time.monotonic()
        time.sleep(1.0)  # what was on its way
        before = len(self.house.accepted())
        until(lambda: self.has_called(before), TAKEN_UP_WITHIN, 0.5)
        return time.monotonic() - killed_at

    def has_called(self, before: int) -> bool:
        self.ask()
        return len(self.house.accepted()) > before

    def everybody_was_tried(self, broadcast_id: int) -> bool:
        self.ask()
        found = look(self.house, broadcast_id)
        return found is not None and not (found.not_yet_tried or found.held or found.in_progress)


def not_taken(house: House, broadcast_id: int) -> set[str]:
    """Who was about to be called when the sender was killed: the provider says it took nothing, so they come again."""
    rt = house.rt
    query = select(Delivery.number_id).where(
        Delivery.broadcast_id == broadcast_id, Delivery.last_cause == str(Cause.NETWORK)
    )
    with unit_of_work(rt.engine) as unit:
        return set(numbers.open_numbers(unit.db, rt.vault, list(unit.db.scalars(query))).values())


def test_nobody_is_called_twice_or_left_out_when_everything_is_killed_once(house: House) -> None:
    members = a_crowd(house)
    house.control("profile", name="everybody", no_answer=NOBODY_PICKS_UP)
    broadcast_id = begin(house, UNIT)
    sweep, pauses = Sweep(house), {}
    for nth, (name, command) in enumerate(KILLED.items()):
        threshold = MEMBERS * (nth + 1) / (len(KILLED) + 2)
        until(lambda least=threshold: len(house.accepted()) > least, 240, 0.1)
        pauses[name] = sweep.taken_up_after(command)
        until(lambda: look(house, broadcast_id), 30, 0.2)
        sweep.ask()
    until(lambda: sweep.everybody_was_tried(broadcast_id), 400, 0.5)
    called = calls_to(house, members)
    end, doubtful = end_of(house, broadcast_id)
    assert [number for number, times in called.items() if times > 1] == []
    assert set(called) | doubtful | not_taken(house, broadcast_id) == set(members)
    assert end.asked == MEMBERS
    assert end.in_doubt == len(doubtful) <= IN_DOUBT
    shown = {name: round(seconds, 1) for name, seconds in pauses.items()}
    print(f"\nin doubt {len(doubtful)} of {MEMBERS}; taken up after {shown} s")  # noqa: T201
