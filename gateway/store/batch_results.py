"""What became of the deliveries of a batch: tries written before the provider is asked, results for all by one statement.

Always the deliveries first and then their attempts, as everybody does (`attempts.lock_deliveries`). What was claimed lies
still as *queued* with its batch; a callback or the sweep may have been quicker, and what it wrote stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from gateway.models import Attempt, Delivery
from gateway.states import AttemptOutcome, DeliveryState, sources_of
from gateway.store.arrays import among, listed
from gateway.store.batches import WAITING, Claim, is_in

FIRST = 1  # a batch holds first tries only
# From here to the commit. Tries that are so new that no figures tell of them are taken for one row by the planner, which would
# then compare each of a thousand with each of a thousand answers: ten times the work of all the rest.
_HASHED = select(func.set_config("enable_nestloop", "off", True))


def add_attempts(
    db: Session, batch: Claim, delivery_ids: Sequence[int], number_ids: Sequence[int], **values: Any
) -> set[int]:
    """Write the first try at each; returns of which it was, since nobody is tried twice for one row."""
    given = listed(ids=delivery_ids, others=number_ids)
    fixed = {
        "broadcast_id": batch.broadcast_id,
        "kind": "sms",
        "try_number": FIRST,
        "outcome": str(AttemptOutcome.PENDING),
        **values,
    }
    rows = select(given.c.ids, given.c.others, *(literal(value) for value in fixed.values()))
    # Looked for, not run into: the batch is ours alone, and an insert that expects conflicts takes half as long again.
    is_begun = exists().where(Attempt.delivery_id == given.c.ids, *_first_tries(batch))
    made = insert(Attempt).from_select(
        ["delivery_id", "number_id", *fixed], rows.where(~is_begun).order_by(given.c.ids)
    )
    return set(db.scalars(made.returning(Attempt.delivery_id)))


def accept(
    db: Session,
    batch: Claim,
    delivery_ids: Sequence[int],
    provider_ids: Sequence[str | None],
    costs: Sequence[Decimal | None],
    currency: str | None,
) -> None:
    """Note that the provider took these."""
    _move(db, batch, delivery_ids, DeliveryState.SENT)
    given = listed(ids=delivery_ids, words=provider_ids, amounts=costs)
    db.execute(_HASHED)
    db.execute(
        update(Attempt)
        .where(Attempt.delivery_id == given.c.ids, *_first_tries(batch))
        .where(Attempt.outcome.in_(sources_of(AttemptOutcome.ACCEPTED)))
        .values(
            outcome=AttemptOutcome.ACCEPTED,
            provider_id=func.coalesce(Attempt.provider_id, given.c.words),
            cost=given.c.amounts,
            currency=currency,
            estimate=case((Attempt.estimate.is_distinct_from(given.c.amounts), Attempt.estimate), else_=None),
        )
        .execution_options(synchronize_session=False)
    )


def close(
    db: Session,
    batch: Claim,
    delivery_ids: Sequence[int],
    outcome: AttemptOutcome,
    cause: str,
    state: DeliveryState,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """End these tries by one outcome, and their deliveries by what follows; `due_at` is when they are tried again."""
    is_over = state is not DeliveryState.QUEUED
    ended = {"ended_at": now} if is_over else {"due_at": due_at or now}
    _move(db, batch, delivery_ids, state, last_cause=cause, **ended)
    db.execute(
        update(Attempt)
        .where(Attempt.delivery_id == among(delivery_ids), *_first_tries(batch))
        .where(Attempt.outcome.in_(sources_of(outcome)))
        .values(outcome=outcome, cause=cause, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def doubt(db: Session, batch: Claim, delivery_ids: Sequence[int], cause: str) -> None:
    """Nobody knows whether these went out."""
    _move(db, batch, delivery_ids, DeliveryState.IN_DOUBT, last_cause=cause)
    db.execute(
        update(Attempt)
        .where(Attempt.delivery_id == among(delivery_ids), *_first_tries(batch))
        .where(Attempt.outcome.in_((AttemptOutcome.PENDING, AttemptOutcome.ACCEPTED)))
        .values(outcome=AttemptOutcome.UNKNOWN, cause=cause)
        .execution_options(synchronize_session=False)
    )


def list_begun(db: Session, batch: Claim) -> list[int]:
    """List what a batch's sender had written tries for, and nothing of what became of them."""
    query = select(Delivery.id).join(Attempt, Attempt.delivery_id == Delivery.id)
    is_open = (Attempt.try_number == FIRST, Attempt.outcome == AttemptOutcome.PENDING)
    return list(db.scalars(query.where(is_in(batch), *is_open).order_by(Delivery.id)))


def _move(
    db: Session, batch: Claim, delivery_ids: Sequence[int], state: DeliveryState, **values: Any
) -> None:
    db.execute(
        update(Delivery)
        .where(Delivery.id.between(batch.first_id, batch.last_id))
        .where(Delivery.id == among(delivery_ids), _is_ours(batch, state))
        .values(
            {
                "state": state,
                "tries": FIRST,
                "fence": Delivery.fence + 1,
                "batch_id": None,
                "reason_code": None,
                "lease_until": None,
                **values,
            }
        )
        .execution_options(synchronize_session=False)
    )


def _first_tries(batch: Claim) -> tuple[ColumnElement[bool], ...]:
    """SQL: by a range of keys, so that a thousand are found in one stretch of the index."""
    return (Attempt.delivery_id.between(batch.first_id, batch.last_id), Attempt.try_number == FIRST)


def _is_ours(batch: Claim, state: DeliveryState) -> ColumnElement[bool]:
    """It still waits in the batch, or the sweep took it for lost and our late news is better than none."""
    waits = (Delivery.batch_id == batch.id) & Delivery.state.in_(WAITING)
    if state is DeliveryState.IN_DOUBT:
        return waits
    doubted = Delivery.state == DeliveryState.IN_DOUBT
    return or_(waits, doubted & (Delivery.tries == FIRST))
