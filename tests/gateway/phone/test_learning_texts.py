"""How each question by SMS fared is counted when the conversation ends: to its end, left for another, or never answered."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway import waiting
from gateway.db import unit_of_work
from gateway.models import Conversation, Report
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.phone.test_learning import counted
from tests.walks import all_of, text


@pytest.fixture
def number(rt: Runtime) -> Number:
    number = a_number()
    a_member(rt, "Sita", number=number)
    return number


def test_menu_walked_to_its_end_is_counted_as_texted(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    for said in ("MENU", "7", "1", "चापाकल टूटा है", "2"):
        text(client, number, said)
    menu, problem = counted(rt, "main_menu")["menu"], counted(rt, "problem")
    assert (menu.channel, menu.calls, menu.asked, menu.wrong, menu.answered) == ("sms", 1, 2, 1, 1)
    assert (problem["record"].answered, problem["urgency"].answered) == (1, 1)
    assert menu.is_first and menu.language == "hi"


def test_second_menu_counts_the_first_as_left_and_nobody_as_new(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    text(client, number, "MENU")
    text(client, number, "MENU")
    first = counted(rt, "main_menu", is_first=True)["menu"]
    assert (first.asked, first.away) == (1, 1)
    text(client, number, "MENU")
    again = counted(rt, "main_menu", is_first=False)["menu"]
    assert (again.asked, again.away) == (1, 1)


def test_menu_of_yesterday_is_over_and_counts_as_hung_up(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock
) -> None:
    text(client, number, "MENU")
    clock.forward(hours=25)
    text(client, number, "1")
    assert counted(rt, "main_menu")["menu"].hung_up == 1
    assert [each.state for each in all_of(rt, Report)] == ["draft"]


def test_night_ends_what_was_never_answered_and_lets_young_ones_be(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock
) -> None:
    text(client, number, "REPORT पानी नहीं है")
    clock.forward(days=6)
    _night(rt)
    assert len(all_of(rt, Conversation)) == 1
    clock.forward(days=2)
    _night(rt)
    assert all_of(rt, Conversation) == []
    assert counted(rt, "sms_urgency")["ask"].hung_up == 1
    _night(rt)
    assert counted(rt, "sms_urgency")["ask"].asked == 1


def _night(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        waiting.forget_unanswered(unit, rt)
