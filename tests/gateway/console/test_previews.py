"""A broadcast, or a conversation of the house, played in the page: what a call would say, and nobody is called."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from flows.catalog import FLOWS
from gateway.db import unit_of_work
from gateway.models import Attempt, Broadcast, Call
from gateway.runtime import Runtime
from tests.builders import a_broadcast
from tests.gateway.console.seats import a_tree, seat

WORDS = {"hi": "कल बैठक है।", "en": "There is a meeting tomorrow."}
QUESTION = {
    "answer": "keys",
    "texts": {"hi": "आएँगे?", "en": "Will you come?"},
    "sounds": {},
    "choices": [{"hi": "हाँ", "en": "yes"}, {"hi": "नहीं", "en": "no"}],
}


@pytest.fixture
def address(rt: Runtime) -> str:
    a_tree(rt)
    broadcast_id = a_broadcast(rt, "ACH", "voice", WORDS)
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        broadcast.questions = [QUESTION]
        return f"/broadcasts/{broadcast.public_id}/play"


def test_message_and_question_are_heard_and_answered(app: Flask, rt: Runtime, address: str) -> None:
    browser = seat(app, rt, "Meera", "coordinator")
    first = browser.get(f"{address}?language=en").text
    assert "There is a meeting tomorrow." in first
    assert "Will you come?" in first
    answered = browser.get(f"{address}?language=en&pressed=1").text
    assert "presses 1" in answered
    assert "The call is over." in browser.get(f"{address}?language=en&pressed=1ss").text
    assert "कल बैठक है।" in browser.get(f"{address}?language=hi").text


def test_nobody_is_called_and_nothing_is_kept(app: Flask, rt: Runtime, address: str) -> None:
    browser = seat(app, rt, "Meera", "coordinator")
    browser.get(f"{address}?pressed=1s8")
    with unit_of_work(rt.engine) as work:
        for table in (Call, Attempt):
            assert work.db.scalar(select(func.count()).select_from(table)) == 0


def test_sms_is_shown_as_it_will_be_read(app: Flask, rt: Runtime, address: str) -> None:
    broadcast_id = a_broadcast(rt, "ACH", "sms", WORDS)
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        broadcast.questions = [QUESTION]
        public_id = broadcast.public_id
    page = seat(app, rt, "Meera", "coordinator").get(f"/broadcasts/{public_id}/play?language=en").text
    assert "1 yes" in page
    assert "Played as a call" not in page.partition("<main")[2].partition("</h1>")[0]


def test_broadcast_of_another_unit_is_not_found(app: Flask, rt: Runtime, address: str) -> None:
    assert seat(app, rt, "Kamal", "coordinator", "BAH").get(address).status_code == 404


@pytest.mark.parametrize("pressed", ["", "1", "s" * 60, "98*#0x☃" * 9, "vvv", "1v2s"])
def test_every_conversation_can_be_played_with_any_keys(app: Flask, rt: Runtime, pressed: str) -> None:
    browser = seat(app, rt, "Asha", "administrator", "organisation")
    for name in FLOWS:
        answer = browser.get(f"/conversations/{name}/play", query_string={"pressed": pressed})
        assert answer.status_code == 200, name


def test_call_is_shown_in_writing_too_with_what_it_weighs(app: Flask, rt: Runtime, address: str) -> None:
    browser = seat(app, rt, "Meera", "coordinator")
    hindi = browser.get(f"{address}?language=hi").text
    assert "कल बैठक है।\nआएँगे?\n1 हाँ\n2 नहीं" in hindi
    assert "kal baithak hai.\naaenge?\n1 han\n2 nahin" in hindi
    assert hindi.count("1 part") == 2
    assert "1 yes\n2 no" in browser.get(f"{address}?language=en").text


def test_conversation_is_shown_by_text_in_both_letters(app: Flask, rt: Runtime, address: str) -> None:
    browser = seat(app, rt, "Meera", "coordinator")
    page = browser.get("/conversations/main_menu/play?language=hi&pressed=1").text
    assert "दिक्कत लिखिए:" in page
    assert "Dikkat likhiye:" in page
    assert "The same by SMS" not in browser.get("/conversations/duty/play?language=hi").text
