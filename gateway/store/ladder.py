"""The organisation's ladder, a row of the settings, and the holidays of its units."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Holiday, Unit
from gateway.rules.escalation import ancestors
from gateway.rules.ladder import Hours, Ladder, Pace
from gateway.store.settings import find_value, keep_value
from gateway.store.units import is_under

SETTING = "ladder"


def find_ladder(db: Session) -> Ladder:
    """Return what the organisation chose; the default where it chose nothing."""
    kept = find_value(db, SETTING)
    if not kept:
        return Ladder()
    return Ladder(
        hours={pace: Hours(*map(float, kept["hours"][pace])) for pace in Pace},
        danger_minutes=int(kept["danger_minutes"]),
        tell_days=int(kept["tell_days"]),
        rest_days=frozenset(map(int, kept["rest_days"])),
    )


def keep_ladder(db: Session, ladder: Ladder) -> None:
    hours = {str(pace): [each.hear, each.assign, each.solve] for pace, each in ladder.hours.items()}
    value = {
        "hours": hours,
        "danger_minutes": ladder.danger_minutes,
        "tell_days": ladder.tell_days,
        "rest_days": sorted(ladder.rest_days),
    }
    keep_value(db, SETTING, value)


def days_off(db: Session, path: str, since: date) -> frozenset[date]:
    """Return the holidays of the unit at this path and of all above it, from that day on."""
    places = Unit.path.in_([*ancestors(path), path])
    query = select(Holiday.day).join(Unit, Unit.id == Holiday.unit_id).where(places, Holiday.day >= since)
    return frozenset(db.scalars(query))


def list_holidays(db: Session, path: str, since: date) -> Sequence[tuple[Holiday, Unit]]:
    """List the holidays that count at this path or below it, those of the units above with them, by day."""
    here = is_under(Unit.path, path) | Unit.path.in_(ancestors(path))
    query = select(Holiday, Unit).join(Unit, Unit.id == Holiday.unit_id).where(here, Holiday.day >= since)
    return [(row[0], row[1]) for row in db.execute(query.order_by(Holiday.day, Unit.path).limit(500))]


def add_holiday(db: Session, unit_id: int, day: date, name: str) -> int | None:
    """Add a holiday; None where the unit has one on that day."""
    row = insert(Holiday).values(unit_id=unit_id, day=day, name=name)
    return db.scalar(row.on_conflict_do_nothing().returning(Holiday.id))


def find_holiday(db: Session, holiday_id: int, path: str) -> Holiday | None:
    """Return a holiday of a unit at or below this path."""
    query = select(Holiday).join(Unit, Unit.id == Holiday.unit_id).where(is_under(Unit.path, path))
    return db.scalar(query.where(Holiday.id == holiday_id))


def remove_holiday(db: Session, holiday_id: int) -> None:
    db.execute(delete(Holiday).where(Holiday.id == holiday_id))
