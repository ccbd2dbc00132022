"""Try the rest: one click, only whom the broadcast has not reached, and twice takes them once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.broadcasts import rest, sums
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Broadcast, Delivery, Habit, Member
from gateway.rules.classes import MessageClass
from gateway.rules.slots import Slot, slot_start
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryState
from tests.conftest import TestClock
from tests.gateway.asked import BUSY, DOUBT, GONE, HEARD, REFUSED, SHORT, asked

FINISHED = BroadcastState.FINISHED


def try_rest(rt: Runtime, broadcast_id: int) -> int:
    with unit_of_work(rt.engine) as work:
        return rest.try_rest(work, rt, work.db.get_one(Broadcast, broadcast_id))


def states(rt: Runtime) -> list[DeliveryState]:
    with unit_of_work(rt.engine) as work:
        return list(work.db.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_only_who_was_not_reached_or_did_not_hear_is_taken(rt: Runtime) -> None:
    often = {**BUSY, "tries": 6}
    broadcast_id = asked(rt, HEARD, SHORT, BUSY, GONE, DOUBT, REFUSED, often, state=FINISHED)
    assert try_rest(rt, broadcast_id) == 2
    taken = [nth for nth, state in enumerate(states(rt)) if state == DeliveryState.QUEUED]
    assert taken == [1, 2]


def test_broadcast_runs_again_in_its_next_round_and_its_sums_still_add_up(rt: Runtime) -> None:
    broadcast_id = asked(
        rt, HEARD, SHORT, BUSY, state=FINISHED, round_done_at=rt.clock(), finished_at=rt.clock()
    )
    try_rest(rt, broadcast_id)
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        stand = sums.of_broadcast(work.db, broadcast_id)
    assert (broadcast.state, broadcast.rounds) == (BroadcastState.RUNNING, 2)
    assert broadcast.finished_at is None and broadcast.round_done_at is None
    assert (stand.asked, stand.heard, stand.answered_not_heard, stand.to_retry) == (3, 1, 1, 2)
    assert stand.not_reached == {"busy": 1}


def test_pressed_twice_takes_them_once(rt: Runtime) -> None:
    broadcast_id = asked(rt, BUSY, state=FINISHED)
    assert try_rest(rt, broadcast_id) == 1
    with pytest.raises(Conflict):
        try_rest(rt, broadcast_id)


def test_who_left_or_opted_out_meanwhile_is_not_taken(rt: Runtime) -> None:
    broadcast_id = asked(rt, {**BUSY, "name": "Sita"}, {**BUSY, "name": "Ramesh"}, BUSY, state=FINISHED)
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Member).where(Member.name == "Ramesh").values(barred="opt-out"))
        first = select(Delivery.member_id).order_by(Delivery.id).limit(1).scalar_subquery()
        work.db.execute(update(Member).where(Member.id == first).values(consent="none"))
    assert try_rest(rt, broadcast_id) == 1


@pytest.mark.parametrize(("is_urgent", "evening"), [(False, True), (True, False)])
def test_each_is_due_in_the_part_of_the_day_in_which_they_are_reached(
    rt: Runtime, clock: TestClock, is_urgent: bool, evening: bool
) -> None:
    rows = ({**BUSY, "name": "Asked"}, {**BUSY, "name": "Learned"}, BUSY)
    broadcast_id = asked(rt, *rows, state=FINISHED, is_urgent=is_urgent)
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Member).where(Member.name == "Asked").values(slot="evening"))
        learned = work.db.scalars(select(Member.number_id).where(Member.name == "Learned")).one()
        work.db.add(Habit(number_id=learned, slot="evening"))
    assert try_rest(rt, broadcast_id) == 3
    with unit_of_work(rt.engine) as work:
        query = select(Delivery.due_at).order_by(Delivery.id)
        asked_for, was_learned, other = work.db.scalars(query)
    starts = slot_start(rt.profile, MessageClass.ORGANISATIONAL, clock().date(), Slot.EVENING)
    assert (asked_for, was_learned) == ((starts, starts) if evening else (clock(), clock()))
    assert other == clock()


def test_count_is_what_would_be_taken(rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, SHORT, BUSY, GONE, state=FINISHED)
    with unit_of_work(rt.engine) as work:
        assert rest.count_rest(work.db, work.db.get_one(Broadcast, broadcast_id)) == 2


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (BroadcastState.RUNNING, "not-finished"),
        (BroadcastState.STOPPED, "not-finished"),
        (BroadcastState.PAUSED, "not-finished"),
    ],
)
def test_it_is_tried_only_when_finished(rt: Runtime, state: BroadcastState, code: str) -> None:
    with pytest.raises(Conflict) as told:
        try_rest(rt, asked(rt, BUSY, state=state))
    assert told.value.code == code


def test_nobody_left_and_a_time_that_is_over_are_said(rt: Runtime) -> None:
    with pytest.raises(Conflict, match="nobody is left"):
        try_rest(rt, asked(rt, HEARD, GONE, state=FINISHED))
    with pytest.raises(Conflict, match="its time is over"):
        try_rest(rt, asked(rt, BUSY, state=FINISHED, expires_at=rt.clock() - timedelta(minutes=1)))
    assert DeliveryState.QUEUED not in states(rt)
