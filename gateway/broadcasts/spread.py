"""Makes one delivery for each member of the audience, some hundred thousand in a statement (house.md 5.3, 4).

Each slice is a transaction of its own, so that calls go on meanwhile and a stop waits for one slice at most. A killed worker
leaves whole slices and the state *starting*: the sweep rings again, and what is there already is passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import Grouping

from gateway.broadcasts import audience, local_times, ready
from gateway.content import languages_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.owe import ORDINARY, SMS, VOICE, ring_senders
from gateway.errors import Conflict
from gateway.models import Batch, Broadcast, Delivery, Habit, Member, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Profile
from gateway.rules.slots import SLOTS, slot_start
from gateway.rules.windows import local_day, next_opening
from gateway.runtime import Runtime
from gateway.states import BatchState, BroadcastState, DeliveryReason, DeliveryState
from gateway.store.move import move
from gateway.store.planning import ANEW, plan

logger = logging.getLogger(__name__)

SPREADING = 4_726_041  # any fixed number of its own: one worker spreads a broadcast at a time
SLICE = 200_000  # members a transaction: a second or two
BATCH = 1_000  # numbers one request may carry
NEXT_BATCH = "batches_id_seq"
Columns = dict[str, Any]
Window = tuple[int, int | None]  # ids of members: beyond the first, up to the second or to the end


def spread(unit: UnitOfWork, rt: Runtime, broadcast_id: int) -> None:
    """Write what is owed and let it run. Only who may be asked gets a delivery: the audience, no fewer.

    `unit` holds the turn while each slice is a transaction of its own. Running it twice, also at once, inserts nothing
    twice; a broadcast that is not starting, or is stopped meanwhile, stays as it is. Where nobody is there to be asked any
    more it has failed.
    """
    if not unit.db.scalar(select(func.pg_try_advisory_xact_lock(SPREADING, broadcast_id))):
        return
    is_begun = _is_owed_anything(unit.db, broadcast_id)
    if not all(_spread_over(rt, broadcast_id, each, is_begun) for each in _windows(rt, broadcast_id)):
        return
    with unit_of_work(rt.engine) as last:
        broadcast = last.db.get_one(Broadcast, broadcast_id)
        if not _is_owed_anything(last.db, broadcast_id):
            _fail(last, rt, broadcast_id, ready.NOBODY)
        elif move(last.db, Broadcast, broadcast_id, BroadcastState.RUNNING):
            ring_senders(last, rt, broadcast.kind)
            logger.info("broadcast spread broadcast_id=%s", broadcast_id)


def _windows(rt: Runtime, broadcast_id: int) -> Iterator[Window | None]:
    """Yield ranges of members' ids, None for all at once where they are few.

    Not so many of the audience each: to find the next some thousand of it, the whole of it would be read every time.
    """
    with unit_of_work(rt.engine) as unit:
        _plan(unit.db, is_wide=False)
        meant = audience.of_broadcast(unit.db, unit.db.get_one(Broadcast, broadcast_id))
        some = meant.with_only_columns(literal(1)).limit(SLICE + 1).subquery()
        few = unit.db.scalars(select(func.count()).select_from(some)).one() <= SLICE
    if few:
        yield None
        return
    after: int | None = 0
    while after is not None:
        with unit_of_work(rt.engine) as unit:
            beyond = select(Member.id).where(Member.id > after).order_by(Member.id)
            upto = unit.db.scalar(beyond.offset(SLICE - 1).limit(1))
        yield after, upto
        after = upto


def _spread_over(rt: Runtime, broadcast_id: int, window: Window | None, is_begun: bool) -> bool:
    """Write the deliveries of one window; False where the broadcast was stopped meanwhile, or its unit is gone."""
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id, with_for_update=True)
        if broadcast.state != BroadcastState.STARTING:
            return False
        try:
            ready.check_place(unit.db, broadcast)
        except Conflict as error:
            _fail(unit, rt, broadcast_id, error.code)
            return False
        _plan(unit.db, is_wide=window is not None)
        _slice(unit.db, rt, broadcast, window, is_begun)
        return True


def _plan(db: Session, *, is_wide: bool) -> None:
    """Have what follows planned for its own values: a plan kept for any unit and any window takes minutes for a million.

    Of a wide audience nothing is looked up one by one, whatever the planner guesses of it.
    """
    plan(db, **ANEW, **({"enable_nestloop": "off"} if is_wide else {}))


def _slice(db: Session, rt: Runtime, broadcast: Broadcast, window: Window | None, is_begun: bool) -> None:
    """Write what is owed to a window. Nobody else writes for this broadcast; where somebody did before, theirs stay.

    Not ON CONFLICT: it writes and looks up every row twice, for what only a broken-off run has.
    """
    asked = audience.of_broadcast(db, broadcast, is_wide=window is not None or None)
    asked = asked.outerjoin(Habit, Habit.number_id == Member.number_id)
    asked = asked.where(audience.is_asked(broadcast))
    if window is not None:
        after, upto = window
        asked = asked.where(Member.id > after, Member.id <= upto if upto else true())
    if is_begun:
        asked = asked.where(~_is_owed(broadcast).exists())
    columns = _columns(db, rt, broadcast)
    if broadcast.kind == SMS:
        _write_in_batches(db, rt, broadcast, asked, columns)
    else:
        query = asked.with_only_columns(*columns.values()).order_by(Member.id)
        db.execute(insert(Delivery).from_select(list(columns), query))


def _write_in_batches(
    db: Session, rt: Runtime, broadcast: Broadcast, asked: Select[Any], columns: Columns
) -> None:
    """The same statement cuts them into batches: only what was written here stands in one, and only such batches are."""
    language = columns["language"]
    batch_id = _batch_id(db, rt, broadcast, columns)
    query = asked.with_only_columns(*columns.values(), batch_id).order_by(language, Member.id)
    added = insert(Delivery).from_select([*columns, "batch_id"], query)
    written = added.returning(Delivery.id, Delivery.batch_id, Delivery.language).cte("written")
    batches = {
        "id": written.c.batch_id,
        "broadcast_id": literal(broadcast.id),
        "language": written.c.language,
        "first_id": func.min(written.c.id),
        "last_id": func.max(written.c.id),
        "state": literal(str(BatchState.READY)),
        "due_at": literal(rt.clock()),
        "fence": literal(0),
    }
    cut = select(*batches.values()).where(written.c.batch_id.is_not(None))
    cut = cut.group_by(written.c.batch_id, written.c.language)
    db.execute(insert(Batch).from_select(list(batches), cut).add_cte(written))


def _batch_id(db: Session, rt: Runtime, broadcast: Broadcast, columns: Columns) -> ColumnElement[int | None]:
    """SQL: the batch of this delivery, so many of one language each; none where its hour comes later, or for who came last."""
    language, most = columns["language"], SLICE // BATCH
    spoken = languages_of(broadcast.texts, broadcast.sounds)
    made = select(func.nextval(NEXT_BATCH)).select_from(func.generate_series(1, most * len(spoken)))
    ids: Grouping[Any] = Grouping(literal(list(db.scalars(made)), ARRAY(BigInteger)))
    nth = Grouping(func.row_number().over(partition_by=language, order_by=Member.id) - 1)
    part = nth.op("/", precedence=8, return_type=BigInteger())(literal(BATCH))
    first = case({each: at * most for at, each in enumerate(spoken)}, value=language)
    is_now = and_(columns["due_at"] <= literal(rt.clock()), part < most)
    return case((is_now, ids[first + part + 1]), else_=None)


def _columns(db: Session, rt: Runtime, broadcast: Broadcast) -> Columns:
    now = rt.clock()
    return {
        "reason": literal(str(DeliveryReason.BROADCAST)),
        "kind": literal(broadcast.kind),
        "priority": literal(ORDINARY),
        "broadcast_id": literal(broadcast.id),
        "member_id": Member.id,
        "number_id": Member.number_id,
        "language": audience.spoken_by(broadcast),
        "state": literal(str(DeliveryState.QUEUED)),
        "tries": literal(0),
        "fence": literal(0),
        "due_at": due_of(db, rt, broadcast, now),
        "created_at": literal(now),
        "expires_at": literal(broadcast.expires_at),
    }


def due_of(db: Session, rt: Runtime, broadcast: Broadcast, now: datetime) -> ColumnElement[datetime]:
    """SQL over members and habits: at once, or when the broadcast's own time comes on the wall clock of the member's unit."""

    def due(profile: Profile) -> ColumnElement[datetime]:
        return _due_in(rt, profile, broadcast, local_times.start_in(db, rt, broadcast, profile, now))

    return local_times.by_zone(db, rt, db.get_one(Unit, broadcast.unit_id).path, due)


def _due_in(rt: Runtime, profile: Profile, broadcast: Broadcast, at: datetime) -> ColumnElement[datetime]:
    """SQL: then, or when the part of the day begins that the member asked for, or is reached in, where it is still to come (D25).

    At night the parts of the next day count. What is urgent waits for nobody's part of the day.
    """
    law, open_all_day = MessageClass(broadcast.message_class), rt.settings.open_all_day
    opens, latest = next_opening(profile, law, at, open_all_day), broadcast.expires_at
    day = local_day(profile, opens)
    starts = {slot: slot_start(profile, law, day, slot, open_all_day) for slot in SLOTS}
    later = {
        slot: start for slot, start in starts.items() if start > opens and (not latest or start < latest)
    }
    is_at_once = broadcast.kind != VOICE or broadcast.is_urgent or law is MessageClass.EMERGENCY
    if is_at_once or not later:
        return literal(at)
    wanted = func.coalesce(Member.slot, Habit.slot)
    return case({str(slot): literal(start) for slot, start in later.items()}, value=wanted, else_=literal(at))


def _is_owed(broadcast: Broadcast) -> Select[Any]:
    theirs = (Delivery.member_id == Member.id, Delivery.broadcast_id == broadcast.id)
    return select(Delivery.id).where(*theirs, Delivery.kind == broadcast.kind).correlate(Member)


def _is_owed_anything(db: Session, broadcast_id: int) -> bool:
    owed = (Delivery.broadcast_id == broadcast_id, Delivery.reason == DeliveryReason.BROADCAST)
    return db.scalar(select(Delivery.id).where(*owed).limit(1)) is not None


def _fail(unit: UnitOfWork, rt: Runtime, broadcast_id: int, why: str) -> None:
    values = {"pause_reason": why, "finished_at": rt.clock()}
    if move(unit.db, Broadcast, broadcast_id, BroadcastState.FAILED, **values):
        logger.warning("broadcast could not be spread broadcast_id=%s reason=%s", broadcast_id, why)
