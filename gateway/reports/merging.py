"""The same problem told by several: one report is worked on, the others hang on it.

Each reporter keeps a report of their own, gets the answer in their language and is asked; a "no" takes theirs out again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Report, ReportEvent
from gateway.reports.deeds import Deed, begin
from gateway.runtime import Runtime
from gateway.states import REPORTS_WAITING, ReportState, Urgency
from gateway.store import duplicates, reports
from gateway.store.sight import Sight

SUGGESTED, SAME_TIME = 5, timedelta(days=30)


def merge(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, into_id: int) -> int:
    """Hang a report, with all that hangs on it, on another one that is still open. Raises Conflict where that is not so."""
    into_id = unit.db.get_one(Report, into_id).merged_into_id or into_id
    if into_id == report_id:
        raise Conflict("a report cannot be merged into itself")
    reports.lock_together(unit.db, (report_id, into_id))
    kept, deed = begin(unit, rt, into_id, staff_id), begin(unit, rt, report_id, staff_id)
    _refuse_unequal(deed.report, kept.report)
    children = [child.id for child in reports.list_merged(unit.db, report_id)]
    for child_id in children:
        unit.db.get_one(Report, child_id).merged_into_id = into_id
    deed.report.merged_into_id = into_id
    _raise_urgency(deed, kept)
    unit.db.flush()
    reports.count_reporters(unit.db, into_id, report_id)
    kept.done("joined", report=deed.report.reference)
    return deed.done("merged", into=kept.report.reference, children=children)


def split(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Take a merged report out again: it is worked on by itself from now on."""
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.merged_into_id is None:
        raise Conflict("this report is not merged into another")
    leave(deed)
    return deed.done("split")


def leave(deed: Deed) -> None:
    """Take it from the report it hangs on, where it hangs on one."""
    into_id = deed.report.merged_into_id
    if into_id is None:
        return
    deed.report.merged_into_id = None
    deed.unit.db.flush()
    reports.count_reporters(deed.unit.db, into_id, deed.report.id)
    kept = deed.unit.db.get_one(Report, into_id)
    deed.report.taken_at = deed.report.taken_at or kept.taken_at


def put_back(deed: Deed, event: ReportEvent) -> None:
    """Undo a merge: what hung on the report hangs on it again. The report itself is put back by `undo`."""
    into_id = deed.report.merged_into_id
    db = deed.unit.db
    for child_id in event.details.get("children", []):
        child = db.get_one(Report, child_id)
        if child.merged_into_id == into_id:
            child.merged_into_id = deed.report.id
    deed.report.merged_into_id = None
    db.flush()
    reports.count_reporters(db, *(each for each in (into_id, deed.report.id) if each))


def suggest(db: Session, sight: Sight, report: Report) -> Sequence[Report]:
    """List open reports that may tell the same, likeliest first: of the same unit or one beside it, of the same or no
    category, from within 30 days of it."""
    return duplicates.list_like(db, sight, report, SAME_TIME, SUGGESTED)


def _refuse_unequal(report: Report, kept: Report) -> None:
    if report.merged_into_id is not None:
        raise Conflict("this report is merged into another already")
    if kept.state not in REPORTS_WAITING:
        raise Conflict("only a report that is still open can take others")
    if report.state not in (*REPORTS_WAITING, ReportState.BLANK):
        raise Conflict("this report has been answered; it stays by itself")
    if report.is_past_local and not kept.is_past_local:
        raise Conflict("this report is kept from the local staff; the other one is not")
    if report.is_restricted and not kept.is_restricted:
        raise Conflict("this report accuses somebody by name; the other one is open to all")


def _raise_urgency(deed: Deed, kept: Deed) -> None:
    """What is dangerous for one is dangerous; who took the other has taken this."""
    if deed.report.urgency == Urgency.DANGER and kept.report.urgency != Urgency.DANGER:
        kept.report.urgency = Urgency.DANGER
        kept.report.taken_at = kept.report.taken_at or deed.report.taken_at
    deed.report.taken_at = deed.report.taken_at or kept.report.taken_at


def merged_reports(db: Session, sight: Sight, report_id: int) -> Sequence[Report]:
    """List what was merged into it, as far as the viewer may know of it."""
    query = reports.select_visible(sight).where(Report.merged_into_id == report_id)
    found: Sequence[Report] = db.scalars(query.order_by(Report.received_at)).all()
    return found
