"""What the member, or a duty person, says about a report, by phone or to somebody who came."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Report
from gateway.reports import alarm, merging, unnamed
from gateway.reports.climbing import climb
from gateway.reports.deeds import Deed, begin
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store import reports

YES, NO, PARTLY = "yes", "no", "partly"
CALL, SMS, VISIT = "call", "sms", "visit"
_ASKED = (ReportState.ANSWERED, ReportState.CLOSED_UNCONFIRMED)


def member_said(
    unit: UnitOfWork,
    rt: Runtime,
    report_id: int,
    number_id: int | None,
    said: str,
    note_id: int | None = None,
    how: str = CALL,
) -> bool:
    """Take the reporter's word: yes confirms, no reopens one level up (contract), partly reopens where it is.

    Only from the number that reported; a second word on the same answer changes nothing and gives False.
    """
    if unit.db.get(Report, report_id) is None:
        return False
    deed = begin(unit, rt, report_id, None)
    if number_id is None or unnamed.number_of(rt, deed.report) != number_id:
        return False
    if deed.report.state not in _ASKED:
        return False
    _take_word(deed, said, how)
    if note_id is not None:
        reports.add_addition(unit.db, report_id, deed.at, PARTLY, note_id=note_id)
    return True


def told_in_person(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int | None, said: str) -> int:
    """Somebody of staff told the reporter and heard what they say. Raises Conflict where nothing was answered."""
    if said not in (YES, NO, PARTLY):
        raise Conflict("the reporter says yes, no or partly")
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.state not in _ASKED:
        raise Conflict("this report has no answer that could be told")
    return _take_word(deed, said, VISIT)


def taken_by_phone(unit: UnitOfWork, rt: Runtime, report_id: int, delivery_id: int | None) -> None:
    """A duty person keyed that they take it: the red light goes out, once; also of the one that it was merged into."""
    report = unit.db.get(Report, report_id)
    if report is None or delivery_id is None:
        return
    deed = begin(unit, rt, report.merged_into_id or report_id, None)
    if deed.report.taken_at is None:
        alarm.taken(deed)
        deed.done("taken_by_phone")


def _take_word(deed: Deed, said: str, how: str) -> int:
    report, unit = deed.report, deed.unit
    owe.cancel_calls(unit, deed.rt, report.id, DeliveryReason.ANSWER)
    report.ask_at = None
    if said == YES:
        deed.move_or_refuse(ReportState.CONFIRMED, closed_at=deed.at, closed_how=how)
        return deed.done("confirmed", how=how)
    deed.move_or_refuse(ReportState.REOPENED, closed_at=None, closed_how=None)
    merging.leave(deed)
    if said == PARTLY:
        return deed.done("partly", how=how)
    climb(deed)
    report.assignee_id = None
    return deed.done("reopened", how=how)
