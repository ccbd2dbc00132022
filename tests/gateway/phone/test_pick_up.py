"""A call that drops is taken up again within a day, by redial or by our call-back, and by nobody else (voice_design.md D28)."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flows.catalog import FLOWS
from flows.catalog.pick_up import HELD, NOT_TAKEN_UP
from gateway.db import unit_of_work
from gateway.models import Call, Report
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import Urgency
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.lines import Caller


@pytest.fixture
def number(rt: Runtime) -> Number:
    number = a_number()
    a_member(rt, "Sita", number=number)
    return number


def dropped_after_speaking(client: FlaskClient, number: Number) -> None:
    call = Caller(client, number)
    call.ring()
    call.press("1")
    call.speak()
    call.hang_up()


def entered(rt: Runtime) -> list[str | None]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Call.entered).order_by(Call.id)))


def reports(rt: Runtime) -> list[Report]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Report)))


def test_urgency_that_was_not_said_is_asked_when_she_rings_again(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    dropped_after_speaking(client, number)
    again = Caller(client, number)
    again.ring()
    again.press("1")
    again.hang_up()
    (report,) = reports(rt)
    assert (report.urgency, entered(rt)) == (Urgency.CAN_WAIT, ["main_menu", "pick_up"])


def test_call_that_came_to_its_end_leaves_nothing_to_take_up(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    dropped_after_speaking(client, number)
    for _ in range(2):
        again = Caller(client, number)
        again.ring()
        again.press("1")
        again.wait()
        again.hang_up()
    assert entered(rt) == ["main_menu", "pick_up", "main_menu"]


def test_day_later_nothing_is_taken_up(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock
) -> None:
    dropped_after_speaking(client, number)
    clock.forward(hours=24, minutes=1)
    Caller(client, number).ring()
    assert entered(rt)[-1] == "main_menu"


def test_hang_up_at_the_menu_is_nothing_begun(rt: Runtime, client: FlaskClient, number: Number) -> None:
    call = Caller(client, number)
    call.ring()
    call.hang_up()
    Caller(client, number).ring()
    assert entered(rt) == ["main_menu", "main_menu"]


def test_call_that_drops_twice_is_taken_up_twice(rt: Runtime, client: FlaskClient, number: Number) -> None:
    dropped_after_speaking(client, number)
    for _ in range(2):
        again = Caller(client, number)
        again.ring()
        again.hang_up()
    assert entered(rt) == ["main_menu", "pick_up", "pick_up"]


def test_second_problem_of_the_same_call_is_a_report_of_its_own(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    dropped_after_speaking(client, number)
    again = Caller(client, number)
    again.ring()
    again.press("0")  # she leaves the old one behind
    again.press("1")
    again.speak("http://127.0.0.1:9/recordings/2.wav")
    again.press("2")
    again.hang_up()
    assert sorted(str(each.urgency) for each in reports(rt)) == ["not_stated", "soon"]


def test_every_conversation_is_taken_up_or_says_why_not() -> None:
    assert set(HELD) | set(NOT_TAKEN_UP) == set(FLOWS)
    assert set(HELD).isdisjoint(NOT_TAKEN_UP)
