"""Calls by the loopback provider: a problem is spoken, kept and answered; posts come twice, late and out of order."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Call, Callback, Member, Report, VoiceNote
from gateway.people import numbers as other_numbers
from gateway.runtime import Runtime
from gateway.states import CallState, ReportState, Urgency
from gateway.store import numbers
from tests.builders import a_member, a_number
from tests.lines import CALLS_BACK, Caller


@pytest.fixture
def sita(rt: Runtime, client: FlaskClient) -> Caller:
    number = a_number()
    a_member(rt, "Sita", number=number)
    return Caller(client, number)


def only_report(rt: Runtime) -> Report:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Report)).one()


def count(rt: Runtime, model: type) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).select_from(model)).one()


def test_member_reports_by_voice_when_she_rings(rt: Runtime, sita: Caller) -> None:
    assert "digits 1" in sita.ring()
    assert "record 60" in sita.press("1")
    assert "digits 1" in sita.speak()
    report = only_report(rt)
    assert report.state == ReportState.RECEIVED
    assert report.voice_note_id is not None
    said = sita.press("2")
    sita.hang_up()
    assert only_report(rt).urgency == Urgency.SOON
    assert said


def test_member_is_known_when_she_rings_from_her_other_phone(rt: Runtime, client: FlaskClient) -> None:
    first, other = a_number(), a_number()
    member_id = a_member(rt, "Sita", number=first)
    with unit_of_work(rt.engine) as unit:
        other_numbers.add(unit, rt, unit.db.get_one(Member, member_id), other, None)
    sita = Caller(client, other)
    assert "digits 1" in sita.ring()
    sita.press("1")
    sita.speak()
    report = only_report(rt)
    assert report.member_id == member_id
    with unit_of_work(rt.engine) as unit:
        assert numbers.open_number(unit.db, rt.vault, report.number_id or 0) == other


def test_post_that_comes_twice_changes_nothing(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    sita.press("1")
    first = sita.speak()
    response = sita.client.post(
        _address(sita.heard[-2]), data=sita.form(recording_url="http://127.0.0.1:9/recordings/1.wav")
    )
    assert response.get_data(as_text=True) == first
    assert count(rt, Report) == count(rt, VoiceNote) == 1


def test_first_post_that_comes_twice_opens_one_call(rt: Runtime, sita: Caller) -> None:
    first = sita.ring()
    sita.heard.clear()
    assert sita.ring() == first
    assert count(rt, Call) == 1


def test_hang_up_in_mid_sentence_keeps_what_was_said(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    sita.press("1")
    sita.hang_up(recording_url="http://127.0.0.1:9/recordings/2.wav")
    report = only_report(rt)
    assert (report.voice_note_id is not None, report.urgency) == (True, Urgency.NOT_STATED)


def test_recording_that_is_announced_after_the_end_is_kept(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    sita.press("1")
    sita.hang_up()
    sita.speak()
    assert only_report(rt).voice_note_id is not None


def test_late_post_of_an_old_turn_hears_the_present_one(rt: Runtime, sita: Caller) -> None:
    menu = sita.ring()
    recording = sita.press("1")
    late = sita.client.post(_address(menu), data=sita.form(digits="2"))
    assert late.get_data(as_text=True) == recording


def test_unknown_caller_may_report_before_joining(rt: Runtime, client: FlaskClient) -> None:
    stranger = Caller(client, a_number())
    stranger.ring()
    for _ in range(4):
        if "record" in stranger.heard[-1]:
            break
        stranger.press("1")
    stranger.speak()
    assert only_report(rt).state == ReportState.UNVERIFIED


def test_last_post_that_comes_twice_ends_the_call_once(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    sita.hang_up()
    sita.hang_up()
    with unit_of_work(rt.engine) as unit:
        call = unit.db.scalars(select(Call)).one()
        outcomes = unit.db.scalars(select(Callback.outcome).order_by(Callback.id)).all()
    assert call.state == CallState.ENDED
    assert outcomes == ["applied", "applied", "duplicate"]


def test_call_back_line_declines_and_owes_one_call(rt: Runtime, sita: Caller, rung: list[object]) -> None:
    sita.line = CALLS_BACK
    assert sita.ring() == "decline"
    assert ("workers.deliveries.send_due", ("voice",)) in rung


def _address(reply: str) -> str:
    return reply.splitlines()[-1].removeprefix("then http://127.0.0.1:8000")
