"""Who stays unnamed: nothing leads from the report to the phone, and yet the answer rings there."""

from __future__ import annotations

import json

from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.models import Call, Delivery, DutyNumber, Report, VoiceNote
from gateway.reports import answering, unnamed
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, DeliveryState, ReportState, Urgency
from gateway.store import numbers
from tests.builders import a_number, a_unit
from tests.lines import Caller
from tests.walks import NOTE, SILENCE, all_of, go_on, picked_up, walk, words


def only_report(rt: Runtime) -> Report:
    found = all_of(rt, Report)
    assert len(found) == 1
    return found[0]


def sealed(rt: Runtime, caller: Caller) -> Report:
    """Check that nothing shows who told it."""
    report, call, note = only_report(rt), all_of(rt, Call)[0], all_of(rt, VoiceNote)[0]
    assert report.is_unnamed
    assert (report.number_id, report.member_id, report.call_id) == (None, None, None)
    assert (note.call_id, note.member_id) == (None, None)
    assert (call.is_sealed, call.report_id) == (True, None)
    assert report.reference not in json.dumps([call.facts, call.conversation])
    assert unnamed.number_of(rt, report) == call.number_id
    assert not all_of(rt, Delivery)
    return report


def test_one_of_a_shared_phone_stays_unnamed_by_key_five(rt: Runtime, shared: Caller) -> None:
    said = walk(shared, "1", "5", NOTE, "2")
    assert words(rt, "problem.reference_unnamed", reference=only_report(rt).reference) in said
    shared.hang_up()
    assert sealed(rt, shared).urgency == Urgency.SOON


def test_member_stays_unnamed_after_key_seven(rt: Runtime, sita: Caller) -> None:
    walk(sita, "1", NOTE, "7")
    assert words(rt, "problem.stay_unnamed") in sita.heard[-1]
    said = go_on(sita, "5", "1", "1")
    assert words(rt, "problem.reference_unnamed", reference=only_report(rt).reference) in said
    sita.hang_up()
    report = sealed(rt, sita)
    assert (report.is_past_local, report.urgency) == (True, Urgency.CAN_WAIT)


def test_name_stays_when_five_was_pressed_by_mistake(rt: Runtime, sita: Caller) -> None:
    walk(sita, "1", NOTE, "5", "2", "2")
    sita.hang_up()
    report = only_report(rt)
    assert report.is_unnamed is False
    assert report.member_id is not None


def test_hang_up_while_speaking_keeps_the_words_unnamed(rt: Runtime, shared: Caller) -> None:
    walk(shared, "1", "5")
    shared.hang_up(recording_url="http://127.0.0.1:9/recordings/cut.wav")
    sealed(rt, shared)


def test_late_recording_of_somebody_unnamed_stays_unnamed(rt: Runtime, shared: Caller) -> None:
    walk(shared, "1", "5", SILENCE, SILENCE, "1", "2")
    shared.hang_up()
    shared.hang_up(recording_url="http://127.0.0.1:9/recordings/late.wav")
    report = sealed(rt, shared)
    assert report.voice_note_id is not None


def test_answer_rings_there_and_tells_nobody_who_says_that_it_was_not_they(
    rt: Runtime, client: FlaskClient, shared: Caller
) -> None:
    walk(shared, "1", "5", NOTE, "2")
    shared.hang_up()
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, only_report(rt).id, None, {"hi": "कल ठीक होगा।"}, {})
    call = picked_up(rt, client)
    assert words(rt, "answer.who_unnamed") in call.ring()
    assert "कल ठीक होगा" not in call.heard[-1]
    assert words(rt, "answer.other") in call.press("2")
    call.hang_up(40)
    assert [each.state for each in all_of(rt, Delivery)] == [DeliveryState.QUEUED]


def test_unnamed_reporter_confirms_by_phone(rt: Runtime, client: FlaskClient, shared: Caller) -> None:
    walk(shared, "1", "5", NOTE, "2")
    shared.hang_up()
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, only_report(rt).id, None, {"hi": "कल ठीक होगा।"}, {})
    call = picked_up(rt, client)
    call.ring()
    assert "कल ठीक होगा" in call.press("1")
    call.press("1")
    call.hang_up()
    assert only_report(rt).state == ReportState.CONFIRMED


def test_second_problem_of_an_unnamed_call_is_kept_too(rt: Runtime, shared: Caller) -> None:
    walk(shared, "1", "5", NOTE, "2", "0", "1", "5", NOTE, "1")
    shared.hang_up()
    first, second = all_of(rt, Report)
    assert first.is_unnamed and second.is_unnamed
    assert (first.urgency, second.urgency) == (Urgency.SOON, Urgency.CAN_WAIT)
    assert all_of(rt, Call)[0].report_id is None


def test_danger_is_read_out_on_a_shared_phone_where_their_place_has_somebody_on_duty(
    rt: Runtime, shared: Caller
) -> None:
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db, "BOOTH-1")
        on_duty = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        unit.db.add(DutyNumber(unit_id=place.id, number_id=on_duty, name="Asha"))
    walk(shared, "1", "5", NOTE)
    assert words(rt, "problem.is_danger") in shared.heard[-1]
    assert words(rt, "problem.danger", emergency_number="112") in shared.press("3")
    assert [each.reason for each in all_of(rt, Delivery)] == [DeliveryReason.DUTY]
