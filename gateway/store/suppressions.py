"""Numbers nobody may contact, by keyed hash, apart from members (rules.md L7)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import PhoneNumber, Suppression

OPTED_OUT = "opt-out"
PROVIDER = "provider"


def add_suppression(db: Session, number_index: bytes, reason: str, now: datetime) -> None:
    """Suppress; a reason already in force stays as it is."""
    row = {"number_index": number_index, "reason": reason, "at": now}
    db.execute(insert(Suppression).values(row).on_conflict_do_nothing())


def lift_opt_out(db: Session, number_index: bytes, now: datetime) -> None:
    """The person asked to be called again: their own opt-out ends, other reasons stay."""
    db.execute(
        update(Suppression)
        .where(Suppression.number_index == number_index, Suppression.reason == OPTED_OUT)
        .where(Suppression.lifted_at.is_(None))
        .values(lifted_at=now)
    )


def find_suppression(db: Session, number_index: bytes) -> str | None:
    """Return why this number is suppressed, the gravest first, or None."""
    query = select(Suppression.reason).where(
        Suppression.number_index == number_index, Suppression.lifted_at.is_(None)
    )
    reasons = set(db.scalars(query))
    return min(reasons, key=lambda reason: reason == OPTED_OUT) if reasons else None


def find_suppression_of(db: Session, number_id: int) -> str | None:
    """The same, for a number that is known by its id."""
    index = db.scalar(select(PhoneNumber.index).where(PhoneNumber.id == number_id))
    return find_suppression(db, index) if index else None
