"""Lists of reports that were asked for: whose turn it is, which are old, which are whose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import ReportFile

SHOWN = 20


def claim(db: Session, file_id: int, now: datetime, lease: timedelta) -> ReportFile | None:
    """Take a file to make until the lease ends; None where it is made, given up, or somebody makes it."""
    query = select(ReportFile).where(ReportFile.id == file_id, ReportFile.finished_at.is_(None))
    found = db.scalar(query.where(ReportFile.lease_until <= now).with_for_update(skip_locked=True))
    if found is not None:
        found.lease_until = now + lease
    return found


def list_waiting(db: Session, free_since: datetime) -> Sequence[int]:
    """List what waits to be made, and has since then."""
    query = select(ReportFile.id).where(
        ReportFile.finished_at.is_(None), ReportFile.lease_until <= free_since
    )
    return db.scalars(query.order_by(ReportFile.id).limit(10)).all()


def list_old(db: Session, before: datetime) -> Sequence[ReportFile]:
    """List the files that were asked for before then and are still kept."""
    query = select(ReportFile).where(ReportFile.created_at < before, ReportFile.file_key.is_not(None))
    return db.scalars(query.limit(50)).all()


def list_own(
    db: Session, staff_id: int, unit_id: int, broadcast_id: int | None = None
) -> Sequence[ReportFile]:
    """List what this person asked for while at this unit, of reports or of one broadcast, the newest first."""
    query = select(ReportFile).where(ReportFile.staff_id == staff_id, ReportFile.unit_id == unit_id)
    query = query.where(ReportFile.broadcast_id.is_not_distinct_from(broadcast_id))
    return db.scalars(query.order_by(ReportFile.id.desc()).limit(SHOWN)).all()


def get_own(
    db: Session, staff_id: int, unit_id: int, public_id: str, broadcast_id: int | None = None
) -> ReportFile:
    """Return one of them; raises NotFound for anybody else's."""
    query = select(ReportFile).where(ReportFile.staff_id == staff_id, ReportFile.unit_id == unit_id)
    query = query.where(ReportFile.broadcast_id.is_not_distinct_from(broadcast_id))
    found = db.scalar(query.where(ReportFile.public_id == public_id))
    if found is None:
        raise NotFound("there is no such file")
    return found
