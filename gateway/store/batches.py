"""Batches of texts: claimed as one row under a lease, read by key range, and written once, with what became of them.

While a batch is being sent its deliveries stay as they are; that they are under way is what their attempts and the batch's
own state say. Claiming a row is 30 times cheaper than marking a thousand (performance.md C).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias, cast

from psycopg import Connection
from psycopg.rows import args_row
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    String,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from gateway.models import Batch, Broadcast, Delivery
from gateway.states import BatchState, BroadcastState, DeliveryState
from gateway.store import paces
from gateway.store.arrays import among

Moment: TypeAlias = "datetime | BindParameter[Any]"
WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)


class Waiting(NamedTuple):
    """Who waits in a batch; their number is sealed."""

    id: int
    number_id: int
    sealed: bytes
    number_index: bytes


@dataclass(frozen=True)
class Claim:
    """A batch that is ours until its lease runs out; `fence` tells this claim from every other."""

    id: int
    fence: int
    broadcast_id: int
    language: str | None
    first_id: int
    last_id: int


def claim(db: Session, line: str, now: datetime, lease_until: datetime) -> Claim | None:
    """Take the next batch that nobody else holds, while the line is open: of urgent broadcasts first, among equals of whoever
    has the fewest requests under way, then by lot. What follows in this transaction is planned anew (`_PLANNED_ANEW`).
    """
    seed = int(now.timestamp() * 1_000_000)
    told = {"line": line, "now": now, "until": lease_until, "seed": seed}
    row = db.execute(_CLAIM_NEXT, told).one_or_none()
    return Claim(*row[: len(_CLAIM)]) if row else None


def read(db: Session, batch: Claim) -> list[Waiting]:
    """Read what waits in a batch, by key range; of a number that was forgotten since there is nothing.

    In the database's own form: to write a thousand out and read them again takes four times as long.
    """
    told = {"first": batch.first_id, "last": batch.last_id, "batch": batch.id, "waiting": _WAITING_WORDS}
    driver = cast("Connection", db.connection().connection.driver_connection)
    with driver.cursor(binary=True, row_factory=args_row(Waiting)) as cursor:
        return cursor.execute(_READ, told).fetchall()


def is_left(db: Session, batch: Claim) -> bool:
    """Say whether somebody still waits in a batch."""
    return db.scalar(select(Delivery.id).where(is_in(batch)).limit(1)) is not None


def is_in(batch: Claim) -> ColumnElement[bool]:
    """SQL: this delivery waits in the batch."""
    return and_(
        Delivery.id.between(batch.first_id, batch.last_id),
        Delivery.batch_id == batch.id,
        Delivery.state.in_(WAITING),
    )


def put_off(db: Session, delivery_ids: Sequence[int], reason: str, due_at: datetime) -> None:
    """These may not go yet: they leave their batch and are asked about again as single rows."""
    _write(db, delivery_ids, state=DeliveryState.HELD, reason_code=reason, due_at=due_at)


def refuse(db: Session, delivery_ids: Sequence[int], reason: str, now: datetime) -> None:
    """These may not go at all."""
    _write(db, delivery_ids, state=DeliveryState.REFUSED, reason_code=reason, ended_at=now)


def leave(db: Session, delivery_ids: Sequence[int]) -> None:
    """These go the way of single rows."""
    _write(db, delivery_ids)


def put_off_whole(db: Session, batch: Claim, reason: str, due_at: datetime) -> None:
    """Nobody of a batch may go before the same moment, at night for instance: it waits as it is."""
    held = {"state": DeliveryState.HELD, "reason_code": reason, "due_at": due_at}
    query = update(Delivery).where(is_in(batch)).values(held)
    db.execute(query.execution_options(synchronize_session=False))
    end(db, batch, BatchState.READY, due_at=due_at)


def wake(db: Session, broadcast_id: int, now: datetime) -> None:
    """What was put off as a whole is asked about again now."""
    query = update(Batch).where(Batch.broadcast_id == broadcast_id, Batch.state == BatchState.READY)
    db.execute(query.values(due_at=now).execution_options(synchronize_session=False))


def end(db: Session, batch: Claim, state: BatchState = BatchState.DONE, **values: Any) -> bool:
    """Give a batch back, or end it; whoever lost the fence changes nothing. The batch comes before its deliveries, as with
    whoever takes it back or stops a broadcast. What follows in this transaction is planned anew."""
    query = (
        update(Batch)
        .where(Batch.id == batch.id, Batch.fence == batch.fence, Batch.state == _SENDING)
        .values(state=state, lease_until=None, **values)
        .returning(*_PLANNED_ANEW)
        .execution_options(synchronize_session=False)
    )
    return db.execute(query).one_or_none() is not None


def lock_expired(db: Session, now: datetime, limit: int = 50) -> list[Claim]:
    """Lock batches whose sender fell silent."""
    query = (
        select(*_CLAIM)
        .where(Batch.state == BatchState.SENDING, Batch.lease_until < now)
        .order_by(Batch.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Claim(*row) for row in db.execute(query)]


def has_due(db: Session, now: datetime) -> bool:
    """Say whether a sender would find a batch."""
    return db.scalar(select(Broadcast.id).where(*_has_batch(now)).limit(1)) is not None


def _write(db: Session, delivery_ids: Sequence[int], **values: Any) -> None:
    if delivery_ids:
        waits = (Delivery.id == among(delivery_ids), Delivery.state.in_(WAITING))
        query = update(Delivery).where(*waits).values(batch_id=None, **values)
        db.execute(query.execution_options(synchronize_session=False))


def _turns() -> Subquery:
    under_way = (
        select(func.count())
        .where(Batch.broadcast_id == Broadcast.id, Batch.state == _SENDING)
        .scalar_subquery()
    )
    lot = func.hashint8extended(Broadcast.id, bindparam("seed", type_=BigInteger))
    running = select(Broadcast.id).where(*_has_batch(_NOW))
    return running.order_by(Broadcast.is_urgent.desc(), under_way, lot).subquery("turns")


def _has_batch(now: Moment) -> tuple[ColumnElement[bool], ...]:
    is_ready = exists().where(Batch.broadcast_id == Broadcast.id, *_is_ready(now))
    return (Broadcast.state == BroadcastState.RUNNING, is_ready)


def _is_ready(now: Moment) -> tuple[ColumnElement[bool], ...]:
    return (Batch.state == _READY, Batch.due_at <= now)


def _claim_next() -> ReturningUpdate[Any]:
    turns = _turns()
    # In the order of turns; looked for, and locked, only until one is found.
    first = (
        select(Batch.id)
        .where(Batch.broadcast_id == turns.c.id, *_is_ready(_NOW))
        .order_by(Batch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .lateral("first")
    )
    is_open = ~paces.is_closed_now(bindparam("line", type_=String), _NOW)
    free = select(first.c.id).select_from(turns).join(first, true()).where(is_open).limit(1).scalar_subquery()
    return (
        update(Batch)
        .where(Batch.id == free)
        .values(
            state=_SENDING,
            fence=Batch.fence + 1,
            lease_until=bindparam("until", type_=Batch.lease_until.type),
        )
        .returning(*_CLAIM, *_PLANNED_ANEW)
        .execution_options(synchronize_session=False)
    )


_READ = """
    SELECT d.id, d.number_id, n.sealed, n.index FROM deliveries d LEFT JOIN numbers n ON n.id = d.number_id
    WHERE d.id BETWEEN %(first)s AND %(last)s AND d.batch_id = %(batch)s AND d.state = ANY (%(waiting)s)
    ORDER BY d.id"""
_WAITING_WORDS = [str(each) for each in WAITING]
_NOW = bindparam("now", type_=Batch.due_at.type)
# Written into the statement, so that the indexes of what is ready and what is being sent serve whatever plan is kept.
_READY, _SENDING = (
    literal(each, Batch.state.type, literal_execute=True) for each in (BatchState.READY, BatchState.SENDING)
)
_CLAIM = (Batch.id, Batch.fence, Batch.broadcast_id, Batch.language, Batch.first_id, Batch.last_id)
# A broadcast fills the tables within minutes: a plan that was kept from before, or made of figures from before, would read
# everything there is for every batch.
_PLANNED_ANEW = (
    func.set_config("plan_cache_mode", "force_custom_plan", True),
    func.set_config("enable_seqscan", "off", True),
)
_CLAIM_NEXT = _claim_next()
