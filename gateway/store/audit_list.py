"""Searching the audit log: always within a unit, newest first.

An entry belongs where its subject belongs; one that says nothing of that, to the unit of who did it; and one without
either, which the command line writes, to the whole organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.models import AuditEntry, Broadcast, Member, Report, Staff, Unit
from gateway.store.units import is_under

PAGE = 100


@dataclass(frozen=True)
class AuditSearch:
    """What the log is narrowed to. `staff_id` 0 is the command line; `before` is the number of the last line shown."""

    staff_id: int | None = None
    action: str = ""
    subject: tuple[str, int] | None = None
    unit_path: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Line:
    """One entry with the names of who did it and of the unit it belongs to."""

    entry: AuditEntry
    who: str | None
    place: str | None


def list_lines(
    db: Session, viewer_path: str, search: AuditSearch, is_top: bool, size: int = PAGE
) -> list[Line]:
    """List entries at or below the viewer's path; one more than `size` where there are more."""
    query = _select(viewer_path, is_top, search.unit_path)
    for condition in _conditions(search):
        query = query.where(condition)
    rows = db.execute(query.order_by(AuditEntry.id.desc()).limit(size + 1))
    return [Line(*row) for row in rows]


def find_subject(db: Session, viewer_path: str, typed: str) -> tuple[str, int] | None:
    """Return what a reference or a public id names, where it lies at or below the viewer's path."""
    code = typed.strip()
    report = select(Report.id).join(Unit, Unit.id == Report.unit_id)
    member = select(Member.id).join(Unit, Unit.id == Member.unit_id)
    broadcast = select(Broadcast.id).join(Unit, Unit.id == Broadcast.unit_id)
    colleague = select(Staff.id).join(Unit, Unit.id == Staff.unit_id)
    queries = {
        "report": report.where(or_(Report.reference == code, Report.public_id == code)),
        "member": member.where(Member.public_id == code),
        "broadcast": broadcast.where(Broadcast.public_id == code),
        "staff": colleague.where(or_(Staff.public_id == code, Staff.email == code.casefold())),
        "unit": select(Unit.id).where(Unit.code == code),
    }
    for name, query in queries.items():
        found = db.scalar(query.where(is_under(Unit.path, viewer_path)).limit(1))
        if found is not None:
            return name, found
    return None


def find_person(db: Session, viewer_path: str, typed: str) -> int | None:
    """Return who at or below this path has this e-mail, public id or name; a part of one name alone will do."""
    word = typed.strip()
    query = select(Staff.id).join(Unit, Unit.id == Staff.unit_id).where(is_under(Unit.path, viewer_path))
    either = (
        Staff.public_id == word,
        Staff.email == word.casefold(),
        func.lower(Staff.name) == word.lower(),
    )
    exact = db.scalar(query.where(or_(*either)).order_by(Staff.id).limit(1))
    if exact is not None:
        return exact
    parts = (Staff.name.icontains(word, autoescape=True), Staff.email.istartswith(word, autoescape=True))
    alike = db.scalars(query.where(or_(*parts)).limit(2)).all()
    return alike[0] if len(alike) == 1 else None


def names_of(db: Session, lines: Sequence[Line]) -> dict[tuple[str, int], str]:
    """Return how reports, members and colleagues among the subjects are called in addresses and on paper."""
    columns = {"report": Report.reference, "member": Member.public_id, "broadcast": Broadcast.public_id}
    keys = {"report": Report.id, "member": Member.id, "broadcast": Broadcast.id}
    found: dict[tuple[str, int], str] = {}
    for name, column in columns.items():
        ids = {line.entry.subject_id for line in lines if line.entry.subject == name}
        rows = db.execute(select(keys[name], column).where(keys[name].in_(ids - {None}))) if ids else ()
        found |= {(name, row[0]): row[1] for row in rows}
    ids = {line.entry.subject_id for line in lines if line.entry.subject == "staff"} - {None}
    people = db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))) if ids else ()
    return found | {("staff", row[0]): row[1] for row in people}


def _select(viewer_path: str, is_top: bool, unit_path: str | None) -> Select[AuditEntry, str, str]:
    place = aliased(Unit)
    own = func.coalesce(AuditEntry.unit_id, Staff.unit_id)
    query = select(AuditEntry, Staff.name, place.name).outerjoin(Staff, Staff.id == AuditEntry.staff_id)
    query = query.outerjoin(place, place.id == own)
    if unit_path is not None:
        return query.where(is_under(place.path, viewer_path), is_under(place.path, unit_path))
    here = is_under(place.path, viewer_path)
    return query.where(or_(here, own.is_(None)) if is_top else here)


def _conditions(search: AuditSearch) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if search.staff_id is not None:
        by = AuditEntry.staff_id
        found.append(by == search.staff_id if search.staff_id else by.is_(None))
    if search.action:
        found.append(AuditEntry.action == search.action)
    if search.subject:
        found.append(
            and_(AuditEntry.subject == search.subject[0], AuditEntry.subject_id == search.subject[1])
        )
    if search.since:
        found.append(AuditEntry.at >= search.since)
    if search.until:
        found.append(AuditEntry.at < search.until)
    if search.before is not None:
        found.append(AuditEntry.id < search.before)
    return found
