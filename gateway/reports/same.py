"""What was told a moment ago is what was told today or yesterday: it was added there, so it is no report of its own.

It was kept as one first, since nothing that is said waits for an answer to a question (voice_design.md D22). Whatever
somebody or something has done to it since leaves it where it is: then it is heard in both places rather than in none.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from flows.steps import AddToReport
from gateway.db import UnitOfWork
from gateway.models import Call, Conversation, Delivery, Report, ReportEvent
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import ReportState, Urgency
from gateway.store.reports import TEXT_PURPOSE

FRESH = (ReportState.RECEIVED, ReportState.UNVERIFIED)


def take_back(unit: UnitOfWork, rt: Runtime, scene: Scene, step: AddToReport) -> Report | None:
    """Take back the report that this conversation opened with these very words; the one that has them now, or None."""
    if scene.report_id in (None, step.report):
        return None
    fresh = unit.db.get(Report, scene.report_id, with_for_update=True, populate_existing=True)
    if fresh is None or not _is_untouched(unit.db, fresh) or not _says_the_same(rt, fresh, step):
        return None
    into = unit.db.get_one(Report, step.report)
    try:
        with unit.db.begin_nested():
            _forget(unit.db, fresh.id, into.id)
    except IntegrityError:  # something hangs on it already
        return None
    unit.db.expunge(fresh)
    return into


def _is_untouched(db: Session, fresh: Report) -> bool:
    is_held = fresh.version or fresh.locked_by_id or fresh.merged_into_id
    if is_held or fresh.state not in FRESH or fresh.urgency != Urgency.NOT_STATED:
        return False
    return db.scalar(select(Delivery.id).where(Delivery.report_id == fresh.id).limit(1)) is None


def _says_the_same(rt: Runtime, fresh: Report, step: AddToReport) -> bool:
    if step.note is not None:
        return fresh.voice_note_id == int(step.note)
    if step.text is None or fresh.sealed_text is None:
        return False
    return rt.vault.open_text(fresh.sealed_text, TEXT_PURPOSE, fresh.reference) == step.text


def _forget(db: Session, fresh_id: int, into_id: int) -> None:
    for told in (Call, Conversation):
        db.execute(update(told).where(told.report_id == fresh_id).values(report_id=into_id))
    db.execute(delete(ReportEvent).where(ReportEvent.report_id == fresh_id))
    db.execute(delete(Report).where(Report.id == fresh_id))
