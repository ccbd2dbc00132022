"""Whoever told a problem wants to stay unnamed after all: from then on it is as if they had said so first (`unnamed`)."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from flows.steps import OpenReport
from gateway.db import UnitOfWork
from gateway.models import Addition, Report, ReportEvent
from gateway.reports import opening, unnamed
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store.reports import ADDITION_PURPOSE


def stay_unnamed(unit: UnitOfWork, rt: Runtime, scene: Scene, report_id: int | None) -> Report | None:
    """Seal the number of the report that was told in this call, and return the report. It cannot be undone; twice
    changes nothing.

    What was only added to a named report of the same phone (`too_many`) becomes a report of its own.
    """
    report = unit.db.get(Report, report_id, with_for_update=True) if report_id else None
    if report is None or report.is_unnamed or scene.call_id is None:
        return report
    if report.call_id != scene.call_id:
        return _take_out(unit, rt, scene, report)
    number_id = report.number_id
    report.is_unnamed = True
    report.sealed_number = unnamed.seal(rt, report.reference, number_id) if number_id else None
    report.member_id = report.number_id = report.call_id = None
    unnamed.tie(unit.db, rt, scene.call_id, report)
    _hide_additions(unit.db, report.id, scene.call_id)
    return report


def _hide_additions(db: Session, report_id: int, call_id: int) -> None:
    mine = (Addition.report_id == report_id, Addition.call_id == call_id)
    for note_id in db.scalars(select(Addition.voice_note_id).where(*mine)):
        unnamed.hide_note(db, note_id)
    db.execute(update(Addition).where(*mine).values(call_id=None))


def _take_out(unit: UnitOfWork, rt: Runtime, scene: Scene, report: Report) -> Report:
    """The named report forgets that anything was added to it: the time alone would tell whose the new one is."""
    mine = (Addition.report_id == report.id, Addition.call_id == scene.call_id)
    added = unit.db.scalars(select(Addition).where(*mine).order_by(Addition.id)).first()
    if added is None:
        return report
    text = rt.vault.open_text(added.sealed_text, ADDITION_PURPOSE, report.id) if added.sealed_text else None
    note = str(added.voice_note_id) if added.voice_note_id else None
    events = (ReportEvent.report_id == report.id, ReportEvent.kind == "added", ReportEvent.at == added.at)
    unit.db.execute(delete(ReportEvent).where(*events))
    unit.db.execute(delete(Addition).where(Addition.id == added.id))
    return opening.open_report(unit, rt, scene, OpenReport(note=note, text=text, is_unnamed=True))
