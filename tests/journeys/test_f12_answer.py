"""F12: staff answer, the member's own phone rings with it, and the member has the last word. Key 5 tells how it stands."""

from __future__ import annotations

from gateway.db import unit_of_work
from gateway.models import Report, Unit
from gateway.reports import answering
from gateway.states import ReportState
from tests.builders import a_person_of_staff
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import report_of, sound_of, sounds_good, words

ANSWER = "कल हैंडपंप ठीक हो जाएगा। मिस्त्री सुबह आएगा।"


def reported(house: House, phone: Phone) -> Report:
    phone.call({1: "1", 2: "2"}, speak=3.0)
    return report_of(house, phone.number)


def answer(house: House, report: Report) -> None:
    with unit_of_work(house.rt.engine) as unit:
        answering.answer(unit, house.rt, report.id, None, {"hi": ANSWER}, {})


def stands(house: House, report: Report, state: ReportState) -> Report:
    return until(lambda: house.all_of(Report, Report.id == report.id, Report.state == state))[0]


def test_phone_rings_with_the_answer_and_key_one_confirms(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    sita.answers_with({1: "1"})
    answer(house, report)
    stands(house, report, ReportState.CONFIRMED)
    heard = sita.rung()
    assert ANSWER in heard.words
    assert heard.words.find(ANSWER) < heard.words.find(words(house, "solved.is_yes"))
    assert words(house, "solved.yes") in heard.words


def test_answer_sounds_good_when_it_is_played(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    sita.answers_with({1: "1"})
    answer(house, report)
    stands(house, report, ReportState.CONFIRMED)
    heard = sita.rung()
    measured = {url: sound_of(house, url) for url in heard.clips}
    assert [(url, sound) for url, sound in measured.items() if not sounds_good(sound)] == []


def test_key_two_reopens_it_one_level_up(house: House, sita: Phone, booth: str) -> None:
    a_person_of_staff(house.rt, f"Local-{booth}", unit=booth)
    report = reported(house, sita)
    sita.answers_with({1: "2"})
    answer(house, report)
    reopened = stands(house, report, ReportState.REOPENED)
    desk = house.all_of(Unit, Unit.id == reopened.desk_unit_id)[0]
    assert desk.code == f"BLOCK-OF-{booth}"


def test_silence_after_the_answer_leaves_it_answered(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    sita.answers_with({})
    answer(house, report)
    heard = sita.rung()
    assert words(house, "answer.unsure") in heard.words
    stands(house, report, ReportState.ANSWERED)


def test_member_hears_own_report_by_key_five_and_says_it_is_not_solved(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    sita.answers_with({})
    answer(house, report)
    sita.rung()
    taken = sita.call({1: "5", 2: "2"})
    assert ANSWER in taken.words
    stands(house, report, ReportState.REOPENED)


def test_member_hears_how_it_stands_by_key_five_before_the_answer(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    taken = sita.call({1: "5"})
    spoken = " ".join(words(house, f"digit.{digit}") for digit in report.reference)
    assert spoken in taken.words
    assert words(house, "state.received") in taken.words


def test_second_word_on_the_same_answer_changes_nothing(house: House, sita: Phone) -> None:
    report = reported(house, sita)
    sita.answers_with({1: "1"})
    answer(house, report)
    stands(house, report, ReportState.CONFIRMED)
    sita.rung()
    sita.call({1: "5", 2: "2"})
    assert house.all_of(Report, Report.id == report.id)[0].state == ReportState.CONFIRMED
