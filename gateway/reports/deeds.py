"""What every deed on a report has in common: the row is locked, nobody else may be at work on it, what changed goes into
its history with what was there before, and its deadlines follow.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime

from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Report
from gateway.reports import deadlines, locking
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.states import ReportState
from gateway.store.move import move

# What a deed may change and its undoing put back.
KEPT = (
    "state",
    "urgency",
    "language",
    "category",
    "unit_id",
    "desk_unit_id",
    "sight_unit_id",
    "is_past_local",
    "assignee_id",
    "is_restricted",
    "people",
    "merged_into_id",
    "must_act",
    "office",
    "heard_at",
    "taken_at",
    "assigned_at",
    "answered_at",
    "closed_at",
    "closed_how",
    "ups",
    "climb_at",
    "due_at",
    "tell_at",
    "asks",
    "ask_at",
)
MOVED_ON = "somebody has moved this report on; look again"


@dataclass
class Deed:
    """One deed under way on a locked report."""

    unit: UnitOfWork
    rt: Runtime
    report: Report
    staff_id: int | None
    at: datetime
    before: dict[str, Any] = field(default_factory=dict)

    def move(self, new: ReportState, **values: Any) -> bool:
        """Move the report where that may be; False where its state does not allow it."""
        self.unit.db.flush()
        is_moved = move(self.unit.db, Report, self.report.id, new, **values)
        self.unit.db.refresh(self.report)
        return is_moved

    def move_or_refuse(self, new: ReportState, text: str = MOVED_ON, **values: Any) -> None:
        if not self.move(new, **values):
            raise Conflict(text)

    def done(
        self, kind: str, *, sealed: bytes | None = None, keeps_deadlines: bool = True, **details: Any
    ) -> int:
        """Write it down and let the deadlines follow; returns the id of the line in the history."""
        report = self.report
        report.version += 1
        self.unit.db.flush()
        changed = {name: self.before[name] for name in KEPT if self.before[name] != _plain(report, name)}
        state = report.state if "state" in changed else None
        event = note(
            self.unit.db,
            report,
            kind,
            self.at,
            state=state,
            staff_id=self.staff_id,
            sealed=sealed,
            details={**details, "version": report.version},
        )
        if keeps_deadlines:
            deadlines.keep(self.unit.db, self.rt, report)
        changed |= {name: self.before[name] for name in KEPT if self.before[name] != _plain(report, name)}
        event.details = {**event.details, "before": changed}
        self.unit.db.flush()
        return event.id


def begin(
    unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int | None, *, is_working: bool = True
) -> Deed:
    """Lock the report for a deed. Raises Conflict where a colleague is at work on it and the deed is work, too."""
    report = unit.db.get_one(Report, report_id, with_for_update=True, populate_existing=True)
    if is_working:
        locking.refuse_if_held(unit.db, report, staff_id, rt.clock())
    before = {name: _plain(report, name) for name in KEPT}
    return Deed(unit, rt, report, staff_id, rt.clock(), before)


def value_of(name: str, plain: Any) -> Any:
    """Return what `before` holds of a column as the column takes it."""
    if plain is not None and isinstance(Report.__table__.c[name].type, DateTime):
        return datetime.fromisoformat(plain)
    return plain


def _plain(report: Report, name: str) -> Any:
    value = getattr(report, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, enum.Enum) else value
