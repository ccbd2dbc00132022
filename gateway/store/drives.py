"""Recruitment drives: which there are, and who has joined in their days and units. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, cast, delete, desc, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Drive, DriveTarget, Enrolment, Member, Unit
from gateway.states import MemberStatus
from gateway.store.enrolments import is_counted
from gateway.store.units import is_under

PAGE = 100


class DriveRow(NamedTuple):
    """A drive with the unit it is for."""

    drive: Drive
    place: Unit


class UnitRow(NamedTuple):
    """One unit of a drive: its share of the target (or none) and who has joined in it and below."""

    place: Unit
    target: int | None
    joined: int


def list_drives(db: Session, viewer_path: str) -> list[DriveRow]:
    """List the drives of the viewer's unit, of those under it and of those above it, the newest first."""
    query = _visible(viewer_path).order_by(
        Drive.closed_at.is_not(None), Drive.ends_on.desc(), Drive.id.desc()
    )
    return [DriveRow(*row) for row in db.execute(query.limit(PAGE))]


def get_drive(db: Session, viewer_path: str, public_id: str) -> DriveRow:
    """Return one drive; raises NotFound where the viewer has no part in it."""
    found = db.execute(_visible(viewer_path).where(Drive.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such drive")
    return DriveRow(*found)


def scope(row: DriveRow, viewer_path: str) -> str:
    """Return the path within which this viewer sees figures of the drive: never beside their own unit."""
    return viewer_path if viewer_path.startswith(row.place.path) else row.place.path


def joined_per_day(db: Session, path: str, since: datetime, until: datetime, zone: str) -> dict[date, int]:
    """Count who joined at or below the path, by local day; each person once, flagged ones not before staff clear them."""
    day = func.date(func.timezone(zone, Enrolment.joined_at))
    query = _joined(select(day, func.count()), since, until).where(is_under(Unit.path, path))
    return {row[0]: row[1] for row in db.execute(query.group_by(day))}


def by_unit(
    db: Session, drive_id: int, parent: Unit, since: datetime, until: datetime, page: int
) -> tuple[list[UnitRow], bool]:
    """List the units right under one with share and joined, who lacks most first; and whether more follow."""
    level = parent.path.count("/")
    child = cast(func.nullif(func.split_part(Unit.path, "/", level + 1), ""), BigInteger)
    counted = _joined(select(child.label("id"), func.count().label("joined")), since, until)
    sums = counted.where(is_under(Unit.path, parent.path)).group_by(child).subquery()
    joined = func.coalesce(sums.c.joined, 0)
    query = (
        select(Unit, DriveTarget.target, joined)
        .outerjoin(DriveTarget, (DriveTarget.unit_id == Unit.id) & (DriveTarget.drive_id == drive_id))
        .outerjoin(sums, sums.c.id == Unit.id)
        .where(Unit.parent_id == parent.id, Unit.closed_at.is_(None))
        .order_by(desc(func.coalesce(DriveTarget.target, 0) - joined), Unit.name, Unit.id)
    )
    found = [UnitRow(*row) for row in db.execute(query.offset(page * PAGE).limit(PAGE + 1))]
    return found[:PAGE], len(found) > PAGE


def target_of(db: Session, drive_id: int, unit_id: int) -> int | None:
    query = select(DriveTarget.target).where(DriveTarget.drive_id == drive_id, DriveTarget.unit_id == unit_id)
    return db.scalar(query)


def set_targets(db: Session, drive_id: int, targets: dict[int, int]) -> None:
    """Say how many each of these units is to bring; 0 takes a unit out."""
    for_now = [
        {"drive_id": drive_id, "unit_id": unit_id, "target": target}
        for unit_id, target in targets.items()
        if target > 0
    ]
    none = [unit_id for unit_id, target in targets.items() if target <= 0]
    if none:
        db.execute(delete(DriveTarget).where(DriveTarget.drive_id == drive_id, DriveTarget.unit_id.in_(none)))
    if for_now:
        statement = insert(DriveTarget)
        again = statement.on_conflict_do_update(
            index_elements=["drive_id", "unit_id"], set_={"target": statement.excluded.target}
        )
        db.execute(again, for_now)


def children_of(db: Session, unit_id: int) -> Sequence[int]:
    query = select(Unit.id).where(Unit.parent_id == unit_id, Unit.closed_at.is_(None))
    return db.scalars(query.order_by(Unit.id)).all()


def _visible(viewer_path: str) -> Any:
    is_above = literal(viewer_path).like(Unit.path + "%")
    return (
        select(Drive, Unit)
        .join(Unit, Unit.id == Drive.unit_id)
        .where(or_(is_under(Unit.path, viewer_path), is_above))
    )


def _joined(query: Any, since: datetime, until: datetime) -> Any:
    return (
        query.select_from(Enrolment)
        .join(Member, Member.id == Enrolment.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Enrolment.joined_at >= since, Enrolment.joined_at < until)
        .where(Member.status == MemberStatus.ACTIVE, is_counted())
    )
