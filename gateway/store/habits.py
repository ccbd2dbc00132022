"""What a number has answered, by part of the day: one row a number, read and counted up (`rules.habits`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Attempt, Call, Delivery, Habit
from gateway.rules.habits import (
    KNOCK_EVERY,
    SILENT_BROADCASTS,
    SILENT_FOR,
    UNKNOWN,
    Record,
    best_slot,
    is_resting,
)
from gateway.rules.hearing import LOOKS_BACK
from gateway.states import AttemptOutcome

_RANG = (
    AttemptOutcome.ANSWERED,
    AttemptOutcome.BUSY,
    AttemptOutcome.NO_ANSWER,
    AttemptOutcome.REJECTED,
    AttemptOutcome.UNREACHABLE,
)


def find_record(db: Session, number_id: int) -> Record:
    """Return what was learned of this number; of one that was never rung, nothing."""
    habit = db.get(Habit, number_id)
    return _record(habit) if habit else UNKNOWN


def lock_record(db: Session, number_id: int) -> Record:
    """Return it for a change; whoever counts at the same time waits."""
    db.execute(insert(Habit).values(number_id=number_id).on_conflict_do_nothing())
    return _record(db.get_one(Habit, number_id, with_for_update=True, populate_existing=True))


def save_record(db: Session, number_id: int, record: Record) -> None:
    """Keep it, and the part of the day that it comes to, which a broadcast's first tries are spread by."""
    best = best_slot(record)
    db.execute(
        update(Habit)
        .where(Habit.number_id == number_id)
        .values(
            rang=list(record.rang),
            answered=list(record.answered),
            slot=str(best) if best else None,
            unanswered=record.unanswered,
            silent_since=record.silent_since,
        )
    )


def end_silence(db: Session, number_id: int) -> None:
    """They rang us: somebody is there after all."""
    found = update(Habit).where(Habit.number_id == number_id, Habit.unanswered > 0)
    db.execute(found.values(unanswered=0, silent_since=None))


def list_resting(db: Session, number_ids: Collection[int], broadcast_id: int, now: datetime) -> set[int]:
    """Return which of these numbers rest after a long silence, as far as this broadcast is concerned."""
    silent = select(Habit).where(
        Habit.number_id.in_(number_ids),
        Habit.unanswered >= SILENT_BROADCASTS,
        Habit.silent_since <= now - SILENT_FOR,
    )
    habits = {each.number_id: _record(each) for each in db.scalars(silent)}
    if not habits:
        return set()
    rang = (
        select(Attempt.number_id, func.max(Attempt.placed_at))
        .where(Attempt.number_id.in_(habits), Attempt.placed_at > now - KNOCK_EVERY)
        .where(
            Attempt.kind == "voice", Attempt.broadcast_id.is_not(None), Attempt.broadcast_id != broadcast_id
        )
        .group_by(Attempt.number_id)
    )
    return {number_id for number_id, at in db.execute(rang) if is_resting(habits[number_id], at, now)}


def list_first_calls(
    db: Session, broadcast_id: int, limit: int
) -> list[tuple[Record, datetime, AttemptOutcome]]:
    """List first calls of a broadcast that rang and ended: what is known of the number by now, when it rang, the end."""
    query = (
        select(Attempt.placed_at, Attempt.outcome, Habit)
        .select_from(Delivery)
        .join(Attempt, and_(Attempt.delivery_id == Delivery.id, Attempt.try_number == 1))
        .outerjoin(Habit, Habit.number_id == Delivery.number_id)
        .where(Delivery.broadcast_id == broadcast_id, Delivery.kind == "voice", Delivery.tries > 0)
        .where(Attempt.outcome.in_(_RANG))
        .limit(limit)
    )
    return [(_record(habit) if habit else UNKNOWN, at, outcome) for at, outcome, habit in db.execute(query)]


def list_answered(db: Session, number_id: int, but: int) -> list[tuple[dict[str, Any], datetime, datetime]]:
    """List the last calls of ours that this number picked up, the newest first: the conversation, asked for when, begun when."""
    asked = (Attempt.provider == Call.provider) & (Attempt.provider_id == Call.provider_id)
    rows = db.execute(
        select(Call.conversation, Call.started_at, Attempt.placed_at)
        .join(Attempt, asked)
        .where(Call.number_id == number_id, ~Call.is_inbound, Call.id != but, Call.ended_at.is_not(None))
        .where(Call.conversation.is_not(None))
        .order_by(Call.id.desc())
        .limit(LOOKS_BACK)
    )
    return [(dict(conversation or {}), placed, picked_up) for conversation, picked_up, placed in rows]


def _record(habit: Habit) -> Record:
    return Record(tuple(habit.rang), tuple(habit.answered), habit.unanswered, habit.silent_since)
