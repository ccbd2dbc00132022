"""Recruitment drives: so many new members in a unit and under it between two days, shared among its units (S1-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from gateway.db import UnitOfWork
from gateway.errors import MemberlineError
from gateway.models import Drive, Unit
from gateway.rules.drives import Course, Forecast, course, forecast, shares
from gateway.runtime import Runtime
from gateway.store import drives, unit_counts
from gateway.store.drives import DriveRow
from gateway.store.staff import add_audit

LONGEST_DAYS, LARGEST = 800, 10_000_000


@dataclass(frozen=True)
class Standing:
    """How a drive stands within what a viewer may see of it."""

    course: Course
    forecast: Forecast | None


def begin(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    name: str,
    place: Unit,
    target: int,
    starts_on: date,
    ends_on: date,
    is_shared: bool = True,
    staff_id: int | None = None,
) -> Drive:
    """Begin a drive; `is_shared` gives the units under it shares by the number of units below. Raises MemberlineError."""
    _check(name, target, starts_on, ends_on)
    drive = Drive(
        name=name.strip(),
        unit_id=place.id,
        target=target,
        starts_on=starts_on,
        ends_on=ends_on,
        staff_id=staff_id,
        created_at=rt.clock(),
    )
    unit.db.add(drive)
    unit.db.flush()
    if is_shared:
        _share(unit, drive, place)
    add_audit(unit.db, staff_id, "drive-begun", rt.clock(), "drive", drive.id, unit_id=place.id)
    return drive


def _share(unit: UnitOfWork, drive: Drive, place: Unit) -> None:
    """Give each unit right under this one its share; an only child gets all of it and shares it in its turn."""
    children = drives.children_of(unit.db, place.id)
    below = unit_counts.below_children(unit.db, place.path, children)
    weights = {each: max(1, found.units) for each, found in below.items()}
    drives.set_targets(unit.db, drive.id, shares(drive.target, weights))
    if len(children) == 1:
        _share(unit, drive, unit.db.get_one(Unit, children[0]))


def stand(unit: UnitOfWork, rt: Runtime, row: DriveRow, viewer_path: str) -> Standing:
    """Add up a drive for this viewer: their own unit and what lies under it, where the drive is one from above."""
    path = drives.scope(row, viewer_path)
    drive = row.drive
    target = drive.target
    if path != row.place.path:
        own = drives.target_of(unit.db, drive.id, int(path.rstrip("/").rpartition("/")[2]))
        return _stand(unit, rt, drive, path, own)
    return _stand(unit, rt, drive, path, target)


def days_of(rt: Runtime, drive: Drive) -> tuple[datetime, datetime]:
    """Return the instants between which a joining counts."""
    zone = rt.profile.timezone
    after = drive.ends_on + timedelta(days=1)
    return datetime.combine(drive.starts_on, time(), zone), datetime.combine(after, time(), zone)


def set_target(unit: UnitOfWork, rt: Runtime, row: DriveRow, place: Unit, target: int, staff_id: int) -> None:
    """Change the share of one unit."""
    if not 0 <= target <= LARGEST:
        raise MemberlineError("write how many new members this unit is to bring, in digits")
    drives.set_targets(unit.db, row.drive.id, {place.id: target})
    add_audit(unit.db, staff_id, "drive-target", rt.clock(), "drive", row.drive.id, unit_id=place.id)


def close(unit: UnitOfWork, rt: Runtime, row: DriveRow, staff_id: int) -> None:
    """The drive is over before its last day, or was a mistake; its figures stay."""
    if row.drive.closed_at is None:
        row.drive.closed_at = rt.clock()
        add_audit(unit.db, staff_id, "drive-closed", rt.clock(), "drive", row.drive.id, unit_id=row.place.id)


def _stand(unit: UnitOfWork, rt: Runtime, drive: Drive, path: str, target: int | None) -> Standing:
    zone = rt.profile.timezone
    since, until = days_of(rt, drive)
    joined = drives.joined_per_day(unit.db, path, since, until, str(zone))
    today = rt.clock().astimezone(zone).date()
    made = course(drive.starts_on, drive.ends_on, joined, target, today)
    return Standing(made, forecast(made, today))


def _check(name: str, target: int, starts_on: date, ends_on: date) -> None:
    if not name.strip() or len(name) > 200:
        raise MemberlineError("give the drive a name of at most 200 letters")
    if not 1 <= target <= LARGEST:
        raise MemberlineError("write how many new members it is to bring, in digits")
    if ends_on < starts_on:
        raise MemberlineError("the last day lies before the first")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise MemberlineError(f"a drive lasts at most {LONGEST_DAYS} days")
