"""Staff's work on a report: heard, taken, assigned, in work, blank. Who may is decided at the door (`gateway.access`)."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Report
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store.move import move


def mark_heard(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
    """Somebody of staff has listened; later states stay as they are."""
    _move(unit, rt, report_id, ReportState.HEARD, staff_id, is_needed=False)


def take(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
    """A person takes a dangerous report: it is no longer red. Raises Conflict where somebody has it."""
    report = unit.db.get_one(Report, report_id, with_for_update=True)
    if report.taken_at is not None:
        raise Conflict("somebody has taken this report already")
    report.taken_at = rt.clock()
    report.assignee_id = report.assignee_id or staff_id
    owe.cancel_calls(unit, rt, report.id, DeliveryReason.DUTY)
    note(unit.db, report, "taken", rt.clock(), staff_id=staff_id)
    unit.db.flush()


def assign(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, assignee_id: int) -> None:
    """Give a report to one of staff; the state follows where it may."""
    report = unit.db.get_one(Report, report_id, with_for_update=True)
    report.assignee_id = assignee_id
    unit.db.flush()
    _move(unit, rt, report_id, ReportState.ASSIGNED, staff_id, is_needed=False)


def start_work(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
    """Work on it has begun. Raises Conflict where the report is beyond that."""
    _move(unit, rt, report_id, ReportState.IN_WORK, staff_id)


def mark_blank(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
    """Nothing can be heard on it. Raises Conflict where the report is beyond that."""
    _move(unit, rt, report_id, ReportState.BLANK, staff_id)


def _move(
    unit: UnitOfWork, rt: Runtime, report_id: int, new: ReportState, staff_id: int, is_needed: bool = True
) -> None:
    report = unit.db.get_one(Report, report_id)
    if not move(unit.db, Report, report_id, new):
        if is_needed:
            raise Conflict("somebody has moved this report on; look again")
        return
    unit.db.refresh(report)
    note(unit.db, report, str(new), rt.clock(), state=new, staff_id=staff_id)
    unit.db.flush()
