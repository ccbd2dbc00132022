"""What a call about reports came to when it is over: the reference by SMS, "solved?" asked in vain, the ties that are cut."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.steps import OpenReport, Speak
from gateway import leaving
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Answer, Call, Delivery, Report, ReportEvent
from gateway.reports import asking, opening, reach, unnamed
from gateway.reports.history import note
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DELIVERIES_OPEN, DeliveryReason, DeliveryState, ReportState
from gateway.store import life, reports

RANG = "rang"
_KEPT_FACTS = ("language", "is_introduction", leaving.LEFT)  # of the word that follows a withdrawal
_ABOUT = (DeliveryReason.ANSWER, DeliveryReason.INTERIM, DeliveryReason.GO_ON)


def call_ended(unit: UnitOfWork, rt: Runtime, call: Call) -> None:
    """After a call that brought a report the reference follows by SMS; after one of ours its result is kept."""
    query = select(Report).where(Report.call_id == call.id, Report.number_id.is_not(None))
    for report in unit.db.scalars(query.order_by(Report.id)):
        _tell_reference(unit, rt, report)
    if call.delivery_id is not None and not call.is_inbound:
        _rang(unit, rt, call, unit.db.get_one(Delivery, call.delivery_id, populate_existing=True))
    if call.is_sealed:
        _sever_call(call)


def note_came_late(unit: UnitOfWork, rt: Runtime, call: Call, note_id: int) -> None:
    """A recording announced after its call was over belongs to the call's report, or opens one."""
    report = _report_of(unit.db, rt, call)
    if report is None:
        scene = Scene(call.number_id, call.member_id, call.language or "hi", call_id=call.id)
        opening.open_report(unit, rt, scene, OpenReport(note=str(note_id)))
        return
    if report.is_unnamed:
        unnamed.hide_note(unit.db, note_id)
    if report.voice_note_id is None:
        report.voice_note_id = note_id
        note(unit.db, report, "voice_note", rt.clock())
        return
    kind = opening.AGAIN if _is_go_on(unit.db, call) else opening.MORE
    call_id = None if report.is_unnamed else call.id
    added = reports.add_addition(unit.db, report.id, rt.clock(), kind, voice_note_id=note_id, call_id=call_id)
    if added is not None:
        opening.come_back(unit, rt, report.id, kind)


def _report_of(db: Session, rt: Runtime, call: Call) -> Report | None:
    """The report that a call brought, or was about."""
    if call.is_sealed and (found := unnamed.find_by_call(db, rt, call.id)) is not None:
        return found
    delivery = db.get(Delivery, call.delivery_id) if call.delivery_id and not call.is_inbound else None
    about = delivery.report_id if delivery is not None and delivery.reason in _ABOUT else None
    report_id = call.report_id or about
    return db.get(Report, report_id) if report_id else None


def _is_go_on(db: Session, call: Call) -> bool:
    delivery = db.get(Delivery, call.delivery_id) if call.delivery_id else None
    return delivery is not None and delivery.reason == DeliveryReason.GO_ON


def _tell_reference(unit: UnitOfWork, rt: Runtime, report: Report) -> None:
    if report.number_id is None:
        return
    words = Speak("sms.reference", report.language or "hi", {"reference": report.reference})
    owe.owe_sms(unit, rt, report.number_id, rt.words.text(words), f"reference:{report.id}", report.member_id)


def _rang(unit: UnitOfWork, rt: Runtime, call: Call, delivery: Delivery) -> None:
    if delivery.report_id is None or delivery.reason not in _ABOUT:
        return
    report = unit.db.get_one(Report, delivery.report_id, with_for_update=True, populate_existing=True)
    is_first_today = not _rang_today(unit.db, rt, report)
    details = {"why": str(delivery.reason), "cause": delivery.last_cause}
    note(unit.db, report, RANG, rt.clock(), details=details)
    is_asked = delivery.reason == DeliveryReason.ANSWER and report.state == ReportState.ANSWERED
    if is_asked and is_first_today:
        report.asks += 1
    if is_asked and delivery.answer_id is not None:
        reach.text_answer(unit, rt, report, unit.db.get_one(Answer, delivery.answer_id))
    if report.is_unnamed:
        call.is_sealed = True
        if delivery.state not in DELIVERIES_OPEN:
            _sever(unit, rt, report, delivery)


def _rang_today(db: Session, rt: Runtime, report: Report) -> bool:
    """Whether the answer rang on this local day already: a day counts once, however often it rang."""
    query = select(ReportEvent).where(ReportEvent.report_id == report.id, ReportEvent.kind == RANG)
    today = local_day(rt.profile, rt.clock())
    return any(
        local_day(rt.profile, each.at) == today
        for each in db.scalars(query.where(ReportEvent.at >= (report.answered_at or report.received_at)))
        if each.details.get("why") == DeliveryReason.ANSWER
    )


def sever_ended(unit: UnitOfWork, rt: Runtime) -> None:
    """Take from their reports the calls to unnamed reporters that ended without a last word: refused, failed, taken back."""
    for delivery in life.lock_severable(unit.db, rt.clock()):
        _sever(unit, rt, unit.db.get_one(Report, delivery.report_id), delivery)
    for call in life.lock_silent_calls(unit.db, rt.clock()):
        _sever_call(call)


def _sever(unit: UnitOfWork, rt: Runtime, report: Report, delivery: Delivery) -> None:
    """Take a delivery from the report of somebody unnamed; the report keeps in its history how it ended."""
    why = {"why": str(delivery.reason), "cause": delivery.reason_code or delivery.last_cause}
    if delivery.state != DeliveryState.CANCELLED:
        note(unit.db, report, "call_over", rt.clock(), details={**why, "state": str(delivery.state)})
    if delivery.reason == DeliveryReason.ANSWER and asking.is_beyond_reach(delivery):
        report.ask_at = None
        note(unit.db, report, "beyond_reach", rt.clock(), details={"reason": why["cause"]})
    delivery.report_id = delivery.answer_id = delivery.language = None
    delivery.dedupe = owe.severed_dedupe()
    unit.db.flush()


def _sever_call(call: Call) -> None:
    """Nothing of what was said on it leads to the report any more."""
    call.report_id = None
    if call.facts is not None:
        call.facts = {name: call.facts[name] for name in _KEPT_FACTS if name in call.facts}
    if call.conversation is not None:
        heard = sorted({each.partition(" ")[0] for each in call.conversation.get("heard", [])})
        call.conversation = {"state": None, "wait": None, "said": None, "heard": heard}
