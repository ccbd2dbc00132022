"""Changes of a member's number that wait for an answer or a decision."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Delivery, Member, NumberChange, PhoneNumber, Unit, VoiceNote
from gateway.states import DeliveryReason
from gateway.store.units import is_under

TEXT_PURPOSE = "number_changes.text"
Old = aliased(PhoneNumber)


class ChangeRow(NamedTuple):
    """One change with what staff see of it: tails of both numbers, whose it would be, what was said."""

    change: NumberChange
    place: Unit
    tail: str
    member: Member | None
    old_tail: str | None
    note: VoiceNote | None


def find_open(db: Session, number_id: int) -> NumberChange | None:
    query = select(NumberChange).where(NumberChange.number_id == number_id, NumberChange.decision.is_(None))
    return db.scalar(query.order_by(NumberChange.id.desc()).limit(1))


def list_open(db: Session, viewer_path: str, limit: int = 50) -> list[ChangeRow]:
    """List what waits, the oldest first."""
    query = _rows(viewer_path).where(NumberChange.decision.is_(None))
    return [ChangeRow(*row) for row in db.execute(query.order_by(NumberChange.id).limit(limit))]


def get_open(db: Session, viewer_path: str, public_id: str) -> ChangeRow:
    """Return one that waits; raises NotFound where there is none at or below the viewer's unit."""
    query = _rows(viewer_path).where(NumberChange.public_id == public_id, NumberChange.decision.is_(None))
    found = db.execute(query).one_or_none()
    if found is None:
        raise NotFound("there is no such change of a number")
    return ChangeRow(*found)


def call_state(db: Session, change_id: int) -> str | None:
    """Return how the call to the old number stands."""
    query = select(Delivery.state).where(
        Delivery.reason == DeliveryReason.NUMBER_CHANGE, Delivery.dedupe == f"number-change:{change_id}"
    )
    found = db.scalar(query)
    return str(found) if found is not None else None


def _rows(viewer_path: str):  # type: ignore[no-untyped-def]
    return (
        select(NumberChange, Unit, PhoneNumber.tail, Member, Old.tail, VoiceNote)
        .join(Unit, Unit.id == NumberChange.unit_id)
        .join(PhoneNumber, PhoneNumber.id == NumberChange.number_id)
        .outerjoin(Member, Member.id == NumberChange.member_id)
        .outerjoin(Old, Old.id == NumberChange.old_number_id)
        .outerjoin(VoiceNote, VoiceNote.id == NumberChange.note_id)
        .where(is_under(Unit.path, viewer_path))
    )
