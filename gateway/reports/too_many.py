"""One number tells very much: it is heard all the same, but opens few new cases (journeys.md M2).

Uttar Pradesh's 1076 allows ten complaints a month and mobile (demo_data.md 6.5). What comes beyond that is added to the
newest open report of the number, where staff see a mark; danger raised in it rings as always. Without an open report, or
from somebody who stays unnamed, it opens one with the mark.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from flows.steps import OpenReport
from gateway.db import UnitOfWork
from gateway.models import Call, Report
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.scene import Scene

TOO_MANY = "too_many"
A_MONTH, MONTH = 10, timedelta(days=30)


def find_open(db: Session, rt: Runtime, scene: Scene, step: OpenReport) -> Report | None:
    """Return the report to which this is added instead of opening one."""
    if step.is_unnamed or not _is_full(db, rt, scene):
        return None
    query = select(Report).where(
        Report.number_id == scene.number_id, Report.is_waiting, Report.member_id == scene.member_id
    )
    return db.scalar(query.order_by(Report.received_at.desc(), Report.id.desc()).limit(1).with_for_update())


def mark(unit: UnitOfWork, rt: Runtime, scene: Scene, report: Report) -> None:
    """Tell the desk where this number has told more than it may in a month."""
    if _is_full(unit.db, rt, scene, besides=report.id):
        note(unit.db, report, TOO_MANY, rt.clock(), details={"month": A_MONTH})


def _is_full(db: Session, rt: Runtime, scene: Scene, besides: int | None = None) -> bool:
    if scene.number_id is None:
        return False
    since = rt.clock() - MONTH
    told = select(func.count(Report.id)).where(
        Report.number_id == scene.number_id, Report.received_at > since, Report.id != (besides or 0)
    )
    sealed = select(func.count(Call.id)).where(
        Call.number_id == scene.number_id, Call.is_sealed, Call.is_inbound, Call.started_at > since
    )
    return db.scalars(told).one() + db.scalars(sealed).one() >= A_MONTH
