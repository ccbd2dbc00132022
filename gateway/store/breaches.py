"""Breaches and whom they are about, limited to the viewer's unit (rules.md L14)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Breach, BreachMember, Member, PhoneNumber, Unit
from gateway.states import MemberStatus
from gateway.store.units import is_under

PAGE = 20


@dataclass(frozen=True)
class Listed:
    """One breach with its place and how many it is about."""

    breach: Breach
    place: str
    count: int


@dataclass(frozen=True)
class Affected:
    """One member whom it is about; `erased`: forgotten since, told by nobody any more."""

    id: int
    public_id: str
    name: str
    language: str | None
    tail: str | None
    place: str


def list_breaches(db: Session, viewer_path: str) -> list[Listed]:
    """List them, those that are not closed first, the newest first."""
    count = select(func.count()).where(BreachMember.breach_id == Breach.id).scalar_subquery()
    query = (
        select(Breach, Unit.name, count)
        .join(Unit, Unit.id == Breach.unit_id)
        .where(is_under(Unit.path, viewer_path))
        .order_by(Breach.closed_at.is_not(None), Breach.noticed_at.desc())
    )
    return [Listed(*row) for row in db.execute(query)]


def list_open(db: Session, viewer_path: str) -> Sequence[Breach]:
    """List those of which the board has not been told: their clock runs."""
    query = select(Breach).join(Unit, Unit.id == Breach.unit_id).where(is_under(Unit.path, viewer_path))
    running = query.where(Breach.board_told_at.is_(None), Breach.closed_at.is_(None))
    return db.scalars(running.order_by(Breach.noticed_at)).all()


def get_breach(db: Session, viewer_path: str, public_id: str) -> tuple[Breach, Unit]:
    """Return one with its unit; NotFound where there is none at or below the viewer's."""
    row = db.execute(
        select(Breach, Unit)
        .join(Unit, Unit.id == Breach.unit_id)
        .where(Breach.public_id == public_id, is_under(Unit.path, viewer_path))
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such breach")
    return row[0], row[1]


def add_below(db: Session, breach_id: int, path: str, language: str | None = None) -> int:
    """Take in everybody at or below a unit, also who has left since; returns how many were new."""
    people = (
        select(literal(breach_id), Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(is_under(Unit.path, path), Member.erased_at.is_(None), Member.merged_into_id.is_(None))
    )
    if language:
        people = people.where(Member.language == language)
    return _insert(db, people)


def add_on_numbers(db: Session, breach_id: int, path: str, indexes: Collection[bytes]) -> int:
    """Take in whoever is on these numbers, at or below the path."""
    people = (
        select(literal(breach_id), Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .join(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(is_under(Unit.path, path), PhoneNumber.index.in_(indexes))
    )
    return _insert(db, people)


def count_by_language(db: Session, breach_id: int) -> dict[str, int]:
    """Count by language, "" where none is known; who was forgotten since counts among those."""
    query = (
        select(Member.language, func.count())
        .join(BreachMember, BreachMember.member_id == Member.id)
        .where(BreachMember.breach_id == breach_id)
        .group_by(Member.language)
    )
    rows = db.execute(query.order_by(func.count().desc()))
    return {language or "": count for language, count in rows}


def count_by_place(db: Session, breach_id: int, limit: int = 20) -> list[tuple[str, int]]:
    """Count by unit, the most first."""
    query = (
        select(Unit.name, func.count())
        .join(Member, Member.unit_id == Unit.id)
        .join(BreachMember, BreachMember.member_id == Member.id)
        .where(BreachMember.breach_id == breach_id)
        .group_by(Unit.id, Unit.name)
    )
    return [(row[0], row[1]) for row in db.execute(query.order_by(func.count().desc()).limit(limit))]


def count_reachable(db: Session, breach_id: int) -> int:
    """Count those who can be rung at all: a number, not left, nothing that bars it."""
    query = select(func.count()).select_from(BreachMember).join(Member, Member.id == BreachMember.member_id)
    reachable = query.where(
        BreachMember.breach_id == breach_id, Member.status != MemberStatus.LEFT, Member.barred.is_(None)
    )
    return db.scalars(reachable).one()


def list_affected(db: Session, breach_id: int, after: int = 0, size: int = PAGE) -> list[Affected]:
    """List whom it is about, but not who was forgotten since; one page after that id."""
    columns = (Member.id, Member.public_id, Member.name, Member.language, PhoneNumber.tail, Unit.name)
    query = _affected(breach_id, *columns).where(Member.id > after)
    return [Affected(*row) for row in db.execute(query.order_by(Member.id).limit(size))]


def export_rows(db: Session, breach_id: int) -> Iterator[Any]:
    """Yield sealed number with its index, name, language and unit's code of each, for the board's list."""
    columns = (PhoneNumber.sealed, PhoneNumber.index, Member.name, Member.language, Unit.code, Unit.name)
    query = _affected(breach_id, *columns).order_by(Member.language, Member.id)
    yield from db.execute(query.execution_options(yield_per=1000))


def _affected(breach_id: int, *columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(BreachMember)
        .join(Member, Member.id == BreachMember.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(BreachMember.breach_id == breach_id, Member.erased_at.is_(None))
    )


def _insert(db: Session, people: Any) -> int:
    added = insert(BreachMember).from_select(["breach_id", "member_id"], people).on_conflict_do_nothing()
    return len(db.execute(added.returning(BreachMember.member_id)).all())
