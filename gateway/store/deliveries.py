"""Deliveries: claiming what is due, and writing what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from gateway.models import Attempt, Broadcast, Delivery
from gateway.states import (
    ATTEMPTS_OPEN,
    AttemptOutcome,
    BroadcastState,
    DeliveryReason,
    DeliveryState,
    sources_of,
)
from gateway.store.arrays import among

_WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
MAY_RING = timedelta(minutes=1)  # a call of which nobody knows whether it was placed
_IN_ROUND = (Delivery.reason == DeliveryReason.BROADCAST, Delivery.batch_id.is_(None))


def lock_single(db: Session, kind: str, now: datetime, limit: int) -> list[Delivery]:
    """Lock what is due and of no broadcast, the most urgent first; leaves alone what another sender holds."""
    query = _due(kind, now).where(Delivery.reason != DeliveryReason.BROADCAST)
    order = (Delivery.priority, Delivery.due_at, Delivery.id)
    return _locked(db, kind, now, query.order_by(*order).limit(limit))


def lock_of_broadcast(db: Session, broadcast_id: int, kind: str, now: datetime, limit: int) -> list[Delivery]:
    """Lock what is due of one broadcast, the longest due first; what stands in a batch is left to whoever sends batches."""
    query = _due(kind, now).where(Delivery.broadcast_id == broadcast_id, *_IN_ROUND)
    return _locked(db, kind, now, query.order_by(Delivery.due_at, Delivery.id).limit(limit))


def list_rounds(db: Session, kind: str, now: datetime) -> list[tuple[int, bool]]:
    """List the running broadcasts that have something due: (id, is urgent)."""
    query = select(Broadcast.id, Broadcast.is_urgent).where(*_has_round(kind, now))
    return [(broadcast_id, is_urgent) for broadcast_id, is_urgent in db.execute(query)]


def has_due(db: Session, kind: str, now: datetime) -> bool:
    """Say whether a sender would find single rows."""
    single = _due(kind, now).where(Delivery.reason != DeliveryReason.BROADCAST)
    in_round = select(Broadcast.id).where(*_has_round(kind, now))
    return bool(db.scalar(select(or_(single.exists(), in_round.exists()))))


def _has_round(kind: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    due = _due(kind, now).where(Delivery.broadcast_id == Broadcast.id, *_IN_ROUND)
    return Broadcast.state == BroadcastState.RUNNING, due.correlate(Broadcast).exists()


def _due(kind: str, now: datetime) -> Select[Delivery]:
    return select(Delivery).where(Delivery.kind == kind, Delivery.state.in_(_WAITING), Delivery.due_at <= now)


def _locked(db: Session, kind: str, now: datetime, query: Select[Delivery]) -> list[Delivery]:
    """To one phone only one call at a time."""
    if kind == "voice":
        query = query.where(*(~each for each in _is_on_the_phone(now)))
    locked = query.with_for_update(of=Delivery, skip_locked=True)
    return list(db.scalars(locked.execution_options(populate_existing=True)))


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


def settle_asked(
    db: Session, delivery_ids: Sequence[int], state: DeliveryState, cause: str, **values: datetime
) -> None:
    """Write what follows for those whose request has just failed, by one statement; what the sweep took is left out."""
    db.execute(
        update(Delivery)
        .where(Delivery.id == among(delivery_ids), Delivery.state == DeliveryState.SENDING)
        .values(state=state, last_cause=cause, lease_until=None, **values)
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


def _is_on_the_phone(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """A call of ours goes on, or one may ring: what is then heard of it could be taken for another's to the same phone.

    Each by itself: the planner finds either among few rows.
    """
    other = aliased(Attempt)
    ours = exists().where(other.number_id == Delivery.number_id, other.kind == "voice")
    goes_on = ours.where(other.outcome.in_(ATTEMPTS_OPEN))
    may_ring = ours.where(other.outcome == AttemptOutcome.UNKNOWN, other.placed_at > now - MAY_RING)
    return goes_on, may_ring
