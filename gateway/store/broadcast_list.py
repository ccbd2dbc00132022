"""Broadcasts as staff look for them: the list, one by its public id, and what its unit needs. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Broadcast, PollSilence, Staff, Unit
from gateway.rules.silence import Silence
from gateway.states import BroadcastState
from gateway.store.units import is_under

PAGE = 20
Approver = aliased(Staff, name="approver")


@dataclass(frozen=True)
class Row:
    """One broadcast with its unit and the people who wrote and approved it."""

    broadcast: Broadcast
    place: Unit
    author: str | None
    approver: str | None


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the key of the next (None at the end)."""

    rows: list[Row]
    next_key: str | None


def list_broadcasts(
    db: Session,
    viewer_path: str,
    states: Sequence[BroadcastState] = (),
    after: str | None = None,
    size: int = PAGE,
) -> Page:
    """List the viewer's broadcasts, the newest first; `after` is the public id of the last one shown."""
    query = _joined(viewer_path)
    if states:
        query = query.where(Broadcast.state.in_(states))
    if after:
        last = select(Broadcast.id).where(Broadcast.public_id == after).scalar_subquery()
        query = query.where(Broadcast.id < last)
    found = db.execute(query.order_by(Broadcast.id.desc()).limit(size + 1)).all()
    rows = [Row(*each) for each in found[:size]]
    return Page(rows, rows[-1].broadcast.public_id if len(found) > size else None)


def get_row(db: Session, viewer_path: str, public_id: str) -> Row:
    """Return one broadcast; raises NotFound where there is none at or below the viewer's unit."""
    found = db.execute(_joined(viewer_path).where(Broadcast.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such broadcast")
    return Row(*found)


def get_broadcast(db: Session, viewer_path: str, public_id: str) -> Broadcast:
    """Return one broadcast to change it; raises NotFound like `get_row`."""
    return get_row(db, viewer_path, public_id).broadcast


def lock_broadcast(db: Session, viewer_path: str, public_id: str) -> Broadcast:
    """Return one broadcast as it is now, locked until the commit; raises NotFound like `get_row`."""
    broadcast = get_broadcast(db, viewer_path, public_id)
    db.refresh(broadcast, with_for_update=True)
    return broadcast


def list_under_way(db: Session, path: str, size: int) -> Sequence[Broadcast]:
    """List what runs or is paused at or below a path, what started last first."""
    query = select(Broadcast).join(Unit, Unit.id == Broadcast.unit_id).where(is_under(Unit.path, path))
    under_way = (BroadcastState.RUNNING, BroadcastState.PAUSED)
    return db.scalars(
        query.where(Broadcast.state.in_(under_way)).order_by(Broadcast.started_at.desc()).limit(size)
    ).all()


def find_below(db: Session, path: str, broadcast_id: int) -> Broadcast | None:
    """Return a broadcast at or below a path."""
    query = select(Broadcast).join(Unit, Unit.id == Broadcast.unit_id).where(is_under(Unit.path, path))
    return db.scalar(query.where(Broadcast.id == broadcast_id))


def find_id(db: Session, public_id: str) -> int | None:
    """Return the id behind a public one, whoever's it is: a form that was sent twice finds its first sending."""
    return db.scalar(select(Broadcast.id).where(Broadcast.public_id == public_id))


def list_silences(db: Session, now: datetime) -> list[tuple[str, Silence]]:
    """List the polls whose silence has not ended, each with the name of its area."""
    rows = db.execute(
        select(Unit.name, Unit.path, PollSilence.closes_at, PollSilence.hours_before)
        .join(PollSilence, PollSilence.unit_id == Unit.id)
        .where(PollSilence.closes_at > now)
    )
    return [(name, Silence(path, closes_at, hours)) for name, path, closes_at, hours in rows]


def _joined(viewer_path: str) -> Any:
    return (
        select(Broadcast, Unit, Staff.name, Approver.name)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .outerjoin(Staff, Staff.id == Broadcast.author_id)
        .outerjoin(Approver, Approver.id == Broadcast.approver_id)
        .where(is_under(Unit.path, viewer_path))
    )
