"""The deadlines of a report, as its ladder, its place and its history come to; kept on its row with every deed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Report, ReportEvent
from gateway.rules.ladder import Calendar, Step, due_at, step_of, tell_at
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.states import REPORTS_WAITING, ReportState
from gateway.store import ladder, units

# With these a report is new to somebody: all its steps begin anew.
STARTS = (
    "received",
    "urgency",
    "passed_local_staff",
    "placed",
    "climbed",
    "reopened",
    "partly",
    "heard_again",
    "split",
    "given_back",
)
TELLS = ("received", "reopened", "partly", "told", "interim")


@dataclass(frozen=True)
class Next:
    """What is due next; `step` is None where nothing waits for staff."""

    step: Step | None
    due_at: datetime | None
    tell_at: datetime | None
    ask_at: datetime | None

    def is_late(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


def next_for(db: Session, rt: Runtime, report: Report) -> Next:
    """Work out the deadlines from the report as it stands now; writes nothing."""
    chosen = ladder.find_ladder(db)
    last = _last_times(db, report.id)
    step = (
        None if report.merged_into_id else step_of(report.state, report.urgency, report.taken_at is not None)
    )
    due = None
    if step is not None:
        since = max((last[kind] for kind in STARTS if kind in last), default=report.received_at)
        path = units.get_unit(db, report.desk_unit_id).path
        holidays = ladder.days_off(db, path, local_day(rt.profile, since))
        calendar = Calendar(rt.profile.timezone, chosen.rest_days, holidays)
        due = due_at(chosen, calendar, step, report.urgency, since)
    told = max((last[kind] for kind in TELLS if kind in last), default=report.received_at)
    is_told = report.state in REPORTS_WAITING and report.state != ReportState.DRAFT and is_ringable(report)
    asks = report.ask_at if report.state == ReportState.ANSWERED else None
    return Next(step, due, tell_at(chosen, told) if is_told else None, asks)


def keep(db: Session, rt: Runtime, report: Report) -> Next:
    """Write them on the report's row; what misses the next one climbs, where there is a level above (`sweep`)."""
    found = next_for(db, rt, report)
    report.due_at = report.climb_at = found.due_at
    report.tell_at, report.ask_at = found.tell_at, found.ask_at
    db.flush()
    return found


def is_ringable(report: Report) -> bool:
    """Whether there is a phone to ring; whether it may be rung the guard says."""
    return report.number_id is not None or report.sealed_number is not None


def _last_times(db: Session, report_id: int) -> dict[str, datetime]:
    query = select(ReportEvent.kind, func.max(ReportEvent.at)).where(ReportEvent.report_id == report_id)
    return {row.kind: row[1] for row in db.execute(query.group_by(ReportEvent.kind))}
