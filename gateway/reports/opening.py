"""A problem comes in: it is kept before anything else is said, then its urgency and its desk follow; more may be added."""

from __future__ import annotations

import logging
from typing import Any

from flows.references import make
from flows.steps import AddToReport, OpenReport
from gateway.db import UnitOfWork
from gateway.models import Report, Unit
from gateway.reports import alarm, deadlines, places, too_many, unnamed
from gateway.reports.deeds import begin
from gateway.reports.group import MOST_PEOPLE
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import MemberStatus, ReportState, Urgency
from gateway.store import members, reports, units

logger = logging.getLogger(__name__)

VOICE, SMS, USSD = "voice", "sms", "ussd"
AGAIN, MORE = "again", "more"


def open_report(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: OpenReport, *, is_draft: bool = False
) -> Report:
    """Keep a problem under a reference of its own. From somebody who has not joined it is held as unverified.

    From a number that told very much in a month it is kept with the newest open report of that number (`too_many`).
    """
    full = too_many.find_open(unit.db, rt, scene, step)
    if full is not None:
        _add(unit, rt, full, scene, MORE, step.note, step.text)
        if scene.call_id is not None:
            unnamed.tie(unit.db, rt, scene.call_id, full)
        return full
    report = _new_report(unit, rt, scene, step, is_draft)
    unit.db.add(report)
    unit.db.flush()
    note(unit.db, report, "received", rt.clock(), state=report.state)
    too_many.mark(unit, rt, scene, report)
    deadlines.keep(unit.db, rt, report)
    if scene.call_id is not None:
        unnamed.tie(unit.db, rt, scene.call_id, report)
    # Beside the lines of its call a log would tell whose an unnamed one is.
    shown = "-" if report.is_unnamed else report.id
    logger.info("report opened report_id=%s source=%s", shown, report.source)
    return report


def add(unit: UnitOfWork, rt: Runtime, scene: Scene, step: AddToReport) -> bool:
    """Keep what is said to a report later; only from the number that told it. False: kept nowhere, it is another's.

    What was cut off, blank or closed comes back to the desk with it.
    """
    report = unit.db.get(Report, step.report, with_for_update=True, populate_existing=True)
    if report is None or scene.number_id is None or unnamed.number_of(rt, report) != scene.number_id:
        return False
    _add(unit, rt, report, scene, step.kind, step.note, step.text)
    return True


def set_people(unit: UnitOfWork, rt: Runtime, report_id: int | None, people: int) -> None:
    """Keep for how many a trainer speaks."""
    report = unit.db.get(Report, report_id) if report_id else None
    if report is not None and 0 < people <= MOST_PEOPLE:
        report.people = people
        note(unit.db, report, "people", rt.clock(), details={"people": people})


def set_urgency(unit: UnitOfWork, rt: Runtime, report_id: int | None, level: str) -> None:
    """Keep how urgent it is; danger rings the duty numbers at once and stays red until a person takes it."""
    report = unit.db.get(Report, report_id) if report_id else None
    if report is None or report.urgency in (Urgency(level), Urgency.DANGER):
        return
    report.urgency = Urgency(level)
    note(unit.db, report, "urgency", rt.clock(), details={"level": level})
    deadlines.keep(unit.db, rt, report)
    if report.urgency == Urgency.DANGER:
        alarm.ring(unit, rt, report)


def pass_local_staff(unit: UnitOfWork, rt: Runtime, report_id: int | None) -> None:
    """Key 7: the report goes to the level above the local staff, who never learn of it."""
    report = unit.db.get(Report, report_id) if report_id else None
    if report is None or report.is_past_local:
        return
    report.is_past_local = True
    place = units.get_unit(unit.db, report.unit_id)
    report.desk_unit_id = report.sight_unit_id = places.above_local(unit.db, place)
    note(unit.db, report, "passed_local_staff", rt.clock())
    deadlines.keep(unit.db, rt, report)


def _new_report(unit: UnitOfWork, rt: Runtime, scene: Scene, step: OpenReport, is_draft: bool) -> Report:
    member = members.get_member(unit.db, scene.member_id) if scene.member_id else None
    is_known = member is not None and member.status == MemberStatus.ACTIVE
    place = units.get_unit(unit.db, member.unit_id) if member else _place_of(unit, scene)
    reference = make(reports.next_number(unit.db))
    return Report(
        reference=reference,
        state=_first_state(is_known, is_draft),
        source=_source(scene),
        unit_id=place.id,
        desk_unit_id=place.id,
        sight_unit_id=place.id,
        voice_note_id=int(step.note) if step.note else None,
        sealed_text=rt.vault.seal_text(step.text, reports.TEXT_PURPOSE, reference) if step.text else None,
        language=scene.language,
        category=step.code,
        people=step.people if step.people and 0 < step.people <= MOST_PEOPLE else None,
        received_at=rt.clock(),
        **_who(rt, scene, step, reference),
    )


def _source(scene: Scene) -> str:
    if scene.call_id is None:
        return SMS
    return USSD if scene.is_written else VOICE


def _who(rt: Runtime, scene: Scene, step: OpenReport, reference: str) -> dict[str, Any]:
    """Whose report it is; of a reporter who stays unnamed what rings them and nothing else."""
    if not step.is_unnamed:
        return {
            "member_id": scene.member_id,
            "number_id": scene.number_id,
            "call_id": scene.call_id,
            "message_id": scene.message_id,
        }
    return {
        "is_unnamed": True,
        "sealed_number": unnamed.seal(rt, reference, scene.number_id) if scene.number_id else None,
    }


def _place_of(unit: UnitOfWork, scene: Scene) -> Unit:
    """Where somebody lives who did not say who they are: where all on this phone live, else nowhere below the top."""
    people = members.list_on_number(unit.db, scene.number_id) if scene.number_id else []
    places_ = {each.unit_id for each in people}
    return units.get_unit(unit.db, places_.pop()) if len(places_) == 1 else units.root_unit(unit.db)


def _add(
    unit: UnitOfWork,
    rt: Runtime,
    report: Report,
    scene: Scene,
    kind: str,
    note_ref: str | None,
    words: str | None,
) -> None:
    is_unnamed, note_id = report.is_unnamed, int(note_ref) if note_ref else None
    what = {
        "call_id": None if is_unnamed else scene.call_id,
        "message_id": None if is_unnamed else scene.message_id,
        "voice_note_id": note_id,
        "sealed_text": rt.vault.seal_text(words, reports.ADDITION_PURPOSE, report.id) if words else None,
    }
    if reports.add_addition(unit.db, report.id, rt.clock(), kind, **what) is None:
        return
    if is_unnamed:
        unnamed.hide_note(unit.db, note_id)
        unnamed.seal_call(unit.db, scene.call_id)
    come_back(unit, rt, report.id, kind)


def come_back(unit: UnitOfWork, rt: Runtime, report_id: int, kind: str) -> None:
    """What was added is to be heard: what was set apart or closed is open again."""
    deed = begin(unit, rt, report_id, None)
    report = deed.report
    if report.state == ReportState.BLANK:
        deed.move(ReportState.RECEIVED, closed_at=None)
    elif report.state in (ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED):
        deed.move(ReportState.REOPENED, closed_at=None, closed_how=None)
    elif kind == AGAIN:
        deed.move(ReportState.RECEIVED)
    if kind == AGAIN:
        report.is_partial = False
    deed.done("heard_again" if kind == AGAIN else "added", how=kind)


def _first_state(is_known: bool, is_draft: bool) -> ReportState:
    if is_draft:
        return ReportState.DRAFT
    return ReportState.RECEIVED if is_known else ReportState.UNVERIFIED
