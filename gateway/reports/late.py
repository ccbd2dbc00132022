"""A step that was missed takes a report one staffed level up; danger rings the next duty chain with it (demo_data.md 6.5)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.models import Report, ReportEvent
from gateway.reports import alarm, deadlines
from gateway.reports.climbing import climb
from gateway.reports.deeds import Deed, begin
from gateway.rules.ladder import Step, step_of
from gateway.runtime import Runtime
from gateway.store import ladder

CLIMBED, TOP = "climbed", "overdue_at_top"


def climb_late(unit: UnitOfWork, rt: Runtime, report_id: int) -> int:
    """Take a late report one level up, with a fresh deadline; at the top it stays late. Returns the line's id or 0."""
    deed = begin(unit, rt, report_id, None)
    report = deed.report
    if report.climb_at is None or report.climb_at > deed.at:
        return 0
    due = deadlines.next_for(unit.db, rt, report).due_at
    if due is None or due > deed.at:  # a holiday was added meanwhile
        deadlines.keep(unit.db, rt, report)
        return 0
    step = step_of(report.state, report.urgency, report.taken_at is not None)
    has_rung = step is Step.TAKE and alarm.ring_above(unit, rt, report, _rung(unit.db, report))
    if climb(deed, needs_staff=True):
        return deed.done(CLIMBED, step=step)
    wait = timedelta(minutes=ladder.find_ladder(unit.db).danger_minutes)
    report.climb_at = deed.at + wait if has_rung else None
    return _stays(deed, step)


def _stays(deed: Deed, step: Step | None) -> int:
    """Nobody is above: it stays late, which is written down once."""
    return deed.done(TOP, keeps_deadlines=False, step=step)


def _rung(db: Session, report: Report) -> int:
    """Return the unit whose duty chain rang last; before any rang, where the first would have been."""
    query = select(ReportEvent).where(ReportEvent.report_id == report.id, ReportEvent.kind == alarm.RUNG)
    last = db.scalar(query.order_by(ReportEvent.id.desc()).limit(1))
    if last is not None:
        return int(last.details["unit"])
    return report.desk_unit_id if report.is_past_local else report.unit_id
