"""What the member, or a duty person, says by phone about a report."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Report
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store import units
from gateway.store.move import move


def member_said(
    unit: UnitOfWork, rt: Runtime, report_id: int, number_id: int | None, is_solved: bool
) -> bool:
    """Take the reporter's word: solved confirms, not solved reopens one level up (contract).

    Only from the number that reported; a second word on the same answer changes nothing and gives False.
    """
    report = unit.db.get(Report, report_id, with_for_update=True)
    if report is None or report.number_id != number_id:
        return False
    new = ReportState.CONFIRMED if is_solved else ReportState.REOPENED
    now = rt.clock()
    if report.state != ReportState.ANSWERED or not move(unit.db, Report, report.id, new):
        return False
    unit.db.refresh(report)
    report.closed_at = now if is_solved else None
    if not is_solved:
        report.desk_unit_id = _one_level_up(unit, report)
        report.assignee_id = None
    note(unit.db, report, str(new), now, state=new)
    unit.db.flush()
    return True


def taken_by_phone(unit: UnitOfWork, rt: Runtime, report_id: int, delivery_id: int | None) -> None:
    """A duty person keyed that they take it: the red light goes out, once."""
    report = unit.db.get(Report, report_id, with_for_update=True)
    if report is None or report.taken_at is not None or delivery_id is None:
        return
    report.taken_at = rt.clock()
    owe.cancel_calls(unit, rt, report.id, DeliveryReason.DUTY)
    note(unit.db, report, "taken_by_phone", rt.clock())
    unit.db.flush()


def _one_level_up(unit: UnitOfWork, report: Report) -> int:
    desk = units.get_unit(unit.db, report.desk_unit_id)
    local = units.find_staffed_unit(unit.db, desk.path) or desk
    return local.parent_id or local.id
