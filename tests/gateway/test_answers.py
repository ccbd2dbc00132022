"""Staff answer; the member's phone rings with it; the member says whether it is solved."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Delivery, Report
from gateway.reports.answering import answer
from gateway.runtime import Runtime
from gateway.states import DeliveryState, ReportState
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.lines import CALLS_BACK, Caller


@pytest.fixture
def answered(rt: Runtime, client: FlaskClient) -> Caller:
    """Sita has reported from a booth in a block, staff of the booth have answered, her phone is rung."""
    number = a_number()
    a_member(rt, "Sita", number=number, under="BLOCK-1")
    staff_id = a_person_of_staff(rt)
    caller = Caller(client, number)
    caller.ring()
    caller.press("1")
    caller.speak()
    caller.press("2")
    caller.hang_up()
    with unit_of_work(rt.engine) as unit:
        report = unit.db.scalars(select(Report)).one()
        answer(unit, rt, report.id, staff_id, {"hi": "हैंडपंप कल ठीक होगा।"}, {})
    assert send_some(rt, "voice").handed == 1
    placed = rt.voice.placed[-1]
    return Caller(client, number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)


def report_of(rt: Runtime) -> Report:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Report)).one()


def delivery_of(rt: Runtime) -> Delivery:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Delivery).where(Delivery.reason == "answer")).one()


def test_member_hears_the_answer_when_she_picks_up(rt: Runtime, answered: Caller) -> None:
    assert "हैंडपंप कल ठीक होगा" in answered.ring()
    answered.press("1")
    answered.hang_up(20)
    assert report_of(rt).state == ReportState.CONFIRMED
    assert delivery_of(rt).state == DeliveryState.HEARD


def test_report_reopens_one_level_up_when_it_is_not_solved(rt: Runtime, answered: Caller) -> None:
    before = report_of(rt).desk_unit_id
    answered.ring()
    answered.press("2")
    report = report_of(rt)
    assert report.state == ReportState.REOPENED
    assert report.desk_unit_id != before


def test_phone_rings_again_later_when_nobody_answers(rt: Runtime, answered: Caller, clock: TestClock) -> None:
    answered.post(is_over="yes", outcome="no_answer", seconds="0")
    waiting = delivery_of(rt)
    assert (waiting.state, waiting.last_cause) == (DeliveryState.QUEUED, "no_answer")
    assert send_some(rt, "voice").handed == 0
    clock.now = waiting.due_at
    assert send_some(rt, "voice").handed == 1


def test_nothing_rings_at_night_when_staff_answer_late(
    rt: Runtime, answered: Caller, clock: TestClock
) -> None:
    answered.post(is_over="yes", outcome="busy", seconds="0")
    clock.forward(hours=11)
    send_some(rt, "voice")
    assert delivery_of(rt).state == DeliveryState.HELD
    assert len(rt.voice.placed) == 1


def test_newer_answer_takes_the_older_ones_call_back(rt: Runtime, answered: Caller, clock: TestClock) -> None:
    answered.post(is_over="yes", outcome="no_answer", seconds="0")
    with unit_of_work(rt.engine) as unit:
        answer(unit, rt, report_of(rt).id, None, {"hi": "आज ही ठीक होगा।"}, {})
    with unit_of_work(rt.engine) as unit:
        states = unit.db.scalars(
            select(Delivery.state).where(Delivery.reason == "answer").order_by(Delivery.id)
        )
        assert list(states) == [DeliveryState.CANCELLED, DeliveryState.QUEUED]
