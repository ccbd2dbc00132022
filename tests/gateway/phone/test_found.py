"""How a report stands, by its number: all of it on the phone that told it, only the state on another, nothing of an unnamed one."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE
from gateway.models import Delivery, Report
from gateway.phones import Number
from gateway.reports import answering, found
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from tests.builders import a_member, a_number
from tests.lines import Caller
from tests.walks import NOTE, SILENCE, all_of, go_on, picked_up, text, texts_to, walk, words

ANSWER = "कल ठीक होगा।"


def told(rt: Runtime, caller: Caller, *before: str) -> Report:
    walk(caller, "1", *before, NOTE, "2")
    caller.hang_up()
    return all_of(rt, Report)[-1]


def answer(rt: Runtime, report: Report) -> None:
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, report.id, None, {"hi": ANSWER}, {})


def stands(rt: Runtime, report: Report, state: ReportState) -> str:
    return words(rt, "my_reports.state", reference=report.reference, state=str(state))


@pytest.fixture
def stranger(rt: Runtime, client: FlaskClient) -> Caller:
    """A member on another phone."""
    number = a_number()
    a_member(rt, "Malati", number=number)
    return Caller(client, number)


def test_unnamed_reporter_hears_the_answer_by_its_number_alone(rt: Runtime, shared: Caller) -> None:
    report = told(rt, shared, "5")
    answer(rt, report)
    later = Caller(shared.client, shared.number)
    said = walk(later, "5", "5", report.reference, SILENCE)
    assert stands(rt, report, ReportState.ANSWERED) in said
    assert ANSWER in said
    go_on(later, "1")
    assert all_of(rt, Report)[0].state == ReportState.CONFIRMED


def test_other_phone_hears_nothing_of_an_unnamed_report(
    rt: Runtime, shared: Caller, stranger: Caller
) -> None:
    report = told(rt, shared, "5")
    assert words(rt, "my_reports.unknown") in walk(stranger, "5", report.reference, SILENCE)


def test_other_phone_hears_only_how_it_stands(rt: Runtime, sita: Caller, stranger: Caller) -> None:
    report = told(rt, sita)
    answer(rt, report)
    said = walk(stranger, "5", report.reference, SILENCE)
    assert stands(rt, report, ReportState.ANSWERED) in said
    assert ANSWER not in said
    assert words(rt, "solved.is_yes") not in said


def test_one_of_a_shared_phone_hears_nothing_of_what_the_other_told(rt: Runtime, shared: Caller) -> None:
    report = told(rt, shared, "1")
    answer(rt, report)
    said = walk(Caller(shared.client, shared.number), "5", "2", report.reference, SILENCE)
    assert stands(rt, report, ReportState.ANSWERED) in said
    assert ANSWER not in said


def test_numbers_are_not_tried_without_end(rt: Runtime, sita: Caller, stranger: Caller) -> None:
    report = told(rt, sita)
    walk(stranger, "5")
    for _ in range(found.TRIES - 1):
        assert words(rt, "my_reports.unknown") in go_on(stranger, "1234", SILENCE)
    assert words(rt, "my_reports.too_often") in go_on(stranger, "1234", SILENCE)
    go_on(stranger, "5", report.reference, SILENCE)
    assert stands(rt, report, ReportState.RECEIVED) not in stranger.heard[-1]


def test_text_tells_the_answer_and_takes_the_last_word(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    report = told(rt, sita)
    answer(rt, report)
    text(client, number, f"STATUS {report.reference}")
    assert texts_to(rt, number)[-1].endswith(f"{ANSWER} {words(rt, 'sms_solved.ask')}")
    text(client, number, "3")
    text(client, number, "पाइप बाकी है")
    assert all_of(rt, Report)[0].state == ReportState.REOPENED
    assert texts_to(rt, number)[-1] == words(rt, "solved.partly")
    assert len(all_of(rt, Report)) == 1


def test_text_from_a_shared_phone_tells_only_how_it_stands(
    rt: Runtime, client: FlaskClient, number: Number, shared: Caller
) -> None:
    report = told(rt, shared, "1")
    answer(rt, report)
    text(client, number, f"STATUS {report.reference}")
    assert ANSWER not in texts_to(rt, number)[-1]
    assert report.reference in texts_to(rt, number)[-1]


def test_text_from_another_phone_tells_only_how_it_stands(
    rt: Runtime, client: FlaskClient, sita: Caller
) -> None:
    report = told(rt, sita)
    answer(rt, report)
    other = a_number()
    text(client, other, f"STATUS {report.reference}")
    assert ANSWER not in texts_to(rt, other)[-1]
    assert report.reference in texts_to(rt, other)[-1]


def test_answer_follows_in_writing_where_nothing_was_said_to_it(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    answer(rt, told(rt, sita))
    call = picked_up(rt, client)
    call.ring()
    call.hang_up(20)
    (written,) = about_texts(rt)
    assert ANSWER in written
    assert written.endswith(words(rt, "sms_solved.ask"))
    text(client, number, "1")
    assert all_of(rt, Report)[0].state == ReportState.CONFIRMED


def test_answer_is_not_written_to_a_shared_phone(rt: Runtime, client: FlaskClient, shared: Caller) -> None:
    answer(rt, told(rt, shared, "1"))
    picked_up(rt, client).hang_up(0, "no_answer")
    assert about_texts(rt) == []


def test_answer_is_not_written_after_the_last_word(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    answer(rt, told(rt, sita))
    call = picked_up(rt, client)
    walk(call, "1")
    call.hang_up(30)
    assert about_texts(rt) == []


def about_texts(rt: Runtime) -> list[str]:
    """Every text about a report that is owed."""
    owed = all_of(rt, Delivery, Delivery.kind == "sms", Delivery.reason == DeliveryReason.INTERIM)
    return [rt.vault.open_text(each.sealed_text or b"", TEXT_PURPOSE, each.dedupe or "") for each in owed]
