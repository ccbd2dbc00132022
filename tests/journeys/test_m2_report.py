"""M2: a member rings, says what is wrong, and it is kept whatever happens on the line."""

from __future__ import annotations

import pytest

from gateway.db import unit_of_work
from gateway.models import DutyNumber, Unit
from gateway.states import ReportState, Urgency
from tests.builders import a_number, a_person_of_staff, a_unit
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import fetched_note, number_id, report_of, reports_of, sound_of, sounds_good, words

SAID_112 = "एक एक दो पर फ़ोन कीजिए"


def test_member_reports_in_hindi_and_hears_the_right_words_in_order(house: House, sita: Phone) -> None:
    taken = sita.call({1: "1", 2: "2"}, speak=4.0)
    report = report_of(house, sita.number)
    assert (report.state, report.urgency, report.language) == (ReportState.RECEIVED, Urgency.SOON, "hi")
    expected = ["main_menu.problem", "problem.beep", "problem.kept", "problem.soon", "goodbye.member"]
    places = [taken.words.find(words(house, prompt)) for prompt in expected]
    assert -1 not in places
    assert places == sorted(places)


def test_first_prompts_are_short_when_a_member_reports(house: House, sita: Phone) -> None:
    taken = sita.call({1: "1"}, speak=3.0)
    beep = next(nth for nth, each in enumerate(taken.heard) if each["text"] == "beep")
    assert 0 < sum(each["seconds"] for each in taken.heard[:beep]) <= 20


def test_every_clip_is_loud_enough_and_has_no_gap_when_a_member_reports(house: House, sita: Phone) -> None:
    taken = sita.call({1: "1", 2: "2"}, speak=3.0)
    assert len(taken.clips) >= 4
    assert not any(each["missing"] for each in taken.heard)
    measured = {url: sound_of(house, url) for url in taken.clips}
    assert [(url, sound) for url, sound in measured.items() if not sounds_good(sound)] == []


def test_reference_follows_by_sms_when_the_call_is_over(house: House, sita: Phone) -> None:
    sita.call({1: "1", 2: "1"}, speak=3.0)
    report = report_of(house, sita.number)
    expected = words(house, "sms.reference", reference=report.reference)
    assert until(sita.inbox) == [expected]


def test_hang_up_in_mid_sentence_keeps_the_voice_note(house: House, sita: Phone) -> None:
    sita.dial()
    sita.press("1")
    sita.speak_and_hang_up()
    report = report_of(house, sita.number)
    note = fetched_note(house, report)
    assert (report.state, report.urgency) == (ReportState.RECEIVED, Urgency.NOT_STATED)
    assert 2 <= (note.seconds or 0) <= 6.5
    assert note.is_blank is False


def test_spoken_problem_is_fetched_and_measured(house: House, sita: Phone) -> None:
    sita.call({1: "1", 2: "2"}, speak=5.0)
    note = fetched_note(house, report_of(house, sita.number))
    assert 4.0 <= (note.seconds or 0) <= 9.0
    clip = house.rt.notes.clip_of(note.clip_key or "")
    assert clip is not None
    assert len(clip.content()) > 20_000


def test_silence_after_the_beep_is_set_apart_as_blank(house: House, sita: Phone) -> None:
    sita.call({1: "1"})
    report = report_of(house, sita.number)
    assert fetched_note(house, report).is_blank
    assert until(lambda: report_of(house, sita.number).state == ReportState.BLANK)


@pytest.fixture
def duty(house: House, sita: Phone, booth: str) -> Phone:
    """The phone of whoever is on duty for Sita's booth."""
    number = a_number()
    phone = house.phone(number)
    on_duty = number_id(house, number)
    with unit_of_work(house.rt.engine) as unit:
        unit.db.add(DutyNumber(unit_id=a_unit(unit.db, booth).id, number_id=on_duty, name="Asha"))
    return phone


def test_danger_says_112_and_rings_the_duty_phone_which_takes_it(
    house: House, sita: Phone, duty: Phone
) -> None:
    duty.answers_with({1: "1"})
    taken = sita.call({1: "1", 2: "3"}, speak=3.0)
    assert SAID_112 in taken.words
    until(lambda: report_of(house, sita.number).taken_at)
    assert report_of(house, sita.number).urgency == Urgency.DANGER
    assert "खतरे की खबर" in duty.rung().words


def test_danger_stays_red_when_the_duty_phone_does_not_take_it(
    house: House, sita: Phone, duty: Phone
) -> None:
    duty.answers_with({1: "2"})
    sita.call({1: "1", 2: "3"}, speak=3.0)
    duty.rung()
    assert report_of(house, sita.number).taken_at is None


def test_danger_is_danger_where_nobody_is_on_duty(house: House, sita: Phone) -> None:
    taken = sita.call({1: "1", 2: "3"}, speak=3.0)
    assert words(house, "problem.is_danger") in taken.words
    assert SAID_112 in taken.words
    assert report_of(house, sita.number).urgency == Urgency.DANGER


def test_key_seven_goes_to_the_desk_above_the_local_staff(house: House, sita: Phone, booth: str) -> None:
    a_person_of_staff(house.rt, f"Local-{booth}", unit=booth)
    sita.call({1: "1", 2: "7", 3: "1"}, speak=3.0)
    report = until(lambda: [each for each in reports_of(house, sita.number) if each.is_past_local])[0]
    desk = house.all_of(Unit, Unit.id == report.desk_unit_id)[0]
    assert desk.code == f"BLOCK-OF-{booth}"
    assert report.urgency == Urgency.CAN_WAIT
