"""A coordinator's word allows one call that asks, and nothing else (contract: CSV files; rules.md L5)."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.broadcasts import audience
from gateway.db import unit_of_work
from gateway.deliveries.owe import owe_introductions
from gateway.deliveries.send import send_some
from gateway.models import Broadcast, Delivery, Member, Staff
from gateway.people.members import import_members
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.sounds import wanted_for
from gateway.states import DeliveryState
from gateway.store import sender, suppressions
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.consent.looks import left_alone, state, texts
from tests.gateway.people.lists import HEADER
from tests.lines import CALLS_BACK, Caller
from tests.walks import words

S = ConsentState
NUMBER = a_number()


@pytest.fixture
def rama(rt: Runtime) -> int:
    """A member by a coordinator's word; their introduction is owed."""
    member_id = a_member(rt, "Rama", number=NUMBER, consent="coordinator")
    introduce(rt, member_id)
    return member_id


def introduce(rt: Runtime, member_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, member_id)
        owe_introductions(unit, rt, [(member.id, member.number_id or 0, "hi")])


def rung(rt: Runtime, clock: TestClock, days: int = 0) -> int:
    """How often the phone was rung by now, every hour of these days tried."""
    for _ in range(24 * days + 1):
        send_some(rt, "voice")
        if days:
            clock.forward(hours=1)
    return len(rt.voice.placed)


def pick_up(rt: Runtime, client: FlaskClient) -> Caller:
    placed = rt.voice.placed[-1]
    call = Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
    call.ring()
    return call


ANSWERS = [("1", 60, S.ALL), ("1", 3, S.ALL), ("2", 60, S.NONE), ("2", 3, S.NONE), ("", 60, S.INTRODUCTION)]


@pytest.mark.parametrize(("key", "seconds", "expected"), ANSWERS)
def test_one_call_is_all_whatever_was_said(
    rt: Runtime, client: FlaskClient, clock: TestClock, rama: int, key: str, seconds: int, expected: S
) -> None:
    assert rung(rt, clock) == 1
    call = pick_up(rt, client)
    for _ in range(4):  # silence, and the question once more
        call.press(key) if key else call.wait()
    call.hang_up(seconds)
    introduce(rt, rama)  # the list is imported again
    assert rung(rt, clock, days=3) == 1
    assert state(rt, rama) == expected
    assert len(texts(rt)) == (
        key == "1"
    )  # who joined is told once how to leave; nobody else hears a word more
    assert left_alone(rt, NUMBER) == (["opt-out"] if key == "2" else [])


def test_nobody_picked_up_is_tried_again_as_all_are_and_then_left(
    rt: Runtime, client: FlaskClient, clock: TestClock, rama: int
) -> None:
    for _ in range(10):
        before = len(rt.voice.placed)
        if rung(rt, clock, days=2) == before:
            break
        placed = rt.voice.placed[-1]
        call = Caller(client, NUMBER, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
        call.hang_up(0, "no_answer")
    assert 2 <= len(rt.voice.placed) <= 6  # rules.md L9
    assert state(rt, rama) == S.INTRODUCTION


def test_who_may_only_be_asked_is_in_no_audience(rt: Runtime, rama: int) -> None:
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        found = audience.count(unit.db, unit.db.get_one(Broadcast, broadcast_id))
    assert (found.count, found.left_out) == (0, {"no-consent": 1})


def test_nobody_is_asked_anew_on_a_phone_that_was_opted_out_of_late(
    rt: Runtime, client: FlaskClient, clock: TestClock, rama: int
) -> None:
    rung(rt, clock)
    call = pick_up(rt, client)
    call.press("2")
    call.hang_up()
    clock.forward(days=rt.profile.rest_days - 1)
    ramesh = a_member(rt, "Ramesh", number=NUMBER, consent="coordinator")
    with unit_of_work(rt.engine) as unit:  # somebody else on this phone has joined by themselves since
        suppressions.lift_opt_out(unit.db, rt.vault.index(NUMBER), rt.clock())
    introduce(rt, ramesh)
    assert rung(rt, clock, days=3) == 1
    with unit_of_work(rt.engine) as unit:
        owed = unit.db.scalars(select(Delivery).where(Delivery.member_id == ramesh)).one()
    assert (owed.state, owed.reason_code) == (DeliveryState.REFUSED, "resting")


def vouched(rt: Runtime) -> int:
    """A member whom Asha vouched for in a list of hers."""
    asha = a_person_of_staff(rt, role="coordinator")
    row = f"{HEADER}{NUMBER},Rama,hi,BOOTH-1,,coordinator,\n"
    import_members(rt, io.BytesIO(row.encode()), staff=asha)
    return asha


def test_call_says_who_gave_the_number(rt: Runtime, client: FlaskClient, clock: TestClock) -> None:
    asha = vouched(rt)
    assert {each.text for each in wanted_for(rt, "staff", asha)} == {"Asha"}
    rung(rt, clock)
    assert "Asha ने आपका नंबर दिया है।" in pick_up(rt, client).heard[0]


@pytest.mark.parametrize("why", ["left", "discreet"])
def test_nobody_is_named_who_left_or_where_we_are_discreet(
    rt: Runtime, client: FlaskClient, clock: TestClock, why: str
) -> None:
    asha = vouched(rt)
    with unit_of_work(rt.engine) as unit:
        if why == "left":
            unit.db.get_one(Staff, asha).disabled_at = rt.clock()
        else:
            sender.keep_sender(unit.db, sender.Sender(calls=sender.SILENT))
    rung(rt, clock)
    assert "Asha" not in pick_up(rt, client).heard[0]


def test_who_rings_before_joining_hears_whom_they_know(rt: Runtime, client: FlaskClient) -> None:
    vouched(rt)
    said = Caller(client, NUMBER).ring()
    assert words(rt, "greeting.local", coordinator="Asha") in said
