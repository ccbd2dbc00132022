"""Units as staff look for them: one with what is under it, counts of members, search, duty numbers. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import DutyNumber, Member, PhoneNumber, Unit
from gateway.states import MemberStatus
from gateway.store.units import is_under

FOUND = 50


@dataclass(frozen=True)
class Child:
    """A unit right under another: members at or below it, and whether anything lies under it."""

    unit: Unit
    members: int
    has_children: bool


def get_visible(db: Session, viewer_path: str, unit_id: int) -> Unit:
    """Return a unit at or below the viewer's; raises NotFound for any other."""
    unit = db.scalar(select(Unit).where(Unit.id == unit_id, is_under(Unit.path, viewer_path)))
    if unit is None:
        raise NotFound("there is no such unit")
    return unit


def list_children(db: Session, unit: Unit) -> list[Child]:
    """List what lies right under a unit, by name."""
    children = db.scalars(select(Unit).where(Unit.parent_id == unit.id).order_by(Unit.name)).all()
    child = cast(func.split_part(Unit.path, "/", unit.path.count("/") + 1), Integer).label("child")
    below = (is_under(Unit.path, unit.path), Unit.id != unit.id)
    counts = (
        select(child, func.count())
        .select_from(Member)
        .join(Unit, Unit.id == Member.unit_id)
        .where(*below, Member.status != MemberStatus.LEFT)
        .group_by("child")
    )
    members: dict[int, int] = {row[0]: row[1] for row in db.execute(counts)}
    query = select(Unit.parent_id).where(Unit.parent_id.in_([each.id for each in children])).distinct()
    parents = set(db.scalars(query))
    return [Child(each, members.get(each.id, 0), each.id in parents) for each in children]


def search(db: Session, viewer_path: str, words: str) -> Sequence[Unit]:
    """Find units by a part of their name or the beginning of their code."""
    query = select(Unit).where(
        is_under(Unit.path, viewer_path),
        or_(Unit.name.icontains(words, autoescape=True), Unit.code.istartswith(words, autoescape=True)),
    )
    return db.scalars(query.order_by(func.length(Unit.path), Unit.name).limit(FOUND)).all()


def count_own(db: Session, unit_id: int) -> int:
    """Count the members of exactly this unit."""
    query = select(func.count(Member.id)).where(Member.unit_id == unit_id, Member.status != MemberStatus.LEFT)
    return db.scalars(query).one()


def list_duty(db: Session, unit_id: int) -> list[tuple[DutyNumber, str]]:
    """List the duty numbers of exactly this unit, each with the tail of its number."""
    query = (
        select(DutyNumber, PhoneNumber.tail)
        .join(PhoneNumber, PhoneNumber.id == DutyNumber.number_id)
        .where(DutyNumber.unit_id == unit_id)
        .order_by(DutyNumber.position, DutyNumber.id)
    )
    return [(duty, tail) for duty, tail in db.execute(query)]


def add_duty(db: Session, unit_id: int, number_id: int, name: str) -> None:
    """Add a duty number behind the others; one that is there already stays as it is."""
    there = list_duty(db, unit_id)
    if all(duty.number_id != number_id for duty, _ in there):
        last = max((duty.position for duty, _ in there), default=0)
        db.add(DutyNumber(unit_id=unit_id, number_id=number_id, name=name, position=last + 1))


def get_duty(db: Session, unit_id: int, duty_id: int) -> DutyNumber:
    """Return one duty number of this unit; raises NotFound."""
    duty = db.get(DutyNumber, duty_id)
    if duty is None or duty.unit_id != unit_id:
        raise NotFound("there is no such duty number")
    return duty
