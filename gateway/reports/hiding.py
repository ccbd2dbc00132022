"""Whoever told a problem wants to stay unnamed after all: from then on it is as if they had said so first (`unnamed`)."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.models import Report
from gateway.reports import unnamed
from gateway.runtime import Runtime
from gateway.scene import Scene


def stay_unnamed(unit: UnitOfWork, rt: Runtime, scene: Scene, report_id: int | None) -> None:
    """Seal the number of a report that was opened in this call. It cannot be undone; twice changes nothing."""
    report = unit.db.get(Report, report_id, with_for_update=True) if report_id else None
    if report is None or report.is_unnamed or scene.call_id is None or report.call_id != scene.call_id:
        return
    number_id = report.number_id
    report.is_unnamed = True
    report.sealed_number = unnamed.seal(rt, report.reference, number_id) if number_id else None
    report.member_id = report.number_id = report.call_id = None
    unnamed.tie(unit.db, rt, scene.call_id, report)
