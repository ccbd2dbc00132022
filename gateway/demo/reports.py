"""Writes the reports of the demo: the call or SMS that brought each, its voice note, its history and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flows.references import make
from gateway.demo.answers import write_answers
from gateway.demo.content import Told
from gateway.demo.events import write_events
from gateway.demo.filed import Filed, file_all
from gateway.demo.house import House
from gateway.demo.outbox import call_row
from gateway.demo.rows import Row, reserve, write
from gateway.demo.voices import Note
from gateway.inbox import TEXT_PURPOSE as MESSAGE_PURPOSE
from gateway.models import Call, Message, Report, VoiceNote
from gateway.states import ReportState, Urgency
from gateway.store import reports

TALK_BESIDE = 38  # seconds of a call that are not the voice note


def write_reports(house: House, told: list[Told], notes: Mapping[Told, Note]) -> None:
    """Write them all, the oldest with the first reference."""
    filed = file_all(house, told, reserve(house.unit.db, Report, len(told)), notes)
    _write_rows(house, filed)
    write_events(house, filed)
    write_answers(house, filed)


def _write_rows(house: House, filed: list[Filed]) -> None:
    db = house.unit.db
    spoken = [each for each in filed if each.told.source == "voice"]
    texted = [each for each in filed if each.told.source == "sms"]
    calls = dict(zip(spoken, reserve(db, Call, len(spoken)), strict=True))
    notes = dict(zip(spoken, reserve(db, VoiceNote, len(spoken)), strict=True))
    messages = dict(zip(texted, reserve(db, Message, len(texted)), strict=True))
    write(db, Call, [_call(house, each, call_id) for each, call_id in calls.items()])
    write(db, VoiceNote, [_note(each, note_id, calls[each]) for each, note_id in notes.items()])
    write(db, Message, [_message(house, each, message_id) for each, message_id in messages.items()])
    rows = []
    for each in filed:
        brought = {"call_id": calls.get(each), "voice_note_id": notes.get(each)}
        rows.append(_report(house, each) | brought | {"message_id": messages.get(each)})
    write(db, Report, rows)
    back = [{"id": call_id, "report_id": each.report_id} for each, call_id in calls.items()]
    db.bulk_update_mappings(Call.__mapper__, back)


def _report(house: House, filed: Filed) -> Row:
    told, is_red_taken = filed.told, filed.told.urgency == "danger" and filed.told.state != "received"
    worker = house.staff_for(filed.desk.path)
    is_given = filed.reached(ReportState.ASSIGNED) and filed.state is not ReportState.REOPENED
    reference = make(reports.next_number(house.unit.db))
    is_text = told.source == "sms"
    sealed = house.rt.vault.seal_text(told.said, reports.TEXT_PURPOSE, reference) if is_text else None
    return {
        "id": filed.report_id,
        "reference": reference,
        "state": filed.state,
        "urgency": Urgency(told.urgency),
        "source": told.source,
        "member_id": filed.by.member_id if filed.by else None,
        "number_id": filed.number_id,
        "unit_id": filed.place.id,
        "desk_unit_id": filed.desk.id,
        "sight_unit_id": filed.desk.id if told.is_past_local else filed.place.id,
        "is_past_local": told.is_past_local,
        "sealed_text": sealed,
        "language": told.language,
        "category": told.category,
        "assignee_id": worker.id if is_given else None,
        "received_at": filed.received_at,
        "taken_at": filed.received_at + timedelta(minutes=4) if is_red_taken else None,
        "answered_at": filed.reached(ReportState.ANSWERED),
        "closed_at": filed.reached(ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED),
    }


def _call(house: House, filed: Filed, call_id: int) -> Row:
    assert filed.note
    line = house.rt.settings.voice_numbers
    return call_row(
        house,
        call_id=call_id,
        provider_id=f"demo-report-{filed.report_id}",
        is_inbound=True,
        line=line[-1].number if line else "",
        number_id=filed.number_id,
        member_id=filed.by.member_id if filed.by else None,
        language=filed.told.language,
        at=filed.received_at - timedelta(seconds=20),
        seconds=round(filed.note.seconds) + TALK_BESIDE,
    )


def _note(filed: Filed, note_id: int, call_id: int) -> Row:
    assert filed.note
    return {
        "id": note_id,
        "call_id": call_id,
        "member_id": filed.by.member_id if filed.by else None,
        "clip_key": filed.note.key,
        "seconds": filed.note.seconds,
        "peaks": filed.note.peaks,
        "is_blank": filed.note.is_blank,
        "tries": 1,
        "announced_at": filed.received_at,
        "fetched_at": filed.received_at + timedelta(seconds=4),
    }


def _message(house: House, filed: Filed, message_id: int) -> Row:
    provider_id = f"demo-report-{filed.report_id}"
    return {
        "id": message_id,
        "provider": house.rt.provider,
        "provider_id": provider_id,
        "is_inbound": True,
        "line": house.rt.settings.sms_sender or "sms",
        "number_id": filed.number_id,
        "member_id": filed.by.member_id if filed.by else None,
        "sealed_text": house.rt.vault.seal_text(filed.told.said, MESSAGE_PURPOSE, provider_id),
        "intent": "free" if filed.state is ReportState.DRAFT else "report",
        "at": filed.received_at,
    }
