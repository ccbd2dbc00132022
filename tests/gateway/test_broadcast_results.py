"""What became of a broadcast: over time, by try, by hour, by answer, by length, in money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from gateway import lengths
from gateway.broadcasts import listened
from gateway.db import unit_of_work
from gateway.models import Broadcast, BroadcastAnswer, Delivery
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from gateway.store import broadcast_results as results
from gateway.store import units
from tests.gateway.asked import AGAIN, BUSY, DOUBT, HEARD, REFUSED, SHORT, WAITING, asked


def told(rt: Runtime, broadcast_id: int, question: Callable[..., Any], *more: Any) -> Any:
    with unit_of_work(rt.engine) as work:
        return question(work.db, work.db.get_one(Broadcast, broadcast_id), *more)


def answer(rt: Runtime, broadcast_id: int, *keys: tuple[int, str | None]) -> None:
    """Each key is pressed by the next member of the broadcast: (question, key)."""
    with unit_of_work(rt.engine) as work:
        query = select(Delivery).where(Delivery.broadcast_id == broadcast_id).order_by(Delivery.id)
        for each, (question, key) in zip(work.db.scalars(query), keys, strict=False):
            work.db.add(
                BroadcastAnswer(
                    broadcast_id=broadcast_id, delivery_id=each.id, member_id=each.member_id,
                    question=question, key=key, at=rt.clock(),
                )
            )  # fmt: skip


def test_heard_over_time_is_counted_in_steps_from_the_start(rt: Runtime) -> None:
    rows = [{**HEARD, "minutes": each} for each in (1, 3, 4, 12)]
    broadcast_id = asked(rt, *rows, SHORT, WAITING)
    step = timedelta(minutes=5)
    found = told(rt, broadcast_id, results.heard_over_time, step)
    assert [(each.at - rt.clock(), each.heard) for each in found] == [(0 * step, 3), (2 * step, 1)]
    assert [total for _, total in results.cumulated(found)] == [3, 4]


def test_step_gives_no_more_points_than_can_be_drawn() -> None:
    assert results.step_of(timedelta(minutes=20)) == timedelta(minutes=1)
    assert results.step_of(timedelta(hours=9)) == timedelta(minutes=15)
    assert results.step_of(timedelta(days=400)) == timedelta(days=1)


def test_tries_are_counted_one_by_one_and_open_ones_not_at_all(rt: Runtime) -> None:
    on_the_phone = {"state": DeliveryState.SENT, "tries": 2, "last_cause": "busy"}
    broadcast_id = asked(rt, HEARD, SHORT, {**HEARD, "tries": 2}, AGAIN, BUSY, DOUBT, on_the_phone, REFUSED)
    assert told(rt, broadcast_id, results.by_try) == [(1, 6, 2), (2, 1, 1)]


def test_listening_and_hours_are_those_who_picked_up(rt: Runtime) -> None:
    late = {**SHORT, "minutes": 90}
    broadcast_id = asked(rt, HEARD, HEARD, late, BUSY)
    assert told(rt, broadcast_id, results.listened) == [(4, 1), (40, 2)]
    assert told(rt, broadcast_id, results.by_hour, "Asia/Kolkata") == [(12, 3, 2), (13, 1, 1)]


def test_how_much_was_heard_is_estimated_by_the_seconds(rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, HEARD, SHORT, BUSY)
    before, words = told(rt, broadcast_id, lambda db, it: lengths.words_after(rt, it)["hi"])
    assert 4 < before < before + words < 40
    found = told(rt, broadcast_id, lambda db, it: listened.of_broadcast(db, rt, it))
    assert found == listened.Listened(3, 40, 0.67)
    half = asked(rt, {**HEARD, "heard_seconds": round(before + words / 2)}, {**SHORT, "language": "en"})
    found = told(rt, half, lambda db, it: listened.of_broadcast(db, rt, it))
    assert (found.people, found.median_seconds) == (2, 4) and 0.1 < found.share_estimated < 0.4
    assert told(rt, asked(rt, BUSY), lambda db, it: listened.of_broadcast(db, rt, it)) is None


def test_answers_are_counted_by_key_and_by_place(rt: Runtime) -> None:
    other = {**HEARD, "unit": "BOOTH-2"}
    broadcast_id = asked(rt, HEARD, HEARD, other, HEARD)
    answer(rt, broadcast_id, (1, "1"), (1, "1"), (1, "2"), (2, None))
    with unit_of_work(rt.engine) as work:
        assert results.answers(work.db, broadcast_id) == [(1, "1", 2), (1, "2", 1), (2, None, 1)]
        assert results.count_answered(work.db, broadcast_id) == 4
        block, first, second = (
            units.get_unit_by_code(work.db, code) for code in ("BLOCK", "BOOTH-1", "BOOTH-2")
        )
        by_place = results.answers_by_place(work.db, broadcast_id, block.path)
    assert by_place == {first.id: [(1, "1", 2), (2, None, 1)], second.id: [(1, "2", 1)]}


def test_cost_tells_what_was_charged_and_what_is_kept_back_for_the_others(rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, {**BUSY, "tries": 3})
    cost = told(rt, broadcast_id, results.cost, "INR")
    assert (cost.tries, cost.kept_back, cost.charged, cost.charged_tries) == (4, Decimal(6), Decimal(2), 1)
    assert told(rt, broadcast_id, results.cost, "KES").charged == 0


def test_tries_of_the_last_minute(rt: Runtime) -> None:
    broadcast_id = asked(rt, {**HEARD, "minutes": 0}, {**HEARD, "minutes": -2})
    asked(rt, {**HEARD, "minutes": 0})
    with unit_of_work(rt.engine) as work:
        assert results.count_tries(work.db, broadcast_id, rt.clock() - timedelta(minutes=1)) == 1
