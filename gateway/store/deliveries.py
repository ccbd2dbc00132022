"""Deliveries: claiming what is due, and writing what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from gateway.models import Attempt, Broadcast, Delivery
from gateway.states import ATTEMPTS_OPEN, BroadcastState, DeliveryReason, DeliveryState, sources_of

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)


def lock_due(db: Session, kind: str, now: datetime, limit: int) -> list[Delivery]:
    """Lock what is due, the most urgent first; leaves alone what another sender holds.

    Deliveries of a broadcast only while it runs; to one phone only one call at a time.
    """
    query = (
        select(Delivery)
        .outerjoin(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .where(Delivery.kind == kind, Delivery.state.in_(_WAITING), Delivery.due_at <= now)
        .where(
            or_(
                Broadcast.id.is_(None),
                Delivery.reason == DeliveryReason.TEST,
                Broadcast.state == BroadcastState.RUNNING,
            )
        )
        .order_by(Delivery.priority, Delivery.due_at, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if kind == "voice":
        query = query.where(~_is_on_the_phone())
    return list(db.scalars(query))


def has_due(db: Session, kind: str, now: datetime) -> bool:
    """Say whether a sender would find anything."""
    query = (
        select(Delivery.id)
        .outerjoin(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .where(Delivery.kind == kind, Delivery.state.in_(_WAITING), Delivery.due_at <= now)
        .where(
            or_(
                Broadcast.id.is_(None),
                Delivery.reason == DeliveryReason.TEST,
                Broadcast.state == BroadcastState.RUNNING,
            )
        )
    )
    return db.scalar(query.limit(1)) is not None


def set_state(db: Session, delivery_id: int, fence: int, state: DeliveryState, **values: Any) -> bool:
    """Write under the fence of whoever claimed it; False: somebody else has it by now."""
    done = db.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.fence == fence)
        .where(Delivery.state.in_(sources_of(state)))
        .values(state=state, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def lock_expired(db: Session, now: datetime, limit: int = 500) -> list[Delivery]:
    """Lock deliveries whose sender fell silent: their lease ran out."""
    query = (
        select(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, Delivery.lease_until < now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(db.scalars(query))


def _is_on_the_phone() -> Any:
    other = aliased(Attempt)
    return exists().where(
        other.number_id == Delivery.number_id, other.kind == "voice", other.outcome.in_(ATTEMPTS_OPEN)
    )
