"""The answer: kept with its words and sounds, then the member's own phone rings with it (journeys.md F12)."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.content import languages_of
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Answer, Report
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store.move import move


def answer(
    unit: UnitOfWork,
    rt: Runtime,
    report_id: int,
    staff_id: int | None,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
) -> Answer:
    """Answer a report; `texts` and `sounds` (content keys) by language. The call follows within the window.

    Raises Conflict where there is nothing to say or the report can no longer be answered.
    """
    if not languages_of(texts, sounds):
        raise Conflict("an answer needs words or a recording")
    report = unit.db.get_one(Report, report_id, with_for_update=True)
    now = rt.clock()
    if not move(unit.db, Report, report_id, ReportState.ANSWERED, answered_at=now):
        raise Conflict("this report can no longer be answered")
    unit.db.refresh(report)
    made = Answer(report_id=report_id, staff_id=staff_id, texts=dict(texts), sounds=dict(sounds), at=now)
    unit.db.add(made)
    unit.db.flush()
    report.taken_at = report.taken_at or now
    owe.cancel_calls(unit, rt, report.id, DeliveryReason.DUTY)
    note(unit.db, report, "answered", now, state=ReportState.ANSWERED, staff_id=staff_id)
    unit.ring(lambda: rt.bells.build_sounds("answer", made.id))
    if report.number_id is not None:
        owe.owe_answer_call(unit, rt, report, made)
    return made
