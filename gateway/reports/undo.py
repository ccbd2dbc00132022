"""Undoing one's own last deed: what it changed is put back, as long as nothing else was done to the report since.

Notes stay, and an answer can be taken back only until the phone rings with it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict, NotFound
from gateway.models import Answer, Delivery, Report, ReportEvent
from gateway.reports import merging
from gateway.reports.deeds import Deed, begin, value_of
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, DeliveryState, ReportState, Urgency
from gateway.store.move import put_back

UNDONE = "undone"
_NOT_RUNG = (DeliveryState.QUEUED, DeliveryState.HELD, DeliveryState.CANCELLED)
_FINAL = frozenset({"note", UNDONE, "joined", "taken_over"})


def undo(unit: UnitOfWork, rt: Runtime, event_id: int, staff_id: int) -> int:
    """Undo what this line of a history did; returns the id of the new line. Raises Conflict where it is too late."""
    event = unit.db.get(ReportEvent, event_id)
    if event is None:
        raise NotFound("there is nothing to undo")
    deed = begin(unit, rt, event.report_id, staff_id)
    if event.staff_id != staff_id:
        raise Conflict("only who did this can undo it")
    if event.kind in _FINAL or "before" not in event.details:
        raise Conflict("this cannot be undone")
    if event.details.get("version") != deed.report.version:
        raise Conflict("something else was done to this report since; look again")
    _take_back(deed, event)
    _restore(deed, event.details["before"])
    return deed.done(UNDONE, keeps_deadlines=False, of=event.kind)


def _take_back(deed: Deed, event: ReportEvent) -> None:
    unit, report_id = deed.unit, deed.report.id
    match event.kind:
        case "answered" | "told":
            _take_back_answer(deed, event)
        case "blank":
            owe.cancel_calls(unit, deed.rt, report_id, DeliveryReason.GO_ON)
        case "urgency" if deed.report.urgency == Urgency.DANGER:
            owe.cancel_calls(unit, deed.rt, report_id, DeliveryReason.DUTY)
        case "merged":
            merging.put_back(deed, event)


def _take_back_answer(deed: Deed, event: ReportEvent) -> None:
    unit, answer = deed.unit, deed.unit.db.get_one(Answer, event.details["answer"])
    calls = unit.db.scalars(select(Delivery).where(Delivery.answer_id == answer.id).with_for_update()).all()
    if any(each.tries or each.state not in _NOT_RUNG for each in calls) or _has_rung(unit.db, answer):
        raise Conflict("the phone has rung with it by now; it cannot be taken back")
    answer.withdrawn_at = deed.at
    for reason in (DeliveryReason.ANSWER, DeliveryReason.INTERIM):
        owe.cancel_calls(unit, deed.rt, deed.report.id, reason)
    for child_event_id in event.details.get("children", []):
        _take_back_child(deed, unit.db.get_one(ReportEvent, child_event_id))


def _take_back_child(deed: Deed, event: ReportEvent) -> None:
    child = begin(deed.unit, deed.rt, event.report_id, None)
    if child.report.version == event.details.get("version"):
        owe.cancel_calls(deed.unit, deed.rt, child.report.id, DeliveryReason.ANSWER)
        _restore(child, event.details["before"])
        child.done(UNDONE, keeps_deadlines=False, of=event.kind)


def _has_rung(db: Session, answer: Answer) -> bool:
    """Of a reporter who stays unnamed only the history knows that a phone rang."""
    query = select(ReportEvent.id).where(
        ReportEvent.report_id == answer.report_id, ReportEvent.kind == "rang"
    )
    return db.scalar(query.where(ReportEvent.at >= answer.at).limit(1)) is not None


def _restore(deed: Deed, before: dict[str, Any]) -> None:
    report = deed.report
    if "state" in before:
        deed.unit.db.flush()
        if not put_back(deed.unit.db, Report, report.id, report.state, ReportState(before["state"])):
            raise Conflict("somebody has moved this report on; look again")
        deed.unit.db.refresh(report)
    for name, plain in before.items():
        if name != "state":
            setattr(report, name, value_of(name, plain))
    deed.unit.db.flush()
