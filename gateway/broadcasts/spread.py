"""Makes one delivery for each member of the audience, some ten thousand in a statement (house.md 5.3, 4).

Each slice is a transaction of its own, so that calls go on meanwhile and a stop waits for one slice at most. A killed worker
leaves whole slices and the state *starting*: the sweep rings again, and what is there already is passed over.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import Grouping

from gateway.broadcasts import local_times, ready
from gateway.broadcasts.audience import of_broadcast, spoken_by, why_not
from gateway.content import languages_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.owe import ORDINARY, SMS, VOICE, ring_senders
from gateway.errors import Conflict
from gateway.models import Batch, Broadcast, Delivery, Habit, Member, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Profile
from gateway.rules.slots import SLOTS, slot_start
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.states import BatchState, BroadcastState, DeliveryReason, DeliveryState
from gateway.store.move import move

logger = logging.getLogger(__name__)

SPREADING = 4_726_041  # any fixed number of its own: one worker spreads a broadcast at a time
SLICE = 50_000  # members a transaction: half a second
BATCH = 1_000  # numbers one request may carry
NEXT_BATCH = "batches_id_seq"
Columns = dict[str, Any]


def spread(unit: UnitOfWork, rt: Runtime, broadcast_id: int) -> None:
    """Write what is owed and let it run. Only who may be asked gets a delivery: the audience, no fewer.

    `unit` holds the turn while each slice is a transaction of its own. Running it twice, also at once, inserts nothing
    twice; a broadcast that is not starting, or is stopped meanwhile, stays as it is. Where nobody is there to be asked any
    more it has failed.
    """
    if not unit.db.scalar(select(func.pg_try_advisory_xact_lock(SPREADING, broadcast_id))):
        return
    languages = _languages(rt, broadcast_id)
    if languages is None or not all(_spread_over(rt, broadcast_id, each) for each in languages):
        return
    with unit_of_work(rt.engine) as last:
        broadcast = last.db.get_one(Broadcast, broadcast_id)
        if not _is_owed_anything(last.db, broadcast_id):
            _fail(last, rt, broadcast_id, ready.NOBODY)
        elif move(last.db, Broadcast, broadcast_id, BroadcastState.RUNNING):
            ring_senders(last, rt, broadcast.kind)
            logger.info("broadcast spread broadcast_id=%s", broadcast_id)


def _languages(rt: Runtime, broadcast_id: int) -> list[str | None] | None:
    """Return the parts that are spread one after the other: texts by language, as batches are; None: do not."""
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        if broadcast.state != BroadcastState.STARTING:
            return None
        try:
            ready.check_place(unit.db, broadcast)
        except Conflict as error:
            _fail(unit, rt, broadcast_id, error.code)
            return None
        return [*languages_of(broadcast.texts, broadcast.sounds)] if broadcast.kind == SMS else [None]


def _spread_over(rt: Runtime, broadcast_id: int, language: str | None) -> bool:
    """Slice after slice, in the order of members; False where it was stopped meanwhile."""
    after: int | None = 0
    while after is not None:
        with unit_of_work(rt.engine) as unit:
            broadcast = unit.db.get_one(Broadcast, broadcast_id, with_for_update=True)
            if broadcast.state != BroadcastState.STARTING:
                return False
            after = _slice(unit.db, rt, broadcast, language, after)
    return True


def _slice(db: Session, rt: Runtime, broadcast: Broadcast, language: str | None, after: int) -> int | None:
    """Write the deliveries of the next members; returns the last of them, None where these were all."""
    asked = of_broadcast(db, broadcast, is_wide=after > 0 or None)
    asked = asked.outerjoin(Habit, Habit.number_id == Member.number_id)
    asked = asked.where(why_not(broadcast).is_(None), Member.id > after)
    if language is not None:
        asked = asked.where(spoken_by(broadcast) == language)
    upto = db.scalar(asked.with_only_columns(Member.id).order_by(Member.id).offset(SLICE - 1).limit(1))
    if upto is not None:
        asked = asked.where(Member.id <= upto)
    columns = _columns(db, rt, broadcast)
    if broadcast.kind == SMS:
        _write_in_batches(db, rt, broadcast, language, asked, columns)
    else:
        _write(db, asked, columns)
    return upto


def _write(db: Session, asked: Select[Any], columns: Columns) -> None:
    query = asked.with_only_columns(*columns.values()).order_by(Member.id)
    db.execute(insert(Delivery).from_select(list(columns), query).on_conflict_do_nothing())


def _write_in_batches(
    db: Session, rt: Runtime, broadcast: Broadcast, language: str | None, asked: Select[Any], columns: Columns
) -> None:
    """The same statement cuts them into batches: only what was written here stands in one, and only such batches are."""
    made = select(func.nextval(NEXT_BATCH)).select_from(func.generate_series(1, SLICE // BATCH))
    ids: Grouping[Any] = Grouping(literal(list(db.scalars(made)), ARRAY(BigInteger)))
    nth = Grouping(func.row_number().over(order_by=Member.id) - 1)
    part = nth.op("/", precedence=8, return_type=BigInteger())(literal(BATCH)) + 1
    # Whose hour comes later goes by itself: a batch is one request.
    batch_id = case((columns["due_at"] <= literal(rt.clock()), ids[part]), else_=None)
    query = asked.with_only_columns(*columns.values(), batch_id).order_by(Member.id)
    added = insert(Delivery).from_select([*columns, "batch_id"], query).on_conflict_do_nothing()
    written = added.returning(Delivery.id, Delivery.batch_id).cte("written")
    batches = {
        "id": written.c.batch_id,
        "broadcast_id": literal(broadcast.id),
        "language": literal(language),
        "first_id": func.min(written.c.id),
        "last_id": func.max(written.c.id),
        "state": literal(str(BatchState.READY)),
        "due_at": literal(rt.clock()),
        "fence": literal(0),
    }
    query = select(*batches.values()).where(written.c.batch_id.is_not(None)).group_by(written.c.batch_id)
    db.execute(insert(Batch).from_select(list(batches), query).add_cte(written))


def _columns(db: Session, rt: Runtime, broadcast: Broadcast) -> Columns:
    now = rt.clock()
    return {
        "reason": literal(str(DeliveryReason.BROADCAST)),
        "kind": literal(broadcast.kind),
        "priority": literal(ORDINARY),
        "broadcast_id": literal(broadcast.id),
        "member_id": Member.id,
        "number_id": Member.number_id,
        "language": spoken_by(broadcast),
        "state": literal(str(DeliveryState.QUEUED)),
        "tries": literal(0),
        "fence": literal(0),
        "due_at": _due(db, rt, broadcast, now),
        "created_at": literal(now),
        "expires_at": literal(broadcast.expires_at),
    }


def _due(db: Session, rt: Runtime, broadcast: Broadcast, now: datetime) -> ColumnElement[datetime]:
    """SQL: at once, or when the broadcast's own time comes on the wall clock of the member's unit."""

    def due(profile: Profile) -> ColumnElement[datetime]:
        return _due_in(rt, profile, broadcast, local_times.start_in(db, rt, broadcast, profile, now))

    return local_times.by_zone(db, rt, db.get_one(Unit, broadcast.unit_id).path, due)


def _due_in(rt: Runtime, profile: Profile, broadcast: Broadcast, at: datetime) -> ColumnElement[datetime]:
    """SQL: then, or when the part of the day begins that the member asked for, or is reached in, where it is still to come (D25)."""
    law = MessageClass(broadcast.message_class)
    day, latest = local_day(profile, at), broadcast.expires_at
    starts = {slot: slot_start(profile, law, day, slot, rt.settings.open_all_day) for slot in SLOTS}
    later = {slot: start for slot, start in starts.items() if start > at and (not latest or start < latest)}
    if broadcast.kind != VOICE or law is MessageClass.EMERGENCY or not later:
        return literal(at)
    wanted = func.coalesce(Member.slot, Habit.slot)
    return case({str(slot): literal(start) for slot, start in later.items()}, value=wanted, else_=literal(at))


def _is_owed_anything(db: Session, broadcast_id: int) -> bool:
    owed = (Delivery.broadcast_id == broadcast_id, Delivery.reason == DeliveryReason.BROADCAST)
    return db.scalar(select(Delivery.id).where(*owed).limit(1)) is not None


def _fail(unit: UnitOfWork, rt: Runtime, broadcast_id: int, why: str) -> None:
    values = {"pause_reason": why, "finished_at": rt.clock()}
    if move(unit.db, Broadcast, broadcast_id, BroadcastState.FAILED, **values):
        logger.warning("broadcast could not be spread broadcast_id=%s reason=%s", broadcast_id, why)
