"""The evening by phone: a lead says how the day was, also when they ring back; a leader hears the day's figures."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Call, Delivery, Report, Staff
from gateway.phones import Number
from gateway.rollups import send
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from gateway.store import numbers
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.days.evening import HOUR, a_lead, ask, days, turn_on
from tests.gateway.rollups.frozen import EVENING, a_report, frozen
from tests.lines import Caller
from tests.walks import NOTE, all_of, go_on, picked_up, walk, words


@pytest.fixture
def lead(rt: Runtime, clock: TestClock, number: Number) -> int:
    """Sita leads a booth; it is a minute after the hour and her call is owed."""
    lead_id = a_lead(rt, number=number)
    turn_on(rt)
    clock.forward(**HOUR)
    ask(rt)
    return lead_id


def said(rt: Runtime) -> list[str | None]:
    return [each.said for each in days(rt)]


def test_lead_says_that_nothing_was_wrong(rt: Runtime, client: FlaskClient, lead: int) -> None:
    call = picked_up(rt, client)
    assert words(rt, "daily.ask", unit="Booth 1") in call.ring()
    assert words(rt, "daily.nothing") in call.press("1")
    assert said(rt) == ["nothing"]
    assert [each.entered for each in all_of(rt, Call)] == ["daily"]


def test_lead_tells_something_and_the_day_is_kept_first(rt: Runtime, client: FlaskClient, lead: int) -> None:
    call = picked_up(rt, client)
    assert "record 60" in walk(call, "2")
    assert said(rt) == ["something"]
    go_on(call, NOTE, "2")
    assert len(all_of(rt, Report)) == 1


def test_lead_who_could_not_look_says_so(rt: Runtime, client: FlaskClient, lead: int) -> None:
    walk(picked_up(rt, client), "3")
    assert said(rt) == ["could_not"]


def test_lead_who_missed_the_call_is_asked_when_she_rings(
    rt: Runtime, client: FlaskClient, lead: int, number: Number
) -> None:
    picked_up(rt, client).hang_up(0, "no_answer")
    call = Caller(client, number)
    assert words(rt, "daily.is_nothing") in call.ring()
    assert words(rt, "main_menu.problem") in call.press("1")
    assert said(rt) == ["nothing"]
    assert words(rt, "daily.is_nothing") not in Caller(client, number).ring()


def test_nothing_of_the_unit_is_said_before_the_lead_said_that_it_is_she(
    rt: Runtime, client: FlaskClient, lead: int, number: Number
) -> None:
    a_member(rt, "Ramesh", number=number)
    call = picked_up(rt, client)
    assert "Booth 1" not in call.ring()
    assert words(rt, "daily.ask", unit="Booth 1") in call.press("1")


def test_leader_hears_the_day_and_hears_it_again(rt: Runtime, client: FlaskClient, clock: TestClock) -> None:
    a_report(rt, a_member(rt), category="21")
    with unit_of_work(rt.engine) as unit:
        leader = unit.db.get_one(Staff, a_person_of_staff(rt, "Asha", "coordinator"))
        leader.number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        leader.brief, leader.locale = "voice", "hi"
    clock.forward(**EVENING)
    frozen(rt)
    send.send_due(rt)
    call = picked_up(rt, client)
    heard = call.ring()
    for prompt, values in (("brief.new", {"new": "एक"}), ("brief.first", {"category": "21"})):
        assert words(rt, prompt, **values) in heard
    assert words(rt, "brief.new", new="एक") in call.press("9")
    assert words(rt, "brief.bye") in call.wait()
    call.hang_up(40)
    assert [each.state for each in all_of(rt, Delivery, Delivery.reason == "brief")] == [DeliveryState.HEARD]
    assert send_some(rt, "voice").handed == 0
