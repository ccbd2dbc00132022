"""Deliveries: claiming what is due, and writing what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, or_, select, update
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


def mark_sent(db: Session, fences: Mapping[int, int]) -> None:
    """Note that the provider took these deliveries (id: fence), in one statement; whoever lost the fence is left out."""
    if not fences:
        return
    db.execute(
        update(Delivery)
        .where(Delivery.id.in_(fences), Delivery.fence == case(fences, value=Delivery.id))
        .where(Delivery.state.in_(sources_of(DeliveryState.SENT)))
        .values(state=DeliveryState.SENT, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def count_replies(db: Session, number_id: int, since: datetime) -> int:
    """Count the texts of their own that this number was owed since then."""
    query = select(func.count(Delivery.id)).where(
        Delivery.number_id == number_id,
        Delivery.reason == DeliveryReason.REPLY,
        Delivery.created_at > since,
    )
    return db.scalars(query).one()


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
