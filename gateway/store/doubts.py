"""Tries of which nobody knows what became: whom to ask about, and whose wait is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.models import Attempt, Broadcast, Callback, Delivery
from gateway.rules.classes import MessageClass
from gateway.states import AttemptOutcome, BroadcastState, DeliveryReason, DeliveryState
from gateway.store.arrays import among

_GOES_ON = (BroadcastState.RUNNING, BroadcastState.PAUSED)
WITHOUT_ID = (AttemptOutcome.UNKNOWN, AttemptOutcome.ACCEPTED)  # the provider has it, or may have


def lock_unasked(
    db: Session, provider: str, kind: str, since: datetime, before: datetime, limit: int
) -> list[Attempt]:
    """Lock tries in doubt that were begun in between and about which nobody asked since `before`, the longest unasked first."""
    query = select(Attempt).where(
        Attempt.outcome == AttemptOutcome.UNKNOWN,
        Attempt.placed_at.between(since, before),
        Attempt.kind == kind,
    )
    return _lock_unasked(db, query, provider, before, limit)


def lock_silent_calls(
    db: Session, provider: str, lines: Sequence[str], begun: datetime, before: datetime, limit: int
) -> list[Attempt]:
    """Lock calls on these lines that were accepted and `begun` then or earlier, without a last word, unasked as above."""
    query = select(Attempt).where(
        Attempt.line.in_(lines), Attempt.placed_at <= begun, Attempt.kind == "voice",
        Attempt.outcome == AttemptOutcome.ACCEPTED,
    )  # fmt: skip
    return _lock_unasked(db, query, provider, before, limit)


def _lock_unasked(
    db: Session, query: Select[Attempt], provider: str, before: datetime, limit: int
) -> list[Attempt]:
    unasked = or_(Attempt.asked_at.is_(None), Attempt.asked_at <= before)
    query = query.where(Attempt.provider == provider, unasked)
    longest = query.order_by(Attempt.asked_at.nulls_first(), Attempt.id).limit(limit)
    return list(db.scalars(longest.with_for_update(skip_locked=True)))


def note_asked(db: Session, attempt_ids: Sequence[int], now: datetime) -> None:
    query = update(Attempt).where(Attempt.id == among(attempt_ids)).values(asked_at=now)
    db.execute(query.execution_options(synchronize_session=False))


def lock_waited(
    db: Session, since: datetime, before: datetime, left_out: Sequence[DeliveryReason], limit: int = 200
) -> list[Delivery]:
    """Lock deliveries whose last try is in doubt and was begun in between, where another try may follow."""
    query = (
        select(Delivery)
        .join(Attempt, _is_last_try())
        .outerjoin(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .where(Delivery.state == DeliveryState.IN_DOUBT, Delivery.reason.not_in(left_out))
        .where(Attempt.outcome == AttemptOutcome.UNKNOWN, Attempt.placed_at.between(since, before))
        .where(_may_be_repeated(), _doubts() == 1, ~_may_have_arrived())
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return list(db.scalars(query))


def has_repeatable(db: Session, broadcast_id: int, since: datetime) -> bool:
    """Say whether a broadcast has somebody in doubt since then who may be tried once more."""
    query = (
        select(Delivery.id)
        .join(Attempt, _is_last_try())
        .join(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .where(Attempt.outcome == AttemptOutcome.UNKNOWN, Attempt.placed_at > since)
        .where(Delivery.broadcast_id == broadcast_id, Delivery.state == DeliveryState.IN_DOUBT)
        .where(_may_be_repeated(), _doubts() == 1)
    )
    return db.scalar(query.limit(1)) is not None


def list_without_id(
    db: Session, provider: str, kind: str, number_id: int, since: datetime, until: datetime
) -> list[Attempt]:
    """List tries at a number begun in between whose id at the provider we do not know: what is being handed over, too."""
    query = select(Attempt).where(
        Attempt.number_id == number_id,
        Attempt.placed_at.between(since, until),
        *_is_without_id(provider, kind),
        Attempt.outcome.in_((*WITHOUT_ID, AttemptOutcome.PENDING)),
    )
    return list(db.scalars(query.order_by(Attempt.id)))


def list_strays(db: Session, provider: str, kind: str, longest: timedelta, since: datetime) -> list[Callback]:
    """List receipts since then that name an unknown id and may be of a try no older than `longest`, the first first."""
    is_meant = exists().where(
        Attempt.number_id == Callback.number_id,
        Attempt.placed_at.between(Callback.at - longest, Callback.at),
        *_is_without_id(provider, kind),
        Attempt.outcome.in_(WITHOUT_ID),
    )
    query = select(Callback).where(Callback.number_id.is_not(None), Callback.at > since, is_meant)
    return list(db.scalars(query.order_by(Callback.id).with_for_update(skip_locked=True)))


def _is_without_id(provider: str, kind: str) -> tuple[ColumnElement[bool], ...]:
    return (Attempt.provider == provider, Attempt.kind == kind, Attempt.provider_id.is_(None))


def _may_have_arrived() -> ColumnElement[bool]:
    """SQL: a receipt came to this number since, of nobody knows which text (`deliveries.strays`)."""
    return exists().where(
        Delivery.kind == "sms", Callback.number_id == Delivery.number_id, Callback.at >= Attempt.placed_at
    )


def _is_last_try() -> ColumnElement[bool]:
    return and_(Attempt.delivery_id == Delivery.id, Attempt.try_number == Delivery.tries)


def _may_be_repeated() -> ColumnElement[bool]:
    """SQL: a call, or anything of class emergency; of a broadcast only while it goes on."""
    is_urgent = Broadcast.message_class == MessageClass.EMERGENCY
    goes_on = or_(Broadcast.id.is_(None), Broadcast.state.in_(_GOES_ON))
    return and_(or_(Delivery.kind == "voice", is_urgent), goes_on)


def _doubts() -> ColumnElement[int]:
    """SQL: how often it was in doubt already."""
    other = Attempt.__table__.alias()
    query = select(func.count()).where(
        other.c.delivery_id == Delivery.id, other.c.outcome == AttemptOutcome.UNKNOWN
    )
    return query.correlate(Delivery).scalar_subquery()
