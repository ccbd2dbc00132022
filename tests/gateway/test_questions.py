"""Questions of a broadcast: refused in clear words, asked in the call and by SMS, each answer kept once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flows.sms_text import segments
from flows.steps import Speak
from gateway.channels.base import MessageArrived
from gateway.db import unit_of_work
from gateway.deliveries import contact
from gateway.deliveries.send import send_some
from gateway.errors import Conflict
from gateway.inbox import message_arrived
from gateway.models import Broadcast, BroadcastAnswer, Delivery, Report
from gateway.phones import Number
from gateway.questions import KEYS, VOICE, Question, check, facts, sms_text
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from tests.builders import a_broadcast, a_member, a_number
from tests.conftest import TestClock
from tests.gateway.test_broadcasts import start
from tests.lines import CALLS_BACK, Caller

YES, NO = {"hi": "हाँ", "en": "yes"}, {"hi": "नहीं", "en": "no"}
COMING = Question(KEYS, {"hi": "क्या आप आएँगे?", "en": "Will you come?"}, choices=(YES, NO))
TOPIC = Question(VOICE, {"hi": "किस पर बात हो?", "en": "What should we talk about?"})
BOTH = ["en", "hi"]

REFUSED = [
    ("voice", [COMING] * 4, "at most 3"),
    ("sms", [COMING, COMING], "one question"),
    ("sms", [TOPIC], "by voice"),
    ("voice", [replace(COMING, texts={"hi": "आएँगे?"})], "question 1 lacks words in en"),
    ("voice", [COMING, replace(COMING, choices=(YES,))], "question 2 needs 2 to 4 answers"),
    ("voice", [replace(COMING, choices=(YES,) * 5)], "2 to 4"),
    ("voice", [replace(COMING, choices=(YES, {"hi": "नहीं"}))], "answer 2 of question 1 lacks words in en"),
    ("voice", [replace(COMING, choices=(YES, {"hi": "नहीं", "en": "n" * 61}))], "longer than 60"),
    ("voice", [replace(COMING, texts={"hi": "क" * 301, "en": "Will you?"})], "longer than 300"),
]


@pytest.mark.parametrize(("kind", "questions", "why"), REFUSED)
def test_what_cannot_be_asked_is_refused_in_words(kind, questions, why):
    with pytest.raises(Conflict, match=why):
        check(kind, questions, BOTH)


def test_what_can_be_asked_passes_and_comes_back_from_the_row_as_it_was():
    recorded = Question(KEYS, {}, {"hi": "key-hi", "en": "key-en"}, ({}, {}))
    check("voice", [COMING, TOPIC, recorded], BOTH)
    check("sms", [COMING], BOTH)
    assert [Question.of(each.kept()).kept() for each in (COMING, recorded)] == [
        COMING.kept(),
        recorded.kept(),
    ]


def test_it_is_spoken_with_the_key_last_and_written_with_the_number_first(rt: Runtime):
    asked = facts(rt.words, [COMING.kept(), TOPIC.kept()], "en")
    assert asked[0]["text"] == "Will you come? For yes, press one. For no, press two."
    assert (asked[0]["keys"], asked[1]["keys"], asked[1]["text"]) == ("12", "", TOPIC.texts["en"])
    text = sms_text(rt.words, {"en": "Meeting tomorrow."}, [COMING.kept()], "en")
    assert text.splitlines() == [
        "Meeting tomorrow.",
        "Will you come?",
        "1 yes",
        "2 no",
        "Reply with the number of your answer.",
    ]
    assert segments(text) == 1


def test_the_approved_hash_covers_questions_and_stays_as_it_was_without_any(rt: Runtime):
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        made = unit.db.get_one(Broadcast, broadcast_id)
        plain = contact.hash_of(made)
        made.questions = [COMING.kept()]
        asked = contact.hash_of(made)
        made.questions = [replace(COMING, choices=(NO, YES)).kept()]
        assert len({plain, asked, contact.hash_of(made)}) == 3


def a_call(rt: Runtime, client: FlaskClient, *questions: Question) -> Caller:
    """A broadcast with questions is ringing at one member."""
    number = a_number()
    a_member(rt, number=number)
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).questions = [each.kept() for each in questions]
    start(rt, broadcast_id)
    send_some(rt, "voice")
    return Caller(client, number, CALLS_BACK, is_inbound=False, provider_id=rt.voice.placed[-1].provider_id)


def kept(rt: Runtime) -> list[tuple[int, str | None, bool]]:
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.scalars(select(BroadcastAnswer).order_by(BroadcastAnswer.question))
        return [(each.question, each.key, each.voice_note_id is not None) for each in rows]


HINDI = replace(COMING, texts={"hi": "क्या आप आएँगे?"}, choices=({"hi": "हाँ"}, {"hi": "नहीं"}))


def test_answers_by_key_and_by_voice_are_kept_as_they_come(rt: Runtime, client: FlaskClient):
    phone = a_call(rt, client, HINDI, replace(TOPIC, texts={"hi": "किस पर बात हो?"}))
    phone.ring()
    phone.press("2")
    assert kept(rt) == [(1, "2", False)]
    phone.speak()
    phone.hang_up(20)
    assert kept(rt) == [(1, "2", False), (2, None, True)]
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Delivery.state)).one() == DeliveryState.HEARD


def test_the_last_answer_of_a_call_counts_and_a_repeated_post_changes_nothing(
    rt: Runtime, client: FlaskClient
):
    phone = a_call(rt, client, HINDI)
    phone.ring()
    before = list(phone.heard)
    phone.press("1")
    answered = phone.heard.pop()
    phone.heard = before
    assert phone.press("1") == answered  # the same post once more
    assert kept(rt) == [(1, "1", False)]
    phone.press("*")
    phone.press("2")
    assert kept(rt) == [(1, "2", False)]


def test_who_says_nothing_has_heard_and_answered_nothing(rt: Runtime, client: FlaskClient):
    phone = a_call(rt, client, HINDI)
    phone.ring()
    phone.wait()
    phone.wait()
    phone.wait()
    phone.hang_up(40)
    assert kept(rt) == []


def texted(rt: Runtime, number: Number, text: str, provider_id: str) -> None:
    message_arrived(
        rt, MessageArrived(provider_id=provider_id, number=number, line="5555", text=text, raw={})
    )


def an_sms(rt: Runtime, question: Question = HINDI) -> Number:
    number = a_number()
    a_member(rt, number=number)
    broadcast_id = a_broadcast(rt, kind="sms")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).questions = [question.kept()]
    start(rt, broadcast_id)
    send_some(rt, "sms")
    return number


def reports(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return len(unit.db.scalars(select(Report.id)).all())


@pytest.mark.parametrize(("text", "key"), [("1", "1"), (" २ ", "2"), ("हाँ", "1"), ("NO", "2")])
def test_a_reply_by_number_or_yes_and_no_is_the_answer(rt: Runtime, text: str, key: str):
    number = an_sms(rt)
    assert "1 हाँ\n2 नहीं" in rt.sms.sent[0].text
    texted(rt, number, text, "in-1")
    texted(rt, number, text, "in-1")
    assert (kept(rt), reports(rt)) == ([(1, key, False)], 0)


def test_what_is_no_answer_becomes_a_draft(rt: Runtime):
    number = an_sms(rt)
    texted(rt, number, "7", "in-1")
    texted(rt, number, "पानी नहीं आता", "in-2")
    assert (kept(rt), reports(rt)) == ([], 2)


def test_wrong_key_7_is_asked_again_and_then_answered(rt: Runtime):
    number = an_sms(rt)
    texted(rt, number, "7", "in-1")
    send_some(rt, "sms")
    again = rt.sms.sent[-1].text
    assert again.startswith(rt.words.text(Speak("again.wrong_key", "hi"))) and "1 हाँ\n2 नहीं" in again
    texted(rt, number, "2", "in-2")
    assert kept(rt) == [(1, "2", False)]


def test_long_number_is_no_try_at_an_answer(rt: Runtime):
    number = an_sms(rt)
    texted(rt, number, "9876", "in-1")
    send_some(rt, "sms")
    assert "1 हाँ" not in rt.sms.sent[-1].text


def test_after_two_days_a_number_is_no_answer_any_more(rt: Runtime, clock: TestClock):
    number = an_sms(rt)
    clock.forward(hours=49)
    texted(rt, number, "1", "in-1")
    assert kept(rt) == []


def test_the_newest_question_gets_the_answer(rt: Runtime, clock: TestClock):
    number = an_sms(rt)
    clock.forward(hours=25)
    with unit_of_work(rt.engine) as unit:
        first_id = unit.db.scalars(select(Broadcast.id)).one()
    broadcast_id = a_broadcast(rt, kind="sms", texts={"hi": "दूसरी बात।"})
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).questions = [HINDI.kept()]
    start(rt, broadcast_id)
    assert send_some(rt, "sms").handed == 1
    texted(rt, number, "2", "in-1")
    with unit_of_work(rt.engine) as unit:
        answer = unit.db.scalars(select(BroadcastAnswer)).one()
    assert (answer.broadcast_id, answer.broadcast_id == first_id) == (broadcast_id, False)
