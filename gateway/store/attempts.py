"""Tries at deliveries: the row is written before the provider is asked, and ended by one outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gateway.models import Attempt, Delivery
from gateway.states import ATTEMPTS_OPEN, AttemptOutcome
from gateway.store.arrays import among

BEFORE_OUR_RESPONSE = timedelta(hours=1)


def find_for_call(
    db: Session, provider: str, provider_id: str, number_id: int | None, now: datetime
) -> Attempt | None:
    """Find the attempt behind a call; the post may come before our own request returned (africastalking.md 0.7).

    Then it is the claimed attempt to that number that has no provider id yet, unless it is too old; it gets this one.
    """
    known = db.scalar(select(Attempt).where(Attempt.provider == provider, Attempt.provider_id == provider_id))
    if known is not None or number_id is None:
        return known
    claimed = db.scalar(
        select(Attempt)
        .where(Attempt.number_id == number_id, Attempt.kind == "voice", Attempt.provider_id.is_(None))
        .where(Attempt.placed_at > now - BEFORE_OUR_RESPONSE)
        .where(or_(Attempt.outcome.in_(ATTEMPTS_OPEN), Attempt.outcome == AttemptOutcome.UNKNOWN))
        .order_by(Attempt.id.desc())
        .limit(1)
    )
    if claimed is None:  # our own response may have been written since we first looked
        return find_by_provider_id(db, provider, provider_id)
    lock_deliveries(db, [claimed.delivery_id])
    db.refresh(claimed)
    if claimed.provider_id is not None:  # our own response came first after all: it belongs to another call
        return find_by_provider_id(db, provider, provider_id)
    claimed.provider_id = provider_id
    db.flush()
    return claimed


def lock_deliveries(db: Session, delivery_ids: Sequence[int]) -> None:
    """Lock deliveries before their attempts, lowest first: everybody in this order, so that nobody waits in a circle."""
    db.execute(
        select(Delivery.id).where(Delivery.id.in_(delivery_ids)).order_by(Delivery.id).with_for_update()
    )


def find_by_provider_id(db: Session, provider: str, provider_id: str) -> Attempt | None:
    return db.scalar(select(Attempt).where(Attempt.provider == provider, Attempt.provider_id == provider_id))


def list_of(db: Session, delivery_id: int) -> list[Attempt]:
    """List the tries at one delivery, the first first, as they are now."""
    query = select(Attempt).where(Attempt.delivery_id == delivery_id).order_by(Attempt.try_number)
    return list(db.scalars(query.execution_options(populate_existing=True)))


def count_open_calls(
    db: Session, line: str, since: datetime, since_of: Mapping[int, datetime] | None = None
) -> int:
    """Count the calls that no last word ended, placed since then; `since_of`: those of a broadcast, by its id."""
    begun = case(since_of, value=Attempt.broadcast_id, else_=literal(since)) if since_of else literal(since)
    query = select(func.count(Attempt.id)).where(*_open_calls(line), Attempt.placed_at > since)
    return db.scalars(query.where(Attempt.placed_at > begun)).one()


def list_broadcasts_on(db: Session, line: str, since: datetime, before: datetime) -> Sequence[int]:
    """List the broadcasts that have calls on a line, without a last word, that were placed in between."""
    query = select(Attempt.broadcast_id).where(*_open_calls(line), Attempt.placed_at.between(since, before))
    return [each for each in db.scalars(query.distinct()) if each is not None]


def _open_calls(line: str) -> tuple[ColumnElement[bool], ...]:
    is_open = Attempt.outcome.in_(ATTEMPTS_OPEN)
    return (Attempt.line == line, Attempt.kind == "voice", is_open)


def list_stale(db: Session, kind: str, before: datetime, limit: int = 500) -> list[Attempt]:
    """List calls or texts that were accepted long ago and of which no last word came (reliability.md B20)."""
    query = (
        select(Attempt)
        .where(Attempt.kind == kind, Attempt.outcome == AttemptOutcome.ACCEPTED, Attempt.placed_at < before)
        .limit(limit)
    )
    return list(db.scalars(query))


def accept_many(db: Session, accepted: Mapping[int, str | None]) -> None:
    """Note that the provider took these (attempt id: provider's id), in one statement; later news stays."""
    if not accepted:
        return
    is_open = Attempt.outcome.in_((AttemptOutcome.PENDING, AttemptOutcome.UNKNOWN))
    db.execute(
        update(Attempt)
        .where(Attempt.id.in_(accepted))
        .values(
            provider_id=func.coalesce(Attempt.provider_id, case(accepted, value=Attempt.id)),
            outcome=case((is_open, literal(str(AttemptOutcome.ACCEPTED))), else_=Attempt.outcome),
        )
        .execution_options(synchronize_session=False)
    )


def end_asked(
    db: Session, attempt_ids: Sequence[int], outcome: AttemptOutcome, cause: str, **values: datetime
) -> list[int]:
    """Give one outcome to those of which nothing is known yet, by one statement; returns whose deliveries they are."""
    query = (
        update(Attempt)
        .where(Attempt.id == among(attempt_ids), Attempt.outcome == AttemptOutcome.PENDING)
        .values(outcome=outcome, cause=cause, **values)
        .returning(Attempt.delivery_id)
        .execution_options(synchronize_session=False)
    )
    return list(db.scalars(query))


def list_pasts(db: Session, delivery_ids: Sequence[int]) -> Sequence[Row[int, int | None, str]]:
    """List how the tries at each ended, the first first: delivery, broadcast, causes."""
    causes = aggregate_order_by(Attempt.cause, Attempt.try_number)
    query = select(
        Attempt.delivery_id, Attempt.broadcast_id, func.array_to_string(func.array_agg(causes), " ")
    )
    mine = query.where(Attempt.delivery_id == among(delivery_ids))
    return db.execute(
        mine.group_by(Attempt.delivery_id, Attempt.broadcast_id).order_by(Attempt.delivery_id)
    ).all()
