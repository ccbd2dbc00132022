"""Codes that are keyed on joining: whose they are, and where who keys them belongs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from gateway.models import Enrolment, JoinCode, Member, Unit
from gateway.states import MemberStatus
from gateway.store.enrolments import is_counted
from gateway.store.units import is_under

Sat = aliased(Member)
CLASS, INVITER = "class", "inviter"


class CodeRow(NamedTuple):
    """A code with its place, whose it is, and how many have joined with it and are counted."""

    code: JoinCode
    place: Unit
    owner: str | None
    joined: int


def find_open(db: Session, code: str) -> JoinCode | None:
    return db.scalar(select(JoinCode).where(JoinCode.code == code, JoinCode.closed_at.is_(None)))


def find_of(db: Session, member_id: int, kind: str) -> JoinCode | None:
    """Return the code of this kind that the member hands out."""
    query = select(JoinCode).where(JoinCode.member_id == member_id, JoinCode.kind == kind)
    return db.scalar(query.where(JoinCode.closed_at.is_(None)).order_by(JoinCode.id).limit(1))


def add(db: Session, row: dict[str, object]) -> JoinCode | None:
    """Add a code; None where these digits are given out already."""
    made = db.scalar(insert(JoinCode).values(row).on_conflict_do_nothing().returning(JoinCode.id))
    return db.get_one(JoinCode, made) if made else None


def list_classes(db: Session, path: str, limit: int = 200) -> list[CodeRow]:
    """List the open codes of classes at or below a unit, the newest first."""
    joined = (
        select(func.count(Enrolment.id))
        .join(Sat, Sat.id == Enrolment.member_id)
        .where(Enrolment.code_id == JoinCode.id, Sat.status == MemberStatus.ACTIVE, is_counted())
        .scalar_subquery()
    )
    query = (
        select(JoinCode, Unit, Member.name, joined)
        .join(Unit, Unit.id == JoinCode.unit_id)
        .outerjoin(Member, Member.id == JoinCode.member_id)
        .where(JoinCode.kind == CLASS, JoinCode.closed_at.is_(None), is_under(Unit.path, path))
    )
    return [CodeRow(*row) for row in db.execute(query.order_by(JoinCode.id.desc()).limit(limit))]


def get_class(db: Session, path: str, code_id: int) -> JoinCode | None:
    query = select(JoinCode).join(Unit, Unit.id == JoinCode.unit_id).where(JoinCode.id == code_id)
    return db.scalar(query.where(JoinCode.kind == CLASS, is_under(Unit.path, path)))


def close(code: JoinCode, now: datetime) -> None:
    """Nobody joins with it any more; who did stays credited."""
    code.closed_at = code.closed_at or now


def trained_by(db: Session, path: str, code_ids: Sequence[int]) -> list[tuple[int, str, datetime | None]]:
    """List who sat in these classes: code, name, when they joined."""
    query = (
        select(Enrolment.code_id, Member.name, Enrolment.joined_at)
        .join(Member, Member.id == Enrolment.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Enrolment.code_id.in_(code_ids), is_under(Unit.path, path))
    )
    return [(code_id, name, at) for code_id, name, at in db.execute(query) if code_id is not None]
