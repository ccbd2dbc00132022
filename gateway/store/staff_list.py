"""Colleagues at or below a unit, for the page that lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import PhoneNumber, SignIn, Staff, Unit
from gateway.rules.escalation import ancestors
from gateway.store.units import is_under

PAGE, MOST_NEAR = 50, 60


@dataclass(frozen=True)
class Colleague:
    """A person of staff with their unit and when one of their browsers was last used."""

    person: Staff
    place: Unit
    seen_at: datetime | None
    tail: str | None = None


@dataclass(frozen=True)
class StaffSearch:
    """What the list is narrowed to; `after` is the key of the last row of the page before."""

    name: str = ""
    role: str = ""
    with_gone: bool = False
    after: int = 0


def list_colleagues(db: Session, path: str, search: StaffSearch, size: int = PAGE) -> list[Colleague]:
    """List colleagues at or below this path by name; one more than `size` where there are more."""
    query = _visible(path)
    if search.name:
        like = f"%{search.name.replace('%', '').replace('_', '')}%"
        query = query.where(or_(Staff.name.ilike(like), Staff.email.ilike(like)))
    if search.role:
        query = query.where(Staff.role == search.role)
    if not search.with_gone:
        query = query.where(Staff.disabled_at.is_(None))
    query = query.order_by(Staff.disabled_at.is_not(None), Staff.name, Staff.id)
    return [Colleague(*row) for row in db.execute(query.offset(search.after).limit(size + 1))]


def get_colleague(db: Session, path: str, public_id: str) -> Colleague:
    """Return one colleague. Raises NotFound for one who does not work at or below this path."""
    row = db.execute(_visible(path).where(Staff.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such person of staff")
    return Colleague(*row)


def list_near(db: Session, path: str) -> Sequence[Staff]:
    """List who works at this unit, above it or below it, by name: to whom a report of it may be given."""
    query = select(Staff).join(Unit, Unit.id == Staff.unit_id)
    near = or_(Unit.path.in_(ancestors(path)), is_under(Unit.path, path))
    query = query.where(near, Staff.disabled_at.is_(None)).order_by(Staff.name, Staff.id)
    return db.scalars(query.limit(MOST_NEAR)).all()


def lock_administrators(db: Session) -> Sequence[int]:
    """Return the ids of those who run the whole organisation, until the end of the transaction nobody changes them."""
    query = select(Staff.id).join(Unit, Unit.id == Staff.unit_id).where(Unit.parent_id.is_(None))
    query = query.where(Staff.role == "administrator", Staff.disabled_at.is_(None))
    return db.scalars(query.order_by(Staff.id).with_for_update(of=Staff)).all()


def _visible(path: str) -> Select[Staff, Unit, datetime | None, str | None]:
    seen = select(func.max(SignIn.seen_at)).where(SignIn.staff_id == Staff.id).scalar_subquery()
    query = select(Staff, Unit, seen, PhoneNumber.tail).join(Unit, Unit.id == Staff.unit_id)
    return query.outerjoin(PhoneNumber, PhoneNumber.id == Staff.number_id).where(is_under(Unit.path, path))
