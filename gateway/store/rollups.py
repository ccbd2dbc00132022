"""Roll-ups and how they are set up; rows only of the viewer's unit and below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Broadcast, Rollup, RollupRow, Staff, Unit
from gateway.store.settings import find_fields, keep_value
from gateway.store.units import is_under

SETTING = "rollup"
FREEZING = 4_726_037  # any fixed number of its own: one freezes at a time
PAGE = 60
CHILDREN = 200


@dataclass(frozen=True)
class RollupSetting:
    """`hour` is by the wall clock; `roles` of staff may have it sent to their phone, where they ask for it."""

    is_on: bool = True
    hour: str = "20:30"
    roles: tuple[str, ...] = ("administrator", "coordinator")

    @property
    def at(self) -> time:
        return time.fromisoformat(self.hour)


def find_setting(db: Session) -> RollupSetting:
    return RollupSetting(**find_fields(db, SETTING))


def keep_setting(db: Session, setting: RollupSetting) -> None:
    keep_value(db, SETTING, asdict(setting))


def take_turn(db: Session) -> bool:
    """Whether nobody else freezes now; until the end of the transaction it is us."""
    return bool(db.scalar(select(func.pg_try_advisory_xact_lock(FREEZING))))


def find(db: Session, day: date, version: int | None = None) -> Rollup | None:
    """Return a day's roll-up, its newest version unless one is named."""
    query = select(Rollup).where(Rollup.day == day).order_by(Rollup.version.desc()).limit(1)
    return db.scalar(query if version is None else query.where(Rollup.version == version))


def get(db: Session, day: date, version: int | None = None) -> Rollup:
    found = find(db, day, version)
    if found is None:
        raise NotFound("this day was not frozen")
    return found


def last(db: Session, before: date | None = None) -> Rollup | None:
    """Return the first version of the last day, or of the last one before a day."""
    query = select(Rollup).where(Rollup.version == 1).order_by(Rollup.day.desc()).limit(1)
    return db.scalar(query if before is None else query.where(Rollup.day < before))


def add(
    db: Session, day: date, version: int, since: datetime, until: datetime, now: datetime
) -> Rollup | None:
    """Add a version of a day; None where it is there."""
    row = {"day": day, "version": version, "since": since, "until": until, "frozen_at": now}
    statement = insert(Rollup).values(row).on_conflict_do_nothing().returning(Rollup.id)
    made = db.scalar(statement)
    return db.get_one(Rollup, made) if made is not None else None


def lock_unsent(db: Session) -> Rollup | None:
    """Lock the last day's roll-up where it was not sent; None where it was, or where somebody sends it now."""
    newest = select(func.max(Rollup.day)).where(Rollup.version == 1).scalar_subquery()
    query = select(Rollup).where(Rollup.version == 1, Rollup.day == newest, Rollup.sent_at.is_(None))
    return db.scalar(query.with_for_update(skip_locked=True))


def list_wanting(db: Session, roles: Sequence[str]) -> list[tuple[Staff, Unit]]:
    """List who of staff asked for it, has a number and still works here, with their unit."""
    query = (
        select(Staff, Unit)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(Staff.brief != "", Staff.number_id.is_not(None), Staff.disabled_at.is_(None))
        .where(Staff.role.in_(roles))
    )
    return [(row[0], row[1]) for row in db.execute(query.order_by(Staff.id))]


def rows_by_unit(db: Session, rollup_id: int, unit_ids: Sequence[int]) -> dict[int, RollupRow]:
    """Return these units' figures by unit; for those who may see them anyway: their own staff."""
    query = select(RollupRow).where(RollupRow.rollup_id == rollup_id, RollupRow.unit_id.in_(set(unit_ids)))
    return {row.unit_id: row for row in db.scalars(query)}


def list_days(db: Session, before: date | None = None) -> list[Rollup]:
    """List the days, newest first, each in its newest version."""
    newer = aliased(Rollup)
    has_newer = exists().where(newer.day == Rollup.day, newer.version > Rollup.version)
    query = select(Rollup).where(~has_newer).order_by(Rollup.day.desc()).limit(PAGE)
    return list(db.scalars(query if before is None else query.where(Rollup.day < before)))


def find_row(db: Session, rollup_id: int, viewer_path: str, unit_id: int) -> RollupRow | None:
    """Return one unit's figures; None where it has none, or is not the viewer's."""
    query = select(RollupRow).join(Unit, Unit.id == RollupRow.unit_id).where(is_under(Unit.path, viewer_path))
    return db.scalar(query.where(RollupRow.rollup_id == rollup_id, RollupRow.unit_id == unit_id))


def rows_of(db: Session, rollup_ids: Sequence[int], viewer_path: str, unit_id: int) -> dict[int, RollupRow]:
    """Return one unit's figures in each of these roll-ups."""
    query = select(RollupRow).join(Unit, Unit.id == RollupRow.unit_id).where(is_under(Unit.path, viewer_path))
    found = db.scalars(query.where(RollupRow.rollup_id.in_(rollup_ids), RollupRow.unit_id == unit_id))
    return {row.rollup_id: row for row in found}


def list_children(
    db: Session, rollup_id: int, viewer_path: str, unit_id: int
) -> list[tuple[Unit, RollupRow]]:
    """List the figures of the units right under one, by name; only those that have any."""
    query = (
        select(Unit, RollupRow)
        .join(RollupRow, RollupRow.unit_id == Unit.id)
        .where(Unit.parent_id == unit_id, RollupRow.rollup_id == rollup_id, is_under(Unit.path, viewer_path))
    )
    return [(row[0], row[1]) for row in db.execute(query.order_by(Unit.name, Unit.id).limit(CHILDREN))]


def list_broadcasts(
    db: Session, viewer_path: str, path: str, since: datetime, until: datetime
) -> Sequence[Broadcast]:
    """List the broadcasts to units at or under a path that began in a span, the first one first."""
    query = select(Broadcast).join(Unit, Unit.id == Broadcast.unit_id)
    query = query.where(is_under(Unit.path, viewer_path), is_under(Unit.path, path))
    begun = (Broadcast.started_at >= since, Broadcast.started_at < until)
    return db.scalars(query.where(*begun).order_by(Broadcast.started_at).limit(PAGE)).all()
