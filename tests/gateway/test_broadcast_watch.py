"""A broadcast pauses by itself: opt-outs, complaints, each once; and says when oddly few pick up (rules.md L17)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.broadcasts import launch, sums, watch
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Broadcast, Consent, Delivery, Habit
from gateway.rules.classes import MessageClass
from gateway.rules.slots import SLOTS, slot_at
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryState
from gateway.store import broadcast_alarms, numbers, suppressions
from tests.conftest import TestClock
from tests.gateway.asked import AGAIN, BUSY, HEARD, WAITING, asked


def look(rt: Runtime, broadcast_id: int) -> Broadcast:
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id, with_for_update=True)
        watch.look(work, rt, broadcast, sums.of_broadcast(work.db, broadcast_id))
        return broadcast


def withdraw(rt: Runtime, broadcast_id: int, count: int) -> None:
    with unit_of_work(rt.engine) as work:
        tried = select(Delivery.member_id).where(Delivery.broadcast_id == broadcast_id, Delivery.tries > 0)
        for member_id in work.db.scalars(tried.limit(count)):
            entry = {"purpose": "everything", "action": "withdrawn", "how": "key", "at": rt.clock()}
            work.db.add_all([Consent(member_id=member_id, **entry), Consent(member_id=member_id, **entry)])


def complain(rt: Runtime, broadcast_id: int, count: int) -> None:
    with unit_of_work(rt.engine) as work:
        tried = select(Delivery.number_id).where(Delivery.broadcast_id == broadcast_id, Delivery.tries > 0)
        for number_id in work.db.scalars(tried.limit(count)):
            index = numbers.index_of(work.db, number_id)
            suppressions.add_suppression(work.db, index, "complaint", rt.clock())


def resume(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as work:
        launch.resume(work, rt, work.db.get_one(Broadcast, broadcast_id))


def said(rt: Runtime, action: str) -> int:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(func.count()).where(AuditEntry.action == action)).one()


def test_two_in_a_hundred_who_leave_pause_it_once(rt: Runtime) -> None:
    broadcast_id = asked(rt, *[HEARD] * 200, WAITING)
    withdraw(rt, broadcast_id, 3)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING
    withdraw(rt, broadcast_id, 4)
    paused = look(rt, broadcast_id)
    assert (paused.state, paused.pause_reason) == (BroadcastState.PAUSED, "opt-outs")
    assert said(rt, "broadcast-halted") == 1
    resume(rt, broadcast_id)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING  # whoever went on knew it


def test_of_fewer_than_two_hundred_who_answered_nothing_follows(rt: Runtime) -> None:
    broadcast_id = asked(rt, *[HEARD] * 20, WAITING)
    withdraw(rt, broadcast_id, 20)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING


def test_who_left_before_it_began_is_not_its_doing(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = asked(rt, HEARD)
    clock.forward(hours=-1)
    withdraw(rt, broadcast_id, 1)
    with unit_of_work(rt.engine) as work:
        assert broadcast_alarms.count_opt_outs(work.db, work.db.get_one(Broadcast, broadcast_id)) == 0


def test_five_complaints_pause_it_and_a_second_cause_pauses_it_again(rt: Runtime) -> None:
    broadcast_id = asked(rt, *[HEARD] * 200, WAITING)
    complain(rt, broadcast_id, 4)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING
    complain(rt, broadcast_id, 5)
    assert look(rt, broadcast_id).pause_reason == "complaints"
    resume(rt, broadcast_id)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING
    withdraw(rt, broadcast_id, 4)
    assert look(rt, broadcast_id).pause_reason == "opt-outs"


def test_complaints_of_more_than_ten_days_are_over(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = asked(rt, *[HEARD] * 5)
    complain(rt, broadcast_id, 5)
    clock.forward(days=10, seconds=1)
    assert look(rt, broadcast_id).state == BroadcastState.RUNNING


def test_oddly_few_who_pick_up_are_told_once(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = asked(rt, *[HEARD] * 20, *[AGAIN] * 50, *[BUSY] * 30)
    first = look(rt, broadcast_id).warned_at
    assert first == rt.clock()
    clock.forward(minutes=1)
    assert look(rt, broadcast_id).warned_at == first
    assert said(rt, "broadcast-warned") == 1


def test_usual_pick_up_is_no_trouble(rt: Runtime) -> None:
    broadcast_id = asked(rt, *[HEARD] * 40, *[AGAIN] * 60)
    assert look(rt, broadcast_id).warned_at is None
    with unit_of_work(rt.engine) as work:
        assert list(broadcast_alarms.list_troubled(work.db, "/")) == []


def test_whoever_is_on_the_phone_may_have_picked_up(rt: Runtime) -> None:
    on_the_phone = {"state": DeliveryState.SENT, "tries": 1}
    broadcast_id = asked(rt, *[HEARD] * 20, *[BUSY] * 80, *[on_the_phone] * 10)
    assert look(rt, broadcast_id).warned_at is None  # it is odd without them


def known_to_answer(rt: Runtime, broadcast_id: int, of_ten: int) -> None:
    """Everybody asked was called ten times at this time of day, and answered so often; then this call was counted."""
    nth = SLOTS.index(slot_at(rt.profile, MessageClass.ORGANISATIONAL, rt.clock()))
    with unit_of_work(rt.engine) as work:
        rows = work.db.execute(
            select(Delivery.number_id, Delivery.state).where(Delivery.broadcast_id == broadcast_id)
        )
        for number_id, state in rows.all():
            answered = of_ten + (state == DeliveryState.HEARD)
            rang, picked_up = ([n if each == nth else 0 for each in range(3)] for n in (11, answered))
            work.db.add(Habit(number_id=number_id, rang=rang, answered=picked_up))


@pytest.mark.parametrize(
    ("of_ten", "heard", "is_odd"),
    [(1, 10, False), (1, 9, True), (2, 12, False), (5, 24, True), (9, 43, True), (9, 46, False)],
)
def test_few_are_judged_by_what_these_people_did_before(
    rt: Runtime, of_ten: int, heard: int, is_odd: bool
) -> None:
    broadcast_id = asked(rt, *[HEARD] * heard, *[AGAIN] * (100 - heard))
    known_to_answer(rt, broadcast_id, of_ten)
    assert (look(rt, broadcast_id).warned_at is not None) is is_odd


def test_what_paused_or_warns_is_listed_for_its_unit_alone(rt: Runtime) -> None:
    ids = [
        asked(rt, WAITING, state=BroadcastState.PAUSED, pause_reason="opt-outs"),
        asked(rt, WAITING, warned_at=rt.clock() - timedelta(minutes=5)),
    ]
    asked(rt, WAITING, state=BroadcastState.PAUSED, pause_reason="by-staff")
    with unit_of_work(rt.engine) as work:
        found = broadcast_alarms.list_troubled(work.db, "/")
        assert [each.id for each in found] == ids[::-1]
        assert list(broadcast_alarms.list_troubled(work.db, "/999/")) == []
