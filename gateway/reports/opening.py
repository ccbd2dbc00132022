"""A problem comes in: it is kept before anything else is said, then its urgency and its desk follow."""

from __future__ import annotations

import logging

from sqlalchemy import select

from flows.references import make
from flows.steps import OpenReport, Speak
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Call, Report, Unit
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import MemberStatus, ReportState, Urgency
from gateway.store import members, reports, units

logger = logging.getLogger(__name__)

VOICE, SMS = "voice", "sms"


def open_report(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: OpenReport, *, is_draft: bool = False
) -> Report:
    """Keep a problem under a reference of its own. From somebody who has not joined it is held as unverified."""
    member = members.get_member(unit.db, scene.member_id) if scene.member_id else None
    place = units.get_unit(unit.db, member.unit_id) if member else units.root_unit(unit.db)
    is_known = member is not None and member.status == MemberStatus.ACTIVE
    reference = make(reports.next_number(unit.db))
    report = Report(
        reference=reference,
        state=_first_state(is_known, is_draft),
        source=VOICE if scene.call_id else SMS,
        member_id=scene.member_id,
        number_id=scene.number_id,
        unit_id=place.id,
        desk_unit_id=place.id,
        sight_unit_id=place.id,
        call_id=scene.call_id,
        message_id=scene.message_id,
        voice_note_id=int(step.note) if step.note else None,
        sealed_text=rt.vault.seal_text(step.text, reports.TEXT_PURPOSE, reference) if step.text else None,
        language=scene.language,
        category=step.code,
        received_at=rt.clock(),
    )
    unit.db.add(report)
    unit.db.flush()
    note(unit.db, report, "received", rt.clock(), state=report.state)
    if scene.call_id is not None:
        unit.db.get_one(Call, scene.call_id).report_id = report.id
        unit.db.flush()
    logger.info("report opened report_id=%s source=%s", report.id, report.source)
    return report


def set_urgency(unit: UnitOfWork, rt: Runtime, report_id: int | None, level: str) -> None:
    """Keep how urgent it is; danger rings the duty numbers at once and stays red until a person takes it."""
    report = unit.db.get(Report, report_id) if report_id else None
    if report is None or report.urgency == Urgency(level):
        return
    report.urgency = Urgency(level)
    note(unit.db, report, "urgency", rt.clock(), details={"level": level})
    unit.db.flush()
    if report.urgency == Urgency.DANGER:
        _alarm(unit, rt, report)


def pass_local_staff(unit: UnitOfWork, rt: Runtime, report_id: int | None) -> None:
    """Key 7: the report goes to the level above the local staff, who never learn of it."""
    report = unit.db.get(Report, report_id) if report_id else None
    if report is None or report.is_past_local:
        return
    place = units.get_unit(unit.db, report.unit_id)
    local = units.find_staffed_unit(unit.db, place.path) or place
    report.is_past_local = True
    report.desk_unit_id = report.sight_unit_id = local.parent_id or local.id
    note(unit.db, report, "passed_local_staff", rt.clock())
    unit.db.flush()


def note_came_late(unit: UnitOfWork, rt: Runtime, call: Call, note_id: int) -> None:
    """A recording announced after its call was over belongs to the call's report, or opens one."""
    report = unit.db.get(Report, call.report_id) if call.report_id else None
    if report is not None and report.voice_note_id is None:
        report.voice_note_id = note_id
        note(unit.db, report, "voice_note", rt.clock())
        return
    scene = Scene(call.number_id, call.member_id, call.language or "hi", call_id=call.id)
    open_report(unit, rt, scene, OpenReport(note=str(note_id)))


def call_ended(unit: UnitOfWork, rt: Runtime, call: Call) -> None:
    """After a call that brought a report the reference follows by SMS: it need not be remembered."""
    query = select(Report).where(Report.call_id == call.id, Report.number_id.is_not(None))
    for report in unit.db.scalars(query.order_by(Report.id)):
        _tell_reference(unit, rt, report)


def _tell_reference(unit: UnitOfWork, rt: Runtime, report: Report) -> None:
    if report.number_id is None:
        return
    words = Speak("sms.reference", report.language or "hi", {"reference": report.reference})
    owe.owe_sms(unit, rt, report.number_id, rt.words.text(words), f"reference:{report.id}", report.member_id)


def _alarm(unit: UnitOfWork, rt: Runtime, report: Report) -> None:
    place = unit.db.get_one(Unit, report.desk_unit_id if report.is_past_local else report.unit_id)
    for duty in units.list_duty_numbers(unit.db, place.path):
        owe.owe_duty_call(unit, rt, report, duty.number_id)
    logger.warning("danger reported report_id=%s", report.id)


def _first_state(is_known: bool, is_draft: bool) -> ReportState:
    if is_draft:
        return ReportState.DRAFT
    return ReportState.RECEIVED if is_known else ReportState.UNVERIFIED
