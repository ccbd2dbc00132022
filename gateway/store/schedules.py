"""Schedules as staff look for them: the list, one by its public id, the one of a broadcast. Limited to the viewer's unit."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Broadcast, Schedule, Staff, Unit
from gateway.store.units import is_under

SHOWN = 100  # of those that have ended


class Planned(NamedTuple):
    """A schedule with the broadcast that it repeats, its unit, and who planned it."""

    schedule: Schedule
    broadcast: Broadcast
    place: Unit
    by: str | None


def list_schedules(db: Session, viewer_path: str) -> list[Planned]:
    """List the viewer's schedules: those that go on by their next time, then those that have ended."""
    going = _joined(viewer_path).where(Schedule.ended_at.is_(None)).order_by(Schedule.next_at, Schedule.id)
    over = _joined(viewer_path).where(Schedule.ended_at.is_not(None)).order_by(Schedule.ended_at.desc())
    return [Planned(*each) for query in (going, over.limit(SHOWN)) for each in db.execute(query)]


def get_schedule(db: Session, viewer_path: str, public_id: str) -> Planned:
    """Return one schedule; raises NotFound where there is none at or below the viewer's unit."""
    found = db.execute(_joined(viewer_path).where(Schedule.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such schedule")
    return Planned(*found)


def find_open(db: Session, broadcast_id: int) -> Schedule | None:
    """Return the schedule by which this broadcast comes again."""
    query = select(Schedule).where(Schedule.broadcast_id == broadcast_id, Schedule.ended_at.is_(None))
    return db.scalar(query.order_by(Schedule.id).limit(1))


def count_stopped(db: Session, viewer_path: str, since: datetime) -> int:
    """Count those that stopped by themselves since then: somebody should look."""
    query = select(func.count()).select_from(Schedule).join(Broadcast, Broadcast.id == Schedule.broadcast_id)
    query = query.join(Unit, Unit.id == Broadcast.unit_id).where(is_under(Unit.path, viewer_path))
    return db.scalar(query.where(Schedule.problem.is_not(None), Schedule.ended_at > since)) or 0


def _joined(viewer_path: str) -> Any:
    return (
        select(Schedule, Broadcast, Unit, Staff.name)
        .join(Broadcast, Broadcast.id == Schedule.broadcast_id)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .outerjoin(Staff, Staff.id == Schedule.staff_id)
        .where(is_under(Unit.path, viewer_path))
    )
