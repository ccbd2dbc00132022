"""The evening's question on a real call: keys, a report in the same call, a hang-up, and a lead who rings back."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.deliveries.send import send_some
from gateway.runtime import Runtime
from tests.builders import a_number
from tests.conftest import TestClock
from tests.gateway.days.evening import HOUR, a_lead, ask, days, owed, turn_on
from tests.lines import CALLS_BACK, Caller

NUMBER = a_number()


@pytest.fixture
def sita(rt: Runtime, clock: TestClock) -> int:
    """A lead whose phone is rung."""
    member_id = a_lead(rt, number=NUMBER)
    turn_on(rt)
    clock.forward(**HOUR)
    ask(rt)
    send_some(rt, "voice")
    return member_id


def picked_up(rt: Runtime, client: FlaskClient) -> Caller:
    placed = rt.voice.placed[-1]
    call = Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
    call.ring()
    return call


@pytest.mark.parametrize(
    ("key", "said"), [("1", "nothing"), ("2", "something"), ("3", "could_not"), ("6", None)]
)
def test_key_is_kept_and_silence_is_not_nothing(
    rt: Runtime, client: FlaskClient, sita: int, key: str, said: str | None
) -> None:
    call = picked_up(rt, client)
    call.press(key)
    call.hang_up(20)
    assert [day.said for day in days(rt)] == [said]


def test_unit_is_named_and_the_question_rings_nobody_again_once_answered(
    rt: Runtime, client: FlaskClient, clock: TestClock, sita: int
) -> None:
    call = picked_up(rt, client)
    assert "Booth 1" in "".join(call.heard)
    call.press("1")
    call.hang_up(20)
    for _ in range(4):
        clock.forward(minutes=20)
        ask(rt)
        send_some(rt, "voice")
    assert len(rt.voice.placed) == 1
    assert len([each for each in owed(rt) if each.reason == "daily"]) == 1


def test_who_hangs_up_without_a_key_is_asked_once_more(
    rt: Runtime, client: FlaskClient, clock: TestClock, sita: int
) -> None:
    picked_up(rt, client).hang_up(2)
    for _ in range(6):
        clock.forward(minutes=15)
        ask(rt)
        send_some(rt, "voice")
        if len(rt.voice.placed) == 2:
            picked_up(rt, client).hang_up(2)
    assert len(rt.voice.placed) == 2
    assert [day.said for day in days(rt)] == [None]
