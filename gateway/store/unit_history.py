"""The history of units: append-only lines, shown on a unit's page with those names that the viewer may know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, text
from sqlalchemy.orm import Session, aliased

from gateway.models import Staff, Unit, UnitChange
from gateway.rules.escalation import ancestors
from gateway.store.units import is_under

SHOWN = 30
Line = tuple[int, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """One line of a unit's history; `units` are those it speaks of, by id, as far as the viewer may know them."""

    at: datetime
    action: str
    details: Mapping[str, Any]
    by: str | None
    units: Mapping[int, Unit]


def note(db: Session, unit_id: int, action: str, now: datetime, staff_id: int | None, **details: Any) -> None:
    """Append a line; units in `details` are ids, so that nobody reads a name that is not theirs to know."""
    db.add(UnitChange(unit_id=unit_id, at=now, staff_id=staff_id, action=action, details=details))


def note_all(db: Session, lines: Sequence[Line], now: datetime, staff_id: int | None) -> None:
    """Append what a list changed: (unit, action, details) each, in one statement."""
    if not lines:
        return
    statement = text(
        "INSERT INTO unit_changes (unit_id, at, staff_id, action, details) SELECT unit_id, :at, :staff, action, details"
        " FROM jsonb_to_recordset(CAST(:lines AS jsonb)) AS given (unit_id bigint, action text, details jsonb)"
    )
    told = [{"unit_id": unit_id, "action": action, "details": details} for unit_id, action, details in lines]
    db.execute(statement, {"at": now, "staff": staff_id, "lines": json.dumps(told)})


def history(db: Session, viewer_path: str, unit_id: int) -> list[Change]:
    """List what happened to a unit, the newest first; who did it is named where they work above or below the viewer."""
    works_at = aliased(Unit)
    is_known = or_(is_under(works_at.path, viewer_path), works_at.path.in_(_above(viewer_path)))
    query = (
        select(UnitChange, case((is_known, Staff.name)))
        .outerjoin(Staff, Staff.id == UnitChange.staff_id)
        .outerjoin(works_at, works_at.id == Staff.unit_id)
        .where(UnitChange.unit_id == unit_id)
        .order_by(UnitChange.id.desc())
        .limit(SHOWN)
    )
    rows = db.execute(query).all()
    ids = {each for change, _ in rows for each in _units_in(change.details)}
    visible = select(Unit).where(Unit.id.in_(ids), is_under(Unit.path, viewer_path))
    known = {each.id: each for each in db.scalars(visible)} if ids else {}
    return [Change(change.at, change.action, change.details, name, known) for change, name in rows]


def _above(path: str) -> tuple[str, ...]:
    return ancestors(path) if path.strip("/") else ()


def _units_in(details: Mapping[str, Any]) -> list[int]:
    return [details[key] for key in ("under", "from", "to", "into") if isinstance(details.get(key), int)]
