"""Answers to the questions of broadcasts: kept once for each delivery and question, the last one counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Attempt, Broadcast, BroadcastAnswer, Delivery
from gateway.states import DeliveryReason


class Asked(NamedTuple):
    """A question that went out by SMS, and when."""

    delivery: Delivery
    broadcast: Broadcast
    at: datetime


def keep(
    db: Session, delivery: Delivery, question: int, key: str | None, note_id: int | None, now: datetime
) -> None:
    """Keep an answer; a later one to the same question takes its place, the same one again changes nothing."""
    values = {"key": key, "voice_note_id": note_id, "at": now}
    statement = insert(BroadcastAnswer).values(
        broadcast_id=delivery.broadcast_id,
        delivery_id=delivery.id,
        member_id=delivery.member_id,
        question=question,
        **values,
    )
    db.execute(statement.on_conflict_do_update(index_elements=["delivery_id", "question"], set_=values))


def last_asked(db: Session, number_id: int, now: datetime, within: timedelta) -> Asked | None:
    """Return the newest question that was texted to this number and may still be answered."""
    row = db.execute(
        select(Delivery, Broadcast, Attempt.placed_at)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .join(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .where(Attempt.number_id == number_id, Attempt.placed_at > now - within)
        .where(Attempt.kind == "sms", Delivery.kind == "sms", Delivery.reason == DeliveryReason.BROADCAST)
        .where(Broadcast.kind == "sms", func.jsonb_array_length(Broadcast.questions) > 0)
        .order_by(Attempt.placed_at.desc(), Attempt.id.desc())
        .limit(1)
    ).one_or_none()
    return Asked(*row) if row else None
