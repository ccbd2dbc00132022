"""More is said to a report: yesterday's problem, what is still missing, the rest of what broke off; also late and cut off."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.models import Addition, Call, Member, Report
from gateway.reports import answering, reach
from gateway.runtime import Runtime
from gateway.states import ReportState
from tests.conftest import TestClock
from tests.lines import Caller
from tests.walks import NOTE, SILENCE, all_of, go_on, picked_up, text, walk, words


def again(caller: Caller) -> Caller:
    return Caller(caller.client, caller.number)


def told(rt: Runtime, caller: Caller) -> Report:
    walk(caller, "1", NOTE, "2")
    caller.hang_up()
    return all_of(rt, Report)[-1]


def additions(rt: Runtime) -> list[tuple[int, str, bool]]:
    return [(each.report_id, each.kind, each.voice_note_id is not None) for each in all_of(rt, Addition)]


def answered(rt: Runtime, client: FlaskClient, report: Report) -> Caller:
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, report.id, None, {"hi": "कल ठीक होगा।"}, {})
    return picked_up(rt, client)


def test_member_adds_to_what_she_told_today(rt: Runtime, sita: Caller) -> None:
    report = told(rt, sita)
    later = again(sita)
    assert words(rt, "problem.told_any", when="today") in walk(later, "1", NOTE)
    assert len(all_of(rt, Report)) == 2  # kept before it is asked whether it is the same
    said = go_on(later, "1")
    assert words(rt, "problem.added", reference=report.reference) in said
    later.hang_up()
    assert additions(rt) == [(report.id, "more", True)]
    assert [each.id for each in all_of(rt, Report)] == [report.id]
    assert {each.report_id for each in all_of(rt, Call)} == {report.id}


def test_what_staff_have_begun_to_work_on_stays_where_it_is(rt: Runtime, sita: Caller) -> None:
    report = told(rt, sita)
    later = again(sita)
    walk(later, "1", NOTE)
    with unit_of_work(rt.engine) as unit:
        fresh = unit.db.get_one(Report, all_of(rt, Report)[-1].id)
        fresh.version = 1
    go_on(later, "1")
    assert additions(rt) == [(report.id, "more", True)]
    assert len(all_of(rt, Report)) == 2


def test_member_adds_by_text_to_what_she_told_today(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    report = told(rt, sita)
    for said in ("MENU", "1", "चापाकल अब भी टूटा है", "1"):
        text(client, sita.number, said)
    assert additions(rt) == [(report.id, "more", False)]
    assert [each.id for each in all_of(rt, Report)] == [report.id]


def test_member_who_told_something_yesterday_tells_something_new(
    rt: Runtime, sita: Caller, clock: TestClock
) -> None:
    told(rt, sita)
    clock.forward(hours=24)
    later = again(sita)
    assert words(rt, "problem.told_any", when="yesterday") in walk(later, "1", NOTE)
    go_on(later, "2", "1")
    assert len(all_of(rt, Report)) == 2
    assert additions(rt) == []


@pytest.mark.parametrize("hours", [48, 240])
def test_nothing_is_asked_about_older_reports(
    rt: Runtime, sita: Caller, clock: TestClock, hours: int
) -> None:
    told(rt, sita)
    clock.forward(hours=hours)
    assert words(rt, "problem.how_urgent") in walk(again(sita), "1", NOTE)


def test_partly_reopens_and_keeps_what_is_missing(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    report = told(rt, sita)
    before = report.desk_unit_id
    call = answered(rt, client, report)
    walk(call, "3", NOTE, SILENCE)
    after = all_of(rt, Report)[0]
    assert (after.state, after.desk_unit_id) == (ReportState.REOPENED, before)
    assert additions(rt) == [(report.id, "partly", True)]


def test_partly_is_kept_when_she_hangs_up_before_she_speaks(
    rt: Runtime, client: FlaskClient, sita: Caller
) -> None:
    call = answered(rt, client, told(rt, sita))
    walk(call, "3")
    call.hang_up()
    assert all_of(rt, Report)[0].state == ReportState.REOPENED
    assert additions(rt) == []


def test_what_is_missing_is_kept_when_she_hangs_up_while_speaking(
    rt: Runtime, client: FlaskClient, sita: Caller
) -> None:
    report = told(rt, sita)
    call = answered(rt, client, report)
    walk(call, "3")
    call.hang_up(recording_url="http://127.0.0.1:9/recordings/cut.wav")
    assert additions(rt) == [(report.id, "partly", True)]


def test_recording_that_comes_after_the_call_is_added_where_it_was_meant(
    rt: Runtime, client: FlaskClient, sita: Caller
) -> None:
    report = told(rt, sita)
    call = answered(rt, client, report)
    walk(call, "3")
    call.hang_up()
    for _ in range(2):  # providers send it twice
        call.hang_up(recording_url="http://127.0.0.1:9/recordings/late.wav")
    assert additions(rt) == [(report.id, "partly", True)]
    assert len(all_of(rt, Report)) == 1


def test_late_recording_of_an_added_word_finds_its_report(rt: Runtime, sita: Caller) -> None:
    report = told(rt, sita)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Report, report.id).category = "21"
        unit.db.get_one(Member, report.member_id).is_trained = True
    later = again(sita)
    walk(later, "1", "21", "1")  # the code, then to add
    later.hang_up()
    later.hang_up(recording_url="http://127.0.0.1:9/recordings/more.wav")
    assert additions(rt) == [(report.id, "more", True)]
    assert len(all_of(rt, Report)) == 1


def test_broken_off_report_is_gone_on_with(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    report = told(rt, sita)
    with unit_of_work(rt.engine) as unit:
        found = unit.db.get_one(Report, report.id)
        found.is_partial = True
        reach.owe_go_on(unit, rt, found)
    rt_clock(rt).forward(minutes=3)
    call = picked_up(rt, client)
    assert words(rt, "go_on.cut") in call.ring()
    assert words(rt, "go_on.kept", reference=report.reference) in go_on(call, "1", NOTE)
    assert additions(rt) == [(report.id, "again", True)]
    assert all_of(rt, Report)[0].is_partial is False


def test_blank_report_is_said_again(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    report = told(rt, sita)
    with unit_of_work(rt.engine) as unit:
        found = unit.db.get_one(Report, report.id)
        found.state = ReportState.BLANK
        reach.owe_go_on(unit, rt, found)
    rt_clock(rt).forward(minutes=3)
    call = picked_up(rt, client)
    assert words(rt, "go_on.blank") in call.ring()
    call.speak()
    assert all_of(rt, Report)[0].state == ReportState.RECEIVED
    assert additions(rt) == [(report.id, "again", True)]


def test_report_that_takes_long_is_not_forgotten(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    report = told(rt, sita)
    rt_clock(rt).forward(hours=7 * 24)
    with unit_of_work(rt.engine) as unit:
        reach.owe_interim(unit, rt, unit.db.get_one(Report, report.id))
    call = picked_up(rt, client)
    heard = call.ring()
    assert words(rt, "interim.stands", desk="Booth 1", days="सात") in heard
    go_on(call, "1", NOTE)
    assert additions(rt) == [(report.id, "more", True)]


def rt_clock(rt: Runtime) -> TestClock:
    assert isinstance(rt.clock, TestClock)
    return rt.clock
