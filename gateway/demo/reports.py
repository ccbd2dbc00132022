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
from gateway.reports import unnamed
from gateway.reports.asking import DAYS, SILENCE, next_day
from gateway.reports.outcome import CALL
from gateway.states import ReportState, Urgency
from gateway.store import reports

TALK_BESIDE = 38  # seconds of a call that are not the voice note
CLOSED_HOW = {ReportState.CONFIRMED: CALL, ReportState.CLOSED_UNCONFIRMED: SILENCE}
ASKS = {ReportState.ANSWERED: 1, ReportState.CLOSED_UNCONFIRMED: DAYS}


def write_reports(house: House, told: list[Told], notes: Mapping[Told, Note]) -> list[Filed]:
    """Write them all, the oldest with the first reference."""
    filed = file_all(house, told, reserve(house.unit.db, Report, len(told)), notes)
    _write_rows(house, filed)
    write_events(house, filed)
    write_answers(house, filed)
    return filed


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
        rows.append(
            _report(house, each) | _brought(house, each, calls.get(each), notes.get(each), messages.get(each))
        )
    write(db, Report, rows)
    named = {each: call_id for each, call_id in calls.items() if not each.told.is_unnamed}
    back = [{"id": call_id, "report_id": each.report_id} for each, call_id in named.items()]
    db.bulk_update_mappings(Call.__mapper__, back)


def _brought(
    house: House, filed: Filed, call_id: int | None, note_id: int | None, message_id: int | None
) -> Row:
    """By what it came; of a reporter who stays unnamed only what rings them and finds their call."""
    is_unnamed = filed.told.is_unnamed
    return {
        "call_id": None if is_unnamed else call_id,
        "voice_note_id": note_id,
        "message_id": message_id,
        "is_unnamed": is_unnamed,
        "member_id": filed.by.member_id if filed.by and not is_unnamed else None,
        "number_id": None if is_unnamed else filed.number_id,
        "call_mark": unnamed.mark_of(house.rt, call_id) if is_unnamed and call_id else None,
    }


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
        "sealed_number": unnamed.seal(house.rt, reference, filed.number_id) if told.is_unnamed else None,
        "is_partial": told.is_partial,
        "people": told.people,
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
        "heard_at": filed.reached(ReportState.HEARD, ReportState.BLANK),
        "assigned_at": filed.reached(ReportState.ASSIGNED),
        "answered_at": filed.last(ReportState.ANSWERED),
        "closed_at": filed.reached(ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED),
        "closed_how": CLOSED_HOW.get(filed.state),
        "ups": int(filed.reached(ReportState.REOPENED) is not None),
        "asks": ASKS.get(filed.state, 0),
        "ask_at": next_day(house.rt, house.now) if filed.state is ReportState.ANSWERED else None,
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
        is_sealed=filed.told.is_unnamed,
        at=filed.received_at - timedelta(seconds=20),
        seconds=round(filed.note.seconds) + TALK_BESIDE,
    )


def _note(filed: Filed, note_id: int, call_id: int) -> Row:
    assert filed.note
    is_named = not filed.told.is_unnamed
    return {
        "id": note_id,
        "call_id": call_id if is_named else None,
        "member_id": filed.by.member_id if filed.by and is_named else None,
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
