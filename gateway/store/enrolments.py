"""How each member came in: one row a member, begun at the first step and complete when they have joined."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Enrolment, Member, OtherNumber, PhoneNumber, VoiceNote
from gateway.states import MemberStatus

PLACE_PURPOSE = "enrolments.place"
CALL, SMS, LIST, FORM, CONSOLE = "call", "sms", "list", "form", "console"
REFUSED = "refused"  # among the flags of one that staff do not count


def is_counted() -> ColumnElement[bool]:
    """SQL: nothing is held against this joining, or staff have cleared it."""
    is_clean = func.jsonb_array_length(Enrolment.flags) == 0
    is_cleared = and_(Enrolment.cleared_at.is_not(None), ~Enrolment.flags.contains([REFUSED]))
    return or_(is_clean, is_cleared)


def begin(db: Session, member_id: int, way: str, number_id: int | None, now: datetime) -> Enrolment:
    """Return this member's row, adding it where they have none; how they first came in stays."""
    row = {"member_id": member_id, "way": way, "number_id": number_id, "begun_at": now, "flags": []}
    db.execute(insert(Enrolment).values(row).on_conflict_do_nothing())
    return db.scalars(select(Enrolment).where(Enrolment.member_id == member_id)).one()


def find(db: Session, member_id: int) -> Enrolment | None:
    return db.scalar(select(Enrolment).where(Enrolment.member_id == member_id))


def set_fields(db: Session, member_id: int, **values: Any) -> None:
    db.execute(update(Enrolment).where(Enrolment.member_id == member_id).values(**values))


def list_unfinished(db: Session, before: datetime, limit: int) -> Sequence[Member]:
    """List who began to join by themselves before then and never came to the end."""
    query = (
        select(Member)
        .join(Enrolment, Enrolment.member_id == Member.id)
        .where(Enrolment.joined_at.is_(None), Enrolment.begun_at < before)
        .where(Enrolment.way.in_((CALL, SMS)), Member.status == MemberStatus.INVITED)
    )
    return db.scalars(query.order_by(Member.id).limit(limit)).all()


def joined_on(db: Session, number_id: int, since: datetime) -> int:
    """Count who joined on this number since then, also those who have left it."""
    query = select(func.count(Enrolment.id)).where(
        Enrolment.number_id == number_id, Enrolment.joined_at >= since
    )
    return db.scalars(query).one()


def numbers_brought(db: Session, inviter_id: int, since: datetime) -> list[tuple[datetime, int | None]]:
    """List when this member's friends joined since then, and on which number."""
    query = select(Enrolment.joined_at, Enrolment.number_id).where(
        Enrolment.inviter_id == inviter_id, Enrolment.joined_at >= since
    )
    return [(at, number_id) for at, number_id in db.execute(query.order_by(Enrolment.joined_at)) if at]


def credits(db: Session, inviter_id: int) -> int:
    """Count the friends this member brought who are in and counted: each once."""
    query = (
        select(func.count(Enrolment.id))
        .join(Member, Member.id == Enrolment.member_id)
        .where(Enrolment.inviter_id == inviter_id, Enrolment.joined_at.is_not(None), is_counted())
        .where(Member.status == MemberStatus.ACTIVE)
    )
    return db.scalars(query).one()


def numbers_of(db: Session, member_id: int) -> set[int]:
    """Return the ids of all numbers a member has or had."""
    first = db.scalar(select(Member.number_id).where(Member.id == member_id))
    others = db.scalars(select(OtherNumber.number_id).where(OtherNumber.member_id == member_id))
    return {*others, *([first] if first else [])}


def withhold_note(db: Session, note_id: int | None, now: datetime) -> None:
    """Nobody plays this recording any more; the purge does away with it."""
    if note_id is not None:
        db.execute(
            update(VoiceNote)
            .where(VoiceNote.id == note_id, VoiceNote.withheld_at.is_(None))
            .values(withheld_at=now)
        )


def unlink(db: Session, member_id: int, number_id: int, reason: str, now: datetime) -> None:
    """Part a member from a number; a further number of theirs is rung instead, where there is one."""
    db.execute(
        update(OtherNumber)
        .where(OtherNumber.member_id == member_id, OtherNumber.number_id == number_id)
        .where(OtherNumber.until.is_(None))
        .values(until=now, reason=reason)
    )
    member = db.get_one(Member, member_id, with_for_update=True)
    if member.number_id != number_id:
        return
    db.add(
        OtherNumber(
            member_id=member_id, number_id=number_id, since=member.created_at, until=now, reason=reason
        )
    )
    further = (
        select(OtherNumber)
        .join(PhoneNumber, PhoneNumber.id == OtherNumber.number_id)
        .where(OtherNumber.member_id == member_id, OtherNumber.until.is_(None))
        .where(PhoneNumber.invalid_at.is_(None))
    )
    other = db.scalar(further.order_by(OtherNumber.since.desc()).limit(1))
    member.number_id = other.number_id if other else None
    if other is not None:
        db.delete(other)
    db.flush()
