"""Two people never work on one report: whoever opens it holds it for some minutes, and longer while they are at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Report, Staff
from gateway.reports.history import note
from gateway.runtime import Runtime

HELD_FOR = timedelta(minutes=5)


@dataclass(frozen=True)
class Holder:
    """Who has the report in hand, and until when unless they go on."""

    staff_id: int
    name: str
    until: datetime


def hold(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> Holder | None:
    """Take the report in hand, or go on holding it; None: it is yours. Changes nothing where somebody has it."""
    now = rt.clock()
    is_free = or_(
        Report.locked_by_id.is_(None),
        Report.locked_by_id == staff_id,
        Report.locked_until.is_(None),
        Report.locked_until <= now,
    )
    if _lock(unit.db, report_id, staff_id, now, is_free):
        return None
    return find_holder(unit.db, unit.db.get_one(Report, report_id, populate_existing=True), now)


def release(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, until: datetime) -> None:
    """Give out of hand the hold that lasts `until`; somebody else's stays, and so does a later one of one's own.

    The word that a page was left may arrive after the next page has taken the report in hand.
    """
    mine = (Report.id == report_id, Report.locked_by_id == staff_id, Report.locked_until == until)
    unit.db.execute(
        update(Report)
        .where(*mine)
        .values(locked_by_id=None, locked_until=None)
        .execution_options(synchronize_session=False)
    )


def take_over(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Take it from a colleague's hand, who cannot act on it any more; returns the id of the line in the history."""
    now = rt.clock()
    report = unit.db.get_one(Report, report_id, with_for_update=True, populate_existing=True)
    holder = find_holder(unit.db, report, now, besides=staff_id)
    _lock(unit.db, report_id, staff_id, now)
    details = {"from": holder.staff_id} if holder else {}
    return note(unit.db, report, "taken_over", now, staff_id=staff_id, details=details).id


def find_holder(db: Session, report: Report, now: datetime, besides: int | None = None) -> Holder | None:
    """Return who has it in hand now, unless it is this one."""
    until, by = report.locked_until, report.locked_by_id
    if by is None or by == besides or until is None or until <= now:
        return None
    return Holder(by, db.get_one(Staff, by).name, until)


def refuse_if_held(db: Session, report: Report, staff_id: int | None, now: datetime) -> None:
    """Raise Conflict where a colleague has it in hand; what runs by itself and the command line pass."""
    holder = find_holder(db, report, now, besides=staff_id) if staff_id is not None else None
    if holder is not None:
        raise Conflict(f"{holder.name} is working on this report; wait a moment, or take it over", "held")


def _lock(db: Session, report_id: int, staff_id: int, now: datetime, *where: Any) -> bool:
    statement = (
        update(Report)
        .where(Report.id == report_id, *where)
        .values(locked_by_id=staff_id, locked_until=now + HELD_FOR)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.execute(statement)).rowcount == 1
