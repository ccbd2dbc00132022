"""What comes by screen and by text as it does by voice: questions of a broadcast that was missed, one's data, a new number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway import number_changes
from gateway.db import unit_of_work
from gateway.models import BroadcastAnswer, Delivery, NumberChange, PollSilence, RightsRequest
from gateway.people.everything import REQUEST_TEXT
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import numbers, units
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.asked import BUSY, REFUSED, asked
from tests.gateway.test_ussd import Typist
from tests.lines import Caller
from tests.walks import all_of, text, texts_to

COMING: dict[str, Any] = {
    "answer": "keys",
    "texts": {"en": "Will you come?"},
    "choices": [{"en": "Yes"}, {"en": "No"}],
}
FOOD: dict[str, Any] = {**COMING, "texts": {"en": "Do you want food?"}}
WHY: dict[str, Any] = {"answer": "voice", "texts": {"en": "Why not?"}}
HELD = {"questions": [COMING, WHY, FOOD], "texts": {"en": "Meeting tomorrow at ten."}}


def the_asked(rt: Runtime, row: dict[str, Any] = BUSY, **more: Any) -> Number:
    """The number of somebody to whom a broadcast with questions went."""
    asked(rt, {**row, "language": "en"}, **{**HELD, **more})
    with unit_of_work(rt.engine) as unit:
        return numbers.open_number(unit.db, rt.vault, unit.db.scalars(select(Delivery.number_id)).one())


def answers(rt: Runtime) -> list[tuple[int, str | None]]:
    return sorted((each.question, each.key) for each in all_of(rt, BroadcastAnswer))


def test_missed_call_is_answered_on_the_screen_once_for_each_question(
    rt: Runtime, client: FlaskClient
) -> None:
    sita = Typist(client, the_asked(rt))
    assert "4 Answer a question" in sita.dial()
    assert "Meeting tomorrow at ten.\nWill you come?\n1 Yes\n2 No" in sita.type("4")
    shown = sita.type("1")
    assert "Do you want food?\n1 Yes\n2 No" in shown
    assert "Meeting" not in shown
    assert "4 Answer" not in sita.type("2")
    assert answers(rt) == [(1, "1"), (3, "2")]
    assert "4 Answer" not in Typist(client, sita.number).dial()


def test_missed_call_is_answered_by_text(rt: Runtime, client: FlaskClient) -> None:
    number = the_asked(rt)
    for said in ("MENU", "4", "yes", "2"):
        text(client, number, said)
    assert "We have noted your answer." in texts_to(rt, number)[-1]
    assert answers(rt) == [(1, "1"), (3, "2")]


def test_missed_call_is_answered_in_a_call_of_ones_own(rt: Runtime, client: FlaskClient) -> None:
    caller = Caller(client, the_asked(rt))
    assert "To answer our question, four." in caller.ring()
    assert "Meeting tomorrow at ten." in caller.press("4")
    caller.press("2")
    caller.hang_up()
    assert answers(rt) == [(1, "2")]


def test_what_may_not_be_put_is_not(rt: Runtime, client: FlaskClient) -> None:
    number = the_asked(rt, REFUSED)
    assert "4 Answer" not in Typist(client, number).dial()


@pytest.mark.parametrize(
    "more",
    [
        {"state": BroadcastState.STOPPED},
        {"questions": [WHY]},
        {"started_days": 8},
        {"message_class": "campaign", "is_silent": True},
    ],
    ids=("stopped", "by-voice", "old", "before-a-poll"),
)
def test_question_that_is_closed_is_not_offered(
    rt: Runtime, client: FlaskClient, clock: TestClock, more: dict[str, Any]
) -> None:
    days, is_silent = more.pop("started_days", 0), more.pop("is_silent", False)
    number = the_asked(rt, **more)
    clock.forward(days=days)
    if is_silent:
        with unit_of_work(rt.engine) as unit:
            closes_at = rt.clock() + timedelta(hours=20)
            unit.db.add(
                PollSilence(unit_id=units.root_unit(unit.db).id, closes_at=closes_at, hours_before=48)
            )
    sita = Typist(client, number)
    assert "4 Answer" not in sita.dial()
    assert "There is no question now." in sita.type("4")


def test_what_is_kept_is_shown_and_what_is_wrong_is_written(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number, language="en")
    sita = Typist(client, number)
    sita.dial()
    sita.type("0")
    shown = sita.type("5")
    while "98 More" in shown:
        shown = sita.type("98")
    assert "1 Something is wrong" in shown
    sita.type("1")
    sita.type("My name is Sita Devi")
    [wrong] = all_of(rt, RightsRequest)
    assert rt.vault.open_text(wrong.sealed_text, REQUEST_TEXT, wrong.public_id) == "My name is Sita Devi"
    assert (wrong.kind, wrong.how) == ("correction", "key")


def test_new_number_is_told_in_written_words(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number, language="en")
    sita = Typist(client, number)
    for typed in ("", "0", "7", "2", "Asha of Rampur, 12 Nov"):
        sita.dial() if not typed else sita.type(typed)
    assert sita.shown.startswith("end All right.")
    [change] = all_of(rt, NumberChange)
    assert number_changes.written(rt, change) == "Asha of Rampur, 12 Nov"
