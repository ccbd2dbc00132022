"""Staff, and the log of what they did and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, NotFound
from gateway.models import AuditEntry, Broadcast, Member, NewsItem, Report, Staff, Unit
from gateway.rules.escalation import ancestors
from gateway.store.sign_ins import add_sign_in as add_sign_in
from gateway.store.units import is_under


def plain_email(email: str) -> str:
    """Return the form in which an address is kept and compared."""
    return email.strip().casefold()


def find_by_email(db: Session, email: str) -> Staff | None:
    return db.scalar(select(Staff).where(Staff.email == plain_email(email)))


def get_by_email(db: Session, email: str) -> Staff:
    found = find_by_email(db, email)
    if found is None:
        raise NotFound("nobody of staff has this e-mail address")
    return found


def get_staff(db: Session, staff_id: int) -> Staff:
    found = db.get(Staff, staff_id)
    if found is None:
        raise NotFound("there is no such person of staff")
    return found


def add_staff(
    db: Session, email: str, name: str, role: str, unit_id: int, password_hash: str | None, now: datetime
) -> Staff:
    """Add a person of staff; raises Conflict where the address is taken."""
    if find_by_email(db, email) is not None:
        raise Conflict("somebody of staff has this e-mail address already")
    person = Staff(
        email=plain_email(email),
        name=name,
        role=role,
        unit_id=unit_id,
        password_hash=password_hash,
        created_at=now,
    )
    db.add(person)
    db.flush()
    return person


def list_staff(db: Session, path: str) -> Sequence[Staff]:
    """List who works at or below this path and has not been disabled, by name."""
    query = select(Staff).join(Unit, Unit.id == Staff.unit_id).where(is_under(Unit.path, path))
    return db.scalars(query.where(Staff.disabled_at.is_(None)).order_by(Staff.name)).all()


def names_of(db: Session, staff_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these people by id, also of those who have left."""
    rows = db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids))))
    return {row.id: row.name for row in rows}


def set_locale(db: Session, staff_id: int, locale: str) -> None:
    db.execute(update(Staff).where(Staff.id == staff_id).values(locale=locale))


def set_password(db: Session, staff_id: int, password_hash: str) -> None:
    """Keep a password that its person chose, or was given: what was to be changed is changed."""
    chosen = update(Staff).where(Staff.id == staff_id)
    db.execute(chosen.values(password_hash=password_hash, must_change_password=False))


def add_audit(
    db: Session,
    staff_id: int | None,
    action: str,
    now: datetime,
    subject: str = "",
    subject_id: int | None = None,
    unit_id: int | None = None,
    **details: Any,
) -> None:
    """Note who did or saw what; never a number, a name or a member's words.

    `unit_id` is where the subject belongs: an auditor of that unit sees the line. Without it the subject's own unit is
    looked up; what has none belongs to the unit of who did it.
    """
    db.add(
        AuditEntry(
            at=now,
            staff_id=staff_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            unit_id=unit_id if unit_id is not None else _unit_of(subject, subject_id),
            details=details,
        )
    )


def _unit_of(subject: str, subject_id: int | None) -> Any:
    """SQL that finds where a subject belongs; a report that went past the local staff belongs to the level above."""
    if subject == "unit" or subject_id is None:
        return subject_id
    match subject:
        case "report":
            return select(Report.sight_unit_id).where(Report.id == subject_id).scalar_subquery()
        case "member":
            return select(Member.unit_id).where(Member.id == subject_id).scalar_subquery()
        case "broadcast":
            return select(Broadcast.unit_id).where(Broadcast.id == subject_id).scalar_subquery()
        case "news":
            return select(NewsItem.unit_id).where(NewsItem.id == subject_id).scalar_subquery()
        case "staff":
            return select(Staff.unit_id).where(Staff.id == subject_id).scalar_subquery()
        case _:
            return None


def list_on_number(db: Session, number_id: int) -> Sequence[tuple[Staff, str]]:
    """List who of staff works from this number and has a phone code, each with the path of their unit."""
    query = select(Staff, Unit.path).join(Unit, Unit.id == Staff.unit_id).where(Staff.number_id == number_id)
    rows = db.execute(query.where(Staff.disabled_at.is_(None), Staff.phone_code_hash.is_not(None)))
    return [(person, path) for person, path in rows]


def list_above(db: Session, path: str) -> Sequence[Staff]:
    """List who works at this unit or above it: those who may know of what happens here."""
    query = select(Staff).join(Unit, Unit.id == Staff.unit_id).where(Unit.path.in_([path, *ancestors(path)]))
    return db.scalars(query.where(Staff.disabled_at.is_(None)).order_by(Staff.name)).all()
