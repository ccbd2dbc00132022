"""Where a report is, whose desk it lies on, and the lowest unit that may know of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from gateway.errors import Conflict
from gateway.models import Report, Unit
from gateway.store import units


def put_at(db: Session, report: Report, unit_id: int) -> None:
    """Put a report at its place: the desk and the sight follow; what is past the local staff stays past them."""
    place = db.get(Unit, unit_id)
    if place is None or place.closed_at is not None or place.merged_into_id is not None:
        raise Conflict("this unit is not open any more; choose another")
    report.unit_id = place.id
    report.ups = 0
    report.desk_unit_id = report.sight_unit_id = above_local(db, place) if report.is_past_local else place.id


def above_local(db: Session, place: Unit) -> int:
    """Return the level above the local staff of a place: those who work there never learn of a report of key 7."""
    local = units.find_staffed_unit(db, place.path) or place
    return local.parent_id or local.id


def path_of(db: Session, unit_id: int) -> str:
    return units.get_unit(db, unit_id).path
