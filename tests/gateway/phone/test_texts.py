"""A problem by text: its number and the question how urgent it is, in one reply; danger names the emergency number."""

from __future__ import annotations

from dataclasses import replace

from flask.testing import FlaskClient

from flows.steps import Speak
from gateway.channels.base import MessageArrived
from gateway.db import unit_of_work
from gateway.inbox import message_arrived
from gateway.models import Report
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import Urgency
from tests.builders import a_member, a_number, a_unit
from tests.lines import Caller
from tests.walks import all_of, text, texts_to, words


def test_danger_by_text_names_the_emergency_number(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    text(client, number, "REPORT आग लगी है")
    report = all_of(rt, Report)[0]
    kept = words(rt, "sms_urgency.kept", reference="").removesuffix(".")
    assert texts_to(rt, number)[-1].startswith(kept.split("नंबर")[0])
    assert report.reference in texts_to(rt, number)[-1]
    text(client, number, "3")
    assert all_of(rt, Report)[0].urgency == Urgency.DANGER
    assert "112" in texts_to(rt, number)[-1]


def test_unclear_word_on_urgency_is_asked_again_and_kept(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    text(client, number, "REPORT पानी नहीं है")
    text(client, number, "जल्दी आइए")
    assert words(rt, "sms_urgency.ask") in texts_to(rt, number)[-1]
    text(client, number, "2")
    urgencies = [each.urgency for each in all_of(rt, Report)]
    assert urgencies == [Urgency.SOON, Urgency.NOT_STATED]


def test_key_seven_by_text_passes_the_local_staff(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    text(client, number, "REPORT मुखिया ने पैसे लिए")
    text(client, number, "7")
    text(client, number, "1")
    report = all_of(rt, Report)[0]
    assert (report.is_past_local, report.urgency) == (True, Urgency.CAN_WAIT)


def test_menu_comes_in_the_letters_in_which_the_member_writes(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    text(client, number, "मेनू")
    assert "1 दिक्कत बताना" in texts_to(rt, number)[-1]
    text(client, number, "१")
    assert "दिक्कत अपने शब्दों में लिखिए:" in texts_to(rt, number)[-1]
    text(client, number, "MENU")
    assert "1 Dikkat bataiye" in texts_to(rt, number)[-1]
    text(client, number, "1")
    assert "Apni dikkat" in texts_to(rt, number)[-1]


def test_language_is_chosen_by_one_word_and_stays(
    rt: Runtime, client: FlaskClient, number: Number, sita: Caller
) -> None:
    text(client, number, "English")
    assert texts_to(rt, number)[-1] == words(rt, "language.kept", "en")
    text(client, number, "MENU")
    assert "1 Tell a problem" in texts_to(rt, number)[-1]


def test_stranger_joins_in_the_language_that_they_ask_for(rt: Runtime, client: FlaskClient) -> None:
    stranger = a_number()
    for said, answered in (
        ("JOIN", "लिखकर भेजिए"),
        ("ENGLISH", "To join"),
        ("1", "You have joined"),
        ("Asha", "village"),
    ):
        text(client, stranger, said)
        assert answered in texts_to(rt, stranger)[-1]


def test_what_lacks_in_a_language_is_written_in_that_of_the_place(rt: Runtime, number: Number) -> None:
    words_of = {**rt.words.texts["ur"]}
    del words_of["sms.no_news"]
    lacking = replace(rt, words=replace(rt.words, texts={**rt.words.texts, "ur": words_of}))
    a_member(rt, number=number, unit="BOOTH-B", language="ur")
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-B").language = "bn"
    message_arrived(lacking, MessageArrived("sms-bn", number, "+918000000001", "NEWS", {}))
    assert texts_to(rt, number) == [rt.words.text(Speak("sms.no_news", "bn"))]


def test_screen_of_a_language_without_short_words_is_in_that_of_the_place(rt: Runtime) -> None:
    assert [rt.screens.language("sat", nearby) for nearby in ((), ("bn",), ("ur",), ("xx", "sw"))] == [
        "en",
        "bn",
        "hi",
        "sw",
    ]
