"""Making the deliveries of a broadcast: slice by slice, safe to break off, to stop and to run twice, texts in batches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update

from gateway.broadcasts import launch, settle, spread, sums
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Batch, Broadcast, Delivery, Member, Unit
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BatchState, BroadcastState, DeliveryState
from gateway.store import deliveries
from tests.builders import a_broadcast, a_member, a_unit

WORDS = {"hi": "कल मीटिंग है।", "bn": "কাল মিটিং।"}


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "SLICE", 4)
    monkeypatch.setattr(spread, "BATCH", 2)


def starting(rt: Runtime, kind: str = "voice", members: int = 9) -> int:
    """A broadcast that was started and not spread yet, to Hindi and Bengali speakers in turn."""
    for nth in range(members):
        a_member(rt, language="hi" if nth % 3 else "bn")
    broadcast_id = a_broadcast(rt, kind=kind, texts=WORDS)
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    with unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    return broadcast_id


def run(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        spread.spread(unit, rt, broadcast_id)


def owed(rt: Runtime) -> list[int | None]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Delivery.member_id).order_by(Delivery.member_id)))


def state(rt: Runtime, broadcast_id: int) -> BroadcastState:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).state


def members(rt: Runtime) -> list[int]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Member.id).order_by(Member.id)))


@pytest.mark.parametrize("kind", ["voice", "sms"])
def test_everybody_gets_one_delivery_over_all_slices_and_twice_adds_none(rt: Runtime, kind: str) -> None:
    broadcast_id = starting(rt, kind)
    run(rt, broadcast_id)
    assert owed(rt) == members(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).state = BroadcastState.STARTING
    run(rt, broadcast_id)
    assert owed(rt) == members(rt)
    assert state(rt, broadcast_id) == BroadcastState.RUNNING


def test_texts_stand_in_batches_of_one_language_and_each_in_one(rt: Runtime) -> None:
    run(rt, starting(rt, "sms"))
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(
            select(Batch, func.count(), func.count(Delivery.language.distinct()))
            .join(Delivery, Delivery.batch_id == Batch.id)
            .where(Delivery.id.between(Batch.first_id, Batch.last_id), Delivery.language == Batch.language)
            .group_by(Batch.id)
        ).all()
        assert unit.db.scalar(select(func.count()).select_from(Batch)) == len(rows)
    assert sum(row[1] for row in rows) == 9
    assert max(row[1] for row in rows) == 2
    assert {row[0].state for row in rows} == {BatchState.READY}
    assert {row[2] for row in rows} == {1}


def test_voice_is_cut_into_no_batches(rt: Runtime) -> None:
    run(rt, starting(rt))
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count()).select_from(Batch)) == 0
        assert set(unit.db.scalars(select(Delivery.batch_id))) == {None}


@pytest.mark.parametrize("kind", ["voice", "sms"])
def test_worker_killed_between_slices_leaves_it_starting_and_the_next_goes_on(
    rt: Runtime, kind: str, monkeypatch: pytest.MonkeyPatch, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    broadcast_id = starting(rt, kind)
    whole = spread._slice
    done: list[None] = []

    def killed(*args: object) -> None:
        if done:
            raise KeyboardInterrupt
        done.append(whole(*args))  # type: ignore[arg-type, func-returns-value]

    monkeypatch.setattr(spread, "_slice", killed)
    with pytest.raises(KeyboardInterrupt):
        run(rt, broadcast_id)
    assert 0 < len(owed(rt)) < 9
    assert state(rt, broadcast_id) == BroadcastState.STARTING
    rung.clear()
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
    assert [ids for job, ids in rung if job.endswith("spread_broadcast")] == [(broadcast_id,)]
    monkeypatch.setattr(spread, "_slice", whole)
    run(rt, broadcast_id)
    assert owed(rt) == members(rt)
    with unit_of_work(rt.engine) as unit:
        assert sums.of_broadcast(unit.db, broadcast_id).not_yet_tried == 9
        if kind == "sms":
            assert None not in set(unit.db.scalars(select(Delivery.batch_id)))


def test_broadcast_that_is_stopped_between_slices_spreads_no_further(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast_id = starting(rt)
    whole = spread._spread_over

    def stopped_after_the_first(*args: object) -> bool:
        is_going_on = whole(*args)  # type: ignore[arg-type]
        if state(rt, broadcast_id) == BroadcastState.STARTING:
            with unit_of_work(rt.engine) as unit:
                launch.stop(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
        return is_going_on

    monkeypatch.setattr(spread, "_spread_over", stopped_after_the_first)
    run(rt, broadcast_id)
    assert len(owed(rt)) == 4
    assert state(rt, broadcast_id) == BroadcastState.STOPPED
    with unit_of_work(rt.engine) as unit:
        assert set(unit.db.scalars(select(Delivery.state))) == {DeliveryState.CANCELLED}


def test_few_are_cut_into_full_batches(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "SLICE", 10)
    run(rt, starting(rt, "sms"))
    with unit_of_work(rt.engine) as unit:
        sizes = select(Delivery.language, func.count()).group_by(Delivery.language, Delivery.batch_id)
        assert sorted(map(tuple, unit.db.execute(sizes))) == [("bn", 1), ("bn", 2), *[("hi", 2)] * 3]


def test_two_workers_at_once_write_everybody_once(rt: Runtime) -> None:
    broadcast_id = starting(rt, "sms", members=20)
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: run(rt, broadcast_id), range(3)))
    run(rt, broadcast_id)
    assert owed(rt) == members(rt)
    assert state(rt, broadcast_id) == BroadcastState.RUNNING


def test_two_coordinators_press_start_at_once_and_it_starts_once(
    rt: Runtime, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    rung.clear()
    together = Barrier(4)

    def press(_: int) -> str:
        together.wait(10)
        try:
            with unit_of_work(rt.engine) as unit:
                launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
        except Conflict as error:
            return str(error)
        return "started"

    with ThreadPoolExecutor(4) as pool:
        said = sorted(pool.map(press, range(4)))
    assert said.count("started") == 1
    assert all("cannot start" in each for each in said if each != "started")
    assert [job for job, _ in rung if job.endswith("spread_broadcast")] == [
        "workers.broadcasts.spread_broadcast"
    ]
    run(rt, broadcast_id)
    assert len(owed(rt)) == 1


def test_unit_that_was_closed_or_merged_meanwhile_is_said_and_nothing_is_owed(rt: Runtime) -> None:
    broadcast_id, again = starting(rt, members=2), a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        kept = a_unit(unit.db, "BOOTH-2", "Booth 2")
        unit.db.execute(
            update(Unit).where(Unit.code == "BOOTH-1").values(merged_into_id=kept.id, closed_at=rt.clock())
        )
    run(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.FAILED, "unit-closed")
    with pytest.raises(Conflict, match="merged into Booth 2"), unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, again))
    assert owed(rt) == []


def test_audience_that_vanished_after_the_start_fails_and_says_why(rt: Runtime) -> None:
    broadcast_id = starting(rt, members=1)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).values(consent="none"))
    run(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.FAILED, "no-audience")


def test_claim_of_a_few_calls_sorts_nothing(rt: Runtime) -> None:
    """However many are due alike, the index has them in the order in which they are claimed."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with unit_of_work(rt.engine) as unit:
        event.listen(rt.engine, "before_cursor_execute", note)
        deliveries.lock_of_broadcast(unit.db, 1, "voice", rt.clock(), 10)
        event.remove(rt.engine, "before_cursor_execute", note)
        statement, parameters = asked[-1]
        unit.db.execute(text("SET LOCAL enable_sort = off"))
        plan = unit.db.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars().all()
    assert any("ix_deliveries_round" in each for each in plan)
    assert not any("Sort" in each for each in plan)
