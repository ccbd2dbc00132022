"""Crowds for tests of sending: many members at once, written by few statements."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text

from gateway.broadcasts import launch, sums
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.models import Batch, Broadcast, Delivery, Member, PhoneNumber
from gateway.runtime import Runtime
from gateway.states import BatchState, DeliveryState, MemberStatus
from tests.builders import a_broadcast, a_number, a_unit

AGREED = "organisational"


def a_crowd(rt: Runtime, size: int, unit: str = "BOOTH-1", language: str = "hi") -> list[int]:
    """So many members of one unit who have agreed; returns their ids. Their ledger is not written."""
    with unit_of_work(rt.engine) as work:
        place = a_unit(work.db, unit)
        told = [a_number() for _ in range(size)]
        numbers = [
            {
                "index": rt.vault.index(each),
                "sealed": rt.vault.seal_number(each),
                "tail": each[-4:],
                "created_at": rt.clock(),
            }
            for each in told
        ]
        number_ids = work.db.scalars(insert(PhoneNumber).returning(PhoneNumber.id), numbers).all()
        members = [
            {
                "number_id": number_id,
                "unit_id": place.id,
                "name": "Sita",
                "search": "sita",
                "language": language,
                "status": MemberStatus.ACTIVE,
                "consent": AGREED,
                "created_at": rt.clock(),
            }
            for number_id in number_ids
        ]
        return list(work.db.scalars(insert(Member).returning(Member.id), members))


def begin(rt: Runtime, unit: str = "BOOTH-1", kind: str = "sms", **values: Any) -> int:
    """A broadcast to a unit that runs, its deliveries written; returns its id."""
    broadcast_id = a_broadcast(rt, unit=unit, kind=kind, texts=values.pop("texts", None))
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        for name, value in values.items():
            setattr(broadcast, name, value)
        work.db.flush()
        launch.approve(work, rt, broadcast, None)
    with unit_of_work(rt.engine) as work:
        work.db.execute(text("UPDATE broadcasts SET state = 'starting' WHERE id = :id"), {"id": broadcast_id})
    spread_all(rt, broadcast_id)
    return broadcast_id


def spread_all(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as work:
        spread(work, rt, broadcast_id)


def stand(rt: Runtime, broadcast_id: int) -> sums.Sums:
    """How it stands; the sums are whole at every look."""
    with unit_of_work(rt.engine) as work:
        found = sums.of_broadcast(work.db, broadcast_id)
    parts = [found.heard, found.answered_not_heard, *found.not_reached.values(), *found.refused.values()]
    rest = [found.in_progress, found.held, found.not_yet_tried, found.in_doubt]
    assert sum(parts + rest) == found.asked
    return found


def states_of(rt: Runtime, broadcast_id: int) -> dict[DeliveryState, int]:
    with unit_of_work(rt.engine) as work:
        query = select(Delivery.state).where(Delivery.broadcast_id == broadcast_id)
        found: dict[DeliveryState, int] = {}
        for state in work.db.scalars(query):
            found[state] = found.get(state, 0) + 1
        return found


def batches_of(rt: Runtime, broadcast_id: int) -> list[tuple[BatchState, datetime]]:
    with unit_of_work(rt.engine) as work:
        query = select(Batch.state, Batch.due_at).where(Batch.broadcast_id == broadcast_id)
        return [(state, due_at) for state, due_at in work.db.execute(query.order_by(Batch.id))]
