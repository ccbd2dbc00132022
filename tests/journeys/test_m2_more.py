"""M2 and F12, their further branches: the same problem again, without a name, partly solved, broken off, not forgotten."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gateway.db import unit_of_work
from gateway.models import Addition, Call, Delivery, Report
from gateway.phones import Number
from gateway.reports import answering, reach
from gateway.states import DeliveryReason, ReportState
from tests.builders import a_member
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import number_id, report_of, sound_of, sounds_good, words

ANSWER = "कल हैंडपंप ठीक हो जाएगा। मिस्त्री सुबह आएगा।"


def told(house: House, phone: Phone) -> Report:
    phone.call({1: "1", 2: "2"}, speak=3.0)
    return report_of(house, phone.number)


def answer(house: House, report: Report) -> None:
    with unit_of_work(house.rt.engine) as unit:
        answering.answer(unit, house.rt, report.id, None, {"hi": ANSWER}, {})


def added(house: House, report: Report) -> Addition:
    return until(lambda: house.all_of(Addition, Addition.report_id == report.id))[0]


def ring_now(house: House, report: Report, reason: DeliveryReason) -> None:
    """What is owed to this reporter rings at once."""
    with unit_of_work(house.rt.engine) as unit:
        owed = (Delivery.report_id == report.id, Delivery.reason == reason)
        unit.db.execute(update(Delivery).where(*owed).values(due_at=house.rt.clock()))
    house.rt.bells.send_due("voice")


def test_same_problem_again_today_is_added_to_it(house: House, sita: Phone) -> None:
    report = told(house, sita)
    taken = sita.call({1: "1", 2: "1"}, speak=3.0)
    assert words(house, "problem.told_any", when="today") in taken.words
    assert (added(house, report).kind, report_of(house, sita.number).id) == ("more", report.id)
    assert added(house, report).voice_note_id is not None


@pytest.fixture
def shared(house: House, booth: str, number: Number) -> Phone:
    """One phone on which Sita and Ramesh are known."""
    for name in ("Sita", "Ramesh"):
        a_member(house.rt, name, number=number, unit=booth, under=f"BLOCK-OF-{booth}")
    return house.phone(number)


def test_unnamed_on_a_shared_phone_leaves_no_trace_and_is_answered(house: House, shared: Phone) -> None:
    shared.call({1: "1", 2: "5", 3: "2"}, speak=3.0)
    own = number_id(house, shared.number)
    severed = (Call.number_id == own, Call.is_sealed, Call.report_id.is_(None))
    until(lambda: house.all_of(Call, *severed))
    report = house.all_of(Report, Report.is_unnamed)[-1]
    assert (report.number_id, report.member_id, report.call_id) == (None, None, None)
    shared.answers_with({1: "1", 2: "1"})
    answer(house, report)
    until(lambda: house.all_of(Report, Report.id == report.id, Report.state == ReportState.CONFIRMED))
    heard = shared.rung()
    assert heard.words.find(words(house, "answer.who_unnamed")) < heard.words.find(ANSWER)
    assert shared.inbox() == []


def test_somebody_else_on_a_shared_phone_hears_nothing(house: House, shared: Phone) -> None:
    shared.call({1: "1", 2: "1", 3: "2"}, speak=3.0)
    report = report_of(house, shared.number)
    shared.answers_with({1: "2"})
    answer(house, report)
    heard = shared.rung()
    assert ANSWER not in heard.words
    assert words(house, "answer.other") in heard.words
    assert report_of(house, shared.number).state == ReportState.ANSWERED


def test_partly_solved_is_said_with_what_is_missing(house: House, sita: Phone) -> None:
    report = told(house, sita)
    sita.answers_with({1: "3"}, speak_seconds=3.0)
    answer(house, report)
    assert added(house, report).kind == "partly"
    heard = sita.rung()
    assert words(house, "solved.partly") in heard.words
    assert report_of(house, sita.number).state == ReportState.REOPENED


def test_report_that_broke_off_is_gone_on_with(house: House, sita: Phone) -> None:
    report = told(house, sita)
    with unit_of_work(house.rt.engine) as unit:
        found = unit.db.get_one(Report, report.id)
        found.is_partial = True
        reach.owe_go_on(unit, house.rt, found)
    sita.answers_with({1: "1"}, speak_seconds=3.0)
    ring_now(house, report, DeliveryReason.GO_ON)
    assert added(house, report).kind == "again"
    heard = sita.rung()
    assert words(house, "go_on.cut") in heard.words
    assert [url for url in heard.clips if not sounds_good(sound_of(house, url))] == []


def test_report_that_takes_long_is_not_forgotten(house: House, sita: Phone, booth: str) -> None:
    report = told(house, sita)
    sita.answers_with({1: "1"}, speak_seconds=3.0)
    with unit_of_work(house.rt.engine) as unit:
        reach.owe_interim(unit, house.rt, unit.db.get_one(Report, report.id))
    assert added(house, report).kind == "more"
    heard = sita.rung()
    assert words(house, "interim.about_any") in heard.words


def test_report_by_text_is_asked_how_urgent_it_is(house: House, sita: Phone) -> None:
    sita.sms("REPORT hand pump is dry")
    report = report_of(house, sita.number)
    asked = (
        f"{words(house, 'sms_urgency.kept', reference=report.reference)} {words(house, 'sms_urgency.ask')}"
    )
    assert until(sita.inbox) == [asked]
    sita.sms("3")
    assert "112" in until(lambda: sita.inbox()[1:])[0]
