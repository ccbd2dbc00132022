"""The history of a report: one line per thing that happened to it, never rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.models import Report, ReportEvent
from gateway.states import ReportState


def note(
    db: Session,
    report: Report,
    kind: str,
    at: datetime,
    *,
    state: ReportState | None = None,
    staff_id: int | None = None,
    sealed: bytes | None = None,
    details: dict[str, Any] | None = None,
) -> ReportEvent:
    """Add one line; `kind` is a word of the closed set that the console can name."""
    event = ReportEvent(
        report_id=report.id,
        at=at,
        kind=kind,
        state=state,
        staff_id=staff_id,
        sealed_note=sealed,
        details=details or {},
    )
    db.add(event)
    db.flush()
    return event
