"""The steps of one call, walked again from what the phone sent: our words and their keys, never their words."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from gateway.control import steps
from gateway.control.steps import Walked
from gateway.db import unit_of_work
from gateway.models import Call, Callback
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.gateway.console.seats import seat
from tests.lines import Caller


@pytest.fixture
def sita(rt: Runtime, client: FlaskClient) -> Caller:
    number = a_number()
    a_member(rt, "Sita", number=number)
    return Caller(client, number)


def walked(rt: Runtime, language: str = "en") -> Walked:
    with unit_of_work(rt.engine) as work:
        call = work.db.scalars(select(Call).order_by(Call.id).limit(1)).one()
        return steps.of_call(work.db, rt, call, language)


def a_whole_call(sita: Caller) -> None:
    sita.ring()
    sita.press("1")
    sita.speak()
    sita.press("2")
    sita.hang_up()


def test_call_is_told_step_by_step(rt: Runtime, sita: Caller) -> None:
    a_whole_call(sita)
    told = walked(rt)
    assert told.is_whole
    assert [(each.keys, each.spoke) for each in told.steps] == [
        (None, False), ("1", False), (None, True), ("2", False),
    ]  # fmt: skip
    assert all(each.said for each in told.steps)
    assert "after the beep" in " ".join(told.steps[1].said)
    assert walked(rt, "hi").steps[1].said != told.steps[1].said


def test_posts_of_another_call_are_not_told(rt: Runtime, client: FlaskClient, sita: Caller) -> None:
    other = Caller(client, a_number())
    sita.ring()
    other.ring()
    other.press("9")
    sita.press("1")
    sita.hang_up()
    assert [each.keys for each in walked(rt).steps] == [None, "1"]


def test_several_keys_at_once_are_only_counted(rt: Runtime) -> None:
    assert [steps._keys(each) for each in (None, "", "7", "4711")] == [None, None, "7", "••••"]


def test_when_the_posts_are_gone_nothing_is_told(rt: Runtime, sita: Caller) -> None:
    a_whole_call(sita)
    with unit_of_work(rt.engine) as work:
        work.db.execute(delete(Callback))
    assert walked(rt) == Walked([], False)


def test_conversation_that_ends_elsewhere_is_told_by_its_keys_alone(rt: Runtime, sita: Caller) -> None:
    a_whole_call(sita)
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Call).values(entered="joining"))
    told = walked(rt)
    assert not told.is_whole and [each.said for each in told.steps] == [()] * 4
    assert [each.keys for each in told.steps] == [None, "1", None, "2"]


def test_page_of_a_call_says_no_word_of_the_member(app: Flask, rt: Runtime, sita: Caller) -> None:
    a_whole_call(sita)
    with unit_of_work(rt.engine) as work:
        call_id = work.db.scalars(select(Call.id)).one()
    page = seat(app, rt, role="coordinator", unit="BOOTH-1").get(f"/calls/{call_id}").text
    assert "spoke after the beep" in page and "<kbd>2</kbd>" in page
    assert "/voice-notes/" not in page and str(sita.number) not in page
