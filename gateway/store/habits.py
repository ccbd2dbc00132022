"""What a number has answered, by part of the day: one row a number, read and counted up (`rules.habits`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Attempt, Call, Habit
from gateway.rules.habits import (
    KNOCK_EVERY,
    SILENT_BROADCASTS,
    SILENT_FOR,
    UNKNOWN,
    Record,
    best_slot,
    is_resting,
)

LATEST_CALLS = 3


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


def list_answered(db: Session, number_id: int, but: int) -> list[tuple[dict[str, Any], timedelta]]:
    """List the last calls of ours that this number picked up, the newest first: the conversation, and how long it rang."""
    asked = (Attempt.provider == Call.provider) & (Attempt.provider_id == Call.provider_id)
    rows = db.execute(
        select(Call.conversation, Call.started_at, Attempt.placed_at)
        .join(Attempt, asked)
        .where(Call.number_id == number_id, ~Call.is_inbound, Call.id != but, Call.ended_at.is_not(None))
        .where(Call.conversation.is_not(None))
        .order_by(Call.id.desc())
        .limit(LATEST_CALLS)
    )
    return [(dict(conversation or {}), picked_up - placed) for conversation, picked_up, placed in rows]


def _record(habit: Habit) -> Record:
    return Record(tuple(habit.rang), tuple(habit.answered), habit.unanswered, habit.silent_since)
