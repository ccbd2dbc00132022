"""Who is asked in the evening, when, and how often; nothing twice, whoever asks and however often."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from flows.steps import OpenReport
from gateway.days import asking
from gateway.db import unit_of_work
from gateway.models import Member
from gateway.reports.opening import open_report
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DeliveryReason, DeliveryState, MemberStatus
from tests.builders import a_member, a_number, a_unit
from tests.conftest import TestClock
from tests.gateway.days.evening import HOUR, MONDAY, a_lead, ask, days, nobody_answers, owed, say, turn_on


@pytest.fixture(autouse=True)
def _is_on(rt: Runtime) -> None:
    turn_on(rt)


def test_lead_is_owed_one_call_at_the_hour(rt: Runtime, clock: TestClock) -> None:
    lead = a_lead(rt)
    a_member(rt, "Ramesh")
    ask(rt)
    assert owed(rt) == []
    clock.forward(**HOUR)
    ask(rt)
    ask(rt)
    (day,) = days(rt)
    (call,) = owed(rt)
    assert (call.reason, call.member_id, call.subject_id) == (DeliveryReason.DAILY, lead, day.id)
    assert (day.member_id, day.delivery_id, day.said) == (lead, call.id, None)
    assert call.expires_at == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # midnight in India


def test_nobody_is_asked_where_it_is_off(rt: Runtime, clock: TestClock) -> None:
    a_lead(rt)
    turn_on(rt, kinds=("block",))
    clock.forward(**HOUR)
    ask(rt)
    assert days(rt) == []


def test_who_cannot_be_called_is_passed_over(rt: Runtime, clock: TestClock) -> None:
    a_lead(rt, name="Mina", consent=None)
    a_lead(rt, name="Omar", title="trainer")
    gone = a_lead(rt, name="Hari")
    lead = a_lead(rt, name="Sita")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Member, gone).status = MemberStatus.LEFT
    clock.forward(**HOUR)
    ask(rt)
    assert [day.member_id for day in days(rt)] == [lead]


def test_first_title_goes_before_the_second(rt: Runtime, clock: TestClock) -> None:
    a_lead(rt, name="Hari", title="booth president")
    lead = a_lead(rt, name="Sita", title="BOOTH LEAD")
    clock.forward(**HOUR)
    ask(rt)
    assert [day.member_id for day in days(rt)] == [lead]


def test_unit_without_a_lead_or_closed_is_not_asked(rt: Runtime, clock: TestClock) -> None:
    a_member(rt, unit="BOOTH-1")
    a_lead(rt, unit="BOOTH-2")
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-2").closed_at = clock()
    clock.forward(**HOUR)
    ask(rt)
    assert days(rt) == []


def test_evening_goes_on_after_a_stop_in_the_middle(rt: Runtime, clock: TestClock) -> None:
    for number in range(5):
        a_lead(rt, unit=f"BOOTH-{number}")
    clock.forward(**HOUR)
    ask(rt, batch=2, seconds=0)
    assert len(days(rt)) == 2
    ask(rt, batch=2)
    assert (len(days(rt)), len(owed(rt))) == (5, 5)


def test_two_schedulers_at_once_ask_once(rt: Runtime, clock: TestClock) -> None:
    for number in range(6):
        a_lead(rt, unit=f"BOOTH-{number}")
    clock.forward(**HOUR)
    both = [threading.Thread(target=ask, args=(rt,), kwargs={"batch": 2}) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    ask(rt, batch=2)
    assert (len(days(rt)), len(owed(rt))) == (6, 6)


def test_question_that_nobody_answers_is_asked_once_more(
    rt: Runtime, clock: TestClock, client: FlaskClient
) -> None:
    number = a_number()
    a_lead(rt, number=number)
    clock.forward(**HOUR)
    ask(rt)
    assert nobody_answers(rt, client) == [number]
    clock.forward(minutes=2)
    ask(rt)
    assert nobody_answers(rt, client) == []
    clock.forward(minutes=30)
    assert nobody_answers(rt, client) == [number]
    for _ in range(3):
        clock.forward(minutes=20)
        ask(rt)
        assert nobody_answers(rt, client) == []


def test_next_lead_is_rung_at_once_where_the_first_does_not_answer(
    rt: Runtime, clock: TestClock, client: FlaskClient
) -> None:
    first, second = a_number(), a_number()
    a_lead(rt, number=first)
    ramesh = a_lead(rt, name="Ramesh", number=second)
    clock.forward(**HOUR)
    ask(rt)
    assert nobody_answers(rt, client) == [first]
    clock.forward(minutes=2)
    ask(rt)
    assert nobody_answers(rt, client) == [second]
    assert [day.member_id for day in days(rt)] == [ramesh]
    clock.forward(minutes=45)
    ask(rt)
    assert nobody_answers(rt, client) == []


def test_nobody_is_rung_after_hours_nor_the_next_morning(
    rt: Runtime, clock: TestClock, client: FlaskClient
) -> None:
    a_lead(rt)
    clock.now = datetime(2026, 11, 23, 15, 45, tzinfo=UTC)  # 21:15 in India
    ask(rt)
    assert nobody_answers(rt, client) == []
    clock.now = datetime(2026, 11, 24, 3, 31, tzinfo=UTC)  # 09:01
    assert nobody_answers(rt, client) == []
    assert [call.state for call in owed(rt)] == [DeliveryState.REFUSED]


def test_answer_takes_back_the_call_that_was_still_owed(rt: Runtime, clock: TestClock) -> None:
    a_lead(rt)
    clock.forward(**HOUR)
    ask(rt)
    say(rt, days(rt)[0], "nothing")
    assert [call.state for call in owed(rt)] == [DeliveryState.CANCELLED]


def report(rt: Runtime, member_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        open_report(unit, rt, Scene(1, member_id, "hi", message_id=None), OpenReport(text="no water"))


def test_lead_who_reported_that_day_has_said_something_and_is_not_rung(rt: Runtime, clock: TestClock) -> None:
    report(rt, a_lead(rt))
    clock.forward(**HOUR)
    ask(rt)
    assert [(day.said, day.streak) for day in days(rt)] == [("something", 1)]
    assert owed(rt) == []


@pytest.mark.parametrize("before", [None, "nothing"])
def test_report_after_the_question_is_something(rt: Runtime, clock: TestClock, before: str | None) -> None:
    lead = a_lead(rt)
    clock.forward(**HOUR)
    ask(rt)
    if before:
        say(rt, days(rt)[0], before)
    report(rt, lead)
    clock.now = datetime(2026, 11, 23, 18, 32, tzinfo=UTC)  # two minutes after midnight
    ask(rt)
    assert [(day.said, day.streak) for day in days(rt)] == [("something", 1)]
    assert [call.state for call in owed(rt) if call.reason == "daily"] == [DeliveryState.CANCELLED]


def test_bell_rings_only_while_there_is_something_to_do(
    rt: Runtime, clock: TestClock, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    a_lead(rt)

    def is_rung() -> bool:
        rung.clear()
        with unit_of_work(rt.engine) as unit:
            asking.ring_due(unit, rt)
        return rung == [("workers.days.ask_leads", ())]

    assert not is_rung()
    clock.forward(**HOUR)
    assert is_rung()
    ask(rt)
    assert not is_rung()
    clock.forward(minutes=1)
    assert is_rung()


# America/New_York loses 02:30 on 8 March 2026 and has it twice on 1 November.
CHANGES = [
    ("02:30", datetime(2026, 3, 8, 6, 59, tzinfo=UTC), datetime(2026, 3, 8, 7, 31, tzinfo=UTC)),
    ("01:30", datetime(2026, 11, 1, 5, 29, tzinfo=UTC), datetime(2026, 11, 1, 6, 31, tzinfo=UTC)),
]


@pytest.mark.parametrize(("hour", "before", "after"), CHANGES)
def test_each_day_is_asked_once_where_the_clocks_change(
    rt: Runtime, clock: TestClock, hour: str, before: datetime, after: datetime
) -> None:
    there = replace(rt, profile=replace(rt.profile, zone="America/New_York"))
    a_lead(rt)
    turn_on(rt, hour=hour)
    clock.now = before
    ask(there)
    assert owed(rt) == []
    for _ in range(4):
        clock.now = after
        ask(there)
        after = after.replace(hour=after.hour + 1)
    assert len(days(rt, before.date())) == len(owed(rt)) == 1


def test_clock_that_is_set_back_asks_nobody_again(rt: Runtime, clock: TestClock) -> None:
    a_lead(rt)
    clock.forward(days=1, **HOUR)
    ask(rt)
    clock.forward(hours=-2)
    ask(rt)
    clock.forward(hours=2)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(text("DELETE FROM settings WHERE name = 'daily-mark'"))
    ask(rt)
    assert len(owed(rt)) == 1
    assert days(rt, MONDAY) == []
