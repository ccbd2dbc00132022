"""Lists that were handed in: whose turn it is, how far each is, and what is the matter with which of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Import, ImportRefusal, Staff, Unit
from gateway.states import ImportState
from gateway.store.units import is_under

PAGE = 50
UNDER_WAY = (ImportState.CHECKING, ImportState.TAKING)
CLAIMING = 4_726_005  # any fixed number: two who would begin at the same instant


@dataclass(frozen=True)
class Row:
    """One list with the unit it was handed in for and who did it."""

    list: Import
    place: Unit
    author: str | None


def get_row(db: Session, viewer_path: str, public_id: str, kinds: Sequence[str]) -> Row:
    """Return one list; raises NotFound where there is none of these kinds at or below the viewer's unit."""
    found = db.execute(_joined(viewer_path, kinds).where(Import.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such list")
    return Row(*found)


def list_rows(
    db: Session, viewer_path: str, kinds: Sequence[str], before_id: int | None
) -> tuple[list[Row], int | None]:
    """List what was handed in, the newest first, and the key of the next page (None at the end)."""
    query = _joined(viewer_path, kinds).order_by(Import.id.desc()).limit(PAGE + 1)
    if before_id is not None:
        query = query.where(Import.id < before_id)
    rows = [Row(*each) for each in db.execute(query)]
    return rows[:PAGE], rows[PAGE - 1].list.id if len(rows) > PAGE else None


def claim(db: Session, import_id: int, now: datetime, lease: timedelta) -> Import | None:
    """Take a list to work on until the lease ends; None where it is not its turn, is done, or somebody works on it."""
    db.execute(select(func.pg_advisory_xact_lock(CLAIMING)))
    if db.scalar(select(Import.id).where(Import.lease_until > now).limit(1)):
        return None
    query = select(Import).where(Import.id == import_id, Import.state.in_(UNDER_WAY))
    found = db.scalar(query.with_for_update())
    if found is not None:
        found.lease_until = now + lease
    return found


def hold(db: Session, import_id: int, state: ImportState) -> Import | None:
    """Return the list, locked until the commit, while it is still in this state; None where somebody stopped it."""
    query = select(Import).where(Import.id == import_id, Import.state == state)
    return db.scalar(query.with_for_update())


def next_waiting(db: Session, free_since: datetime) -> int | None:
    """Return the oldest list that waits for somebody to work on it, and has since then."""
    query = select(Import.id).where(Import.state.in_(UNDER_WAY), Import.lease_until <= free_since)
    return db.scalar(query.order_by(Import.id).limit(1))


def add_refusals(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what is the matter with rows; the same of the same row once."""
    if rows:
        db.execute(insert(ImportRefusal).on_conflict_do_nothing(), list(rows))


def forget_refusals(db: Session, import_id: int) -> None:
    db.execute(delete(ImportRefusal).where(ImportRefusal.import_id == import_id))


def list_refusals(
    db: Session, import_id: int, *, is_note: bool, after: tuple[int, int] = (0, 0), size: int = PAGE
) -> Sequence[ImportRefusal]:
    """List what is the matter, by line, after that line and id."""
    key = tuple_(ImportRefusal.line, ImportRefusal.id)
    query = select(ImportRefusal).where(
        ImportRefusal.import_id == import_id, ImportRefusal.is_note == is_note, key > after
    )
    return db.scalars(query.order_by(ImportRefusal.line, ImportRefusal.id).limit(size)).all()


def summed(counts: Mapping[str, Any], more: Mapping[str, int]) -> dict[str, Any]:
    """Add up what batches came to."""
    return {**counts, **{name: int(counts.get(name, 0)) + count for name, count in more.items()}}


def _joined(viewer_path: str, kinds: Sequence[str]) -> Any:
    return (
        select(Import, Unit, Staff.name)
        .join(Unit, Unit.id == Import.unit_id)
        .outerjoin(Staff, Staff.id == Import.staff_id)
        .where(is_under(Unit.path, viewer_path), Import.kind.in_(kinds))
    )
