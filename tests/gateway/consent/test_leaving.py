"""Leaving in one key, one word, one missed call or by a coordinator; rejoining by one's own act (journeys.md M1, M6)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway import leaving
from gateway.app import create_app
from gateway.channels.base import MessageArrived
from gateway.db import unit_of_work
from gateway.deliveries.send import line_of
from gateway.inbox import message_arrived
from gateway.models import Delivery, Member
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.settings_values import voice_lines
from gateway.states import DeliveryReason
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.consent.looks import ledger, left_alone, state, texts, words
from tests.lines import ANSWERS, CALLS_BACK, Caller

S = ConsentState
STOPS = "+918000000003"
_ids = itertools.count(1)


def sms(rt: Runtime, number: Number, text: str) -> None:
    message_arrived(rt, MessageArrived(f"sms-{next(_ids)}", number, CALLS_BACK, text, raw={}))


@pytest.fixture
def sita(rt: Runtime, clock: TestClock) -> tuple[int, Number]:
    number = a_number()
    member_id = a_member(rt, "Sita", number=number)
    clock.forward(minutes=1)
    return member_id, number


def eight(client: FlaskClient, number: Number) -> Caller:
    """A call of ours is picked up and 8 pressed at once."""
    call = Caller(client, number, CALLS_BACK, is_inbound=False)
    call.ring()
    call.press("8")
    return call


def test_eight_ends_everything_before_the_second_question(
    rt: Runtime, client: FlaskClient, sita: tuple[int, Number]
) -> None:
    call = eight(client, sita[1])
    assert (state(rt, sita[0]), left_alone(rt, sita[1])) == (S.NONE, ["opt-out"])
    assert texts(rt) == []  # they have not said yet what exactly should end
    call.hang_up()
    assert texts(rt) == [words(rt, "sms.stopped")]
    entry = ledger(rt, sita[0])[-1]
    assert (entry.action, entry.how, entry.purpose, entry.call_id is not None) == (
        "withdrawn",
        "key",
        "all",
        True,
    )


def test_eight_then_two_keeps_what_is_no_campaign(
    rt: Runtime, client: FlaskClient, clock: TestClock, sita: tuple[int, Number]
) -> None:
    call = eight(client, sita[1])
    clock.forward(seconds=4)
    call.press("2")
    call.hang_up()
    call.hang_up()  # posted twice
    assert (state(rt, sita[0]), left_alone(rt, sita[1])) == (S.ORGANISATIONAL, [])
    assert texts(rt) == [words(rt, "sms.stopped_campaign")]


WORDS = [("STOP", S.NONE, "sms.stopped"), ("प्रचार बंद", S.ORGANISATIONAL, "sms.stopped_campaign")]


@pytest.mark.parametrize(("text", "expected", "said"), WORDS)
def test_one_word_ends_its_purpose_and_is_confirmed_once(
    rt: Runtime, clock: TestClock, sita: tuple[int, Number], text: str, expected: S, said: str
) -> None:
    for _ in range(3):
        sms(rt, sita[1], text)
        clock.forward(minutes=1)
    assert state(rt, sita[0]) == expected
    assert texts(rt) == [words(rt, said)]
    assert ledger(rt, sita[0])[-1].message_id is not None


def test_shared_phone_only_who_speaks_leaves_until_nobody_is_left(
    rt: Runtime, clock: TestClock, sita: tuple[int, Number]
) -> None:
    ramesh = a_member(rt, "Ramesh", number=sita[1])
    clock.forward(minutes=1)
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.get_one(Member, ramesh).number_id
    for member_id, left in ((sita[0], []), (ramesh, ["opt-out"])):
        with unit_of_work(rt.engine) as unit:
            leaving.withdraw(unit, rt, leaving.Scene(number_id, member_id, "hi"), "all")
        assert (state(rt, member_id), left_alone(rt, sita[1])) == (S.NONE, left)


def test_text_from_a_shared_phone_speaks_for_everybody(rt: Runtime, sita: tuple[int, Number]) -> None:
    ramesh = a_member(rt, "Ramesh", number=sita[1])
    sms(rt, sita[1], "BAND")
    assert [state(rt, each) for each in (sita[0], ramesh)] == [S.NONE, S.NONE]
    assert len(texts(rt)) == 1


def test_missed_call_to_the_stop_number_ends_everything(rt: Runtime, sita: tuple[int, Number]) -> None:
    lines = voice_lines(f"{STOPS}=stop,{CALLS_BACK}=call-back,{ANSWERS}=answer")
    rt = replace(rt, settings=replace(rt.settings, voice_numbers=lines))
    client = create_app(rt.settings, rt).test_client()
    for _ in range(2):
        call = Caller(client, sita[1], STOPS)
        assert call.ring() == "decline"
        call.hang_up(0, "rejected")
    assert (state(rt, sita[0]), left_alone(rt, sita[1])) == (S.NONE, ["opt-out"])
    assert texts(rt) == [words(rt, "sms.stopped")]
    assert ledger(rt, sita[0])[-1].how == "ring"
    assert line_of(rt, "voice") == CALLS_BACK  # nobody is rung from the number that ends calls


def test_ring_of_who_left_is_rung_back_once_and_silence_keeps_the_opt_out(
    rt: Runtime, client: FlaskClient, clock: TestClock, sita: tuple[int, Number]
) -> None:
    sms(rt, sita[1], "STOP")
    clock.forward(minutes=5)
    Caller(client, sita[1], CALLS_BACK).ring()
    with unit_of_work(rt.engine) as unit:
        owed = unit.db.scalars(select(Delivery.reason).where(Delivery.reason == DeliveryReason.RING)).all()
    assert len(owed) == 1
    call = Caller(client, sita[1], CALLS_BACK, is_inbound=False)
    call.ring()
    for _ in range(4):
        call.wait()
    call.hang_up()
    assert (state(rt, sita[0]), left_alone(rt, sita[1])) == (S.NONE, ["opt-out"])


def test_start_and_a_yes_of_their_own_bring_back(
    rt: Runtime, clock: TestClock, sita: tuple[int, Number]
) -> None:
    for text in ("STOP", "START", "1"):
        sms(rt, sita[1], text)
        assert state(rt, sita[0]) == (S.ALL if text == "1" else S.NONE)
        clock.forward(minutes=1)
    assert left_alone(rt, sita[1]) == []
    agreed = ledger(rt, sita[0])[-1]
    assert agreed.expires_at == agreed.at + timedelta(days=rt.profile.consent_days)


@pytest.mark.parametrize(("purpose", "expected"), [("all", S.NONE), ("campaign", S.ORGANISATIONAL)])
def test_coordinator_ends_it_on_request_and_the_member_is_told(
    rt: Runtime, sita: tuple[int, Number], purpose: str, expected: S
) -> None:
    staff_id = a_person_of_staff(rt, role="coordinator")
    for _ in range(2):
        with unit_of_work(rt.engine) as unit:
            leaving.withdraw_for(unit, rt, unit.db.get_one(Member, sita[0]), purpose, staff_id)
    assert state(rt, sita[0]) == expected
    assert len(texts(rt)) == 1
    assert ledger(rt, sita[0])[-1].staff_id == staff_id
