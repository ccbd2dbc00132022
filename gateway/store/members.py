"""Members: who is on a number, who is new, what is remembered of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, select, update
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Member, OtherNumber
from gateway.states import MemberStatus


def list_on_number(db: Session, number_id: int) -> Sequence[Member]:
    """List the members who share this number, be it their first or a further one, and have not left; longest known first."""
    query = select(Member).where(Member.id.in_(_ids_on(number_id)), Member.status != MemberStatus.LEFT)
    return db.scalars(query.order_by(Member.id)).all()


def _ids_on(number_id: int) -> CompoundSelect[int]:
    # A union, not OR: each half has its index, and this is asked at the start of every call.
    first = select(Member.id).where(Member.number_id == number_id)
    further = select(OtherNumber.member_id).where(
        OtherNumber.number_id == number_id, OtherNumber.until.is_(None)
    )
    return first.union_all(further)


def get_member(db: Session, member_id: int) -> Member:
    member = db.get(Member, member_id)
    if member is None:
        raise NotFound("there is no such member")
    return member


def add_member(
    db: Session,
    number_id: int | None,
    unit_id: int,
    now: datetime,
    name: str = "",
    language: str | None = None,
) -> Member:
    """Add a member who is only invited so far: consent makes them active."""
    member = Member(number_id=number_id, unit_id=unit_id, name=name, language=language, created_at=now)
    db.add(member)
    db.flush()
    return member


def set_fields(db: Session, member_id: int, **values: Any) -> None:
    db.execute(update(Member).where(Member.id == member_id).values(**values))
