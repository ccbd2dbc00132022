"""Pausing and stopping a broadcast by phone: the code opens, not the number; role and unit at every deed."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from flows.steps import Speak, SteerBroadcast
from gateway import steering
from gateway.access import passwords
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import AuditEntry, Broadcast, Call, Callback, Staff
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import BroadcastState
from gateway.store import numbers
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.console.desk import a_desk
from tests.gateway.test_broadcasts import start
from tests.lines import Caller

CODE, WRONG = "48213", "7531"
KEPT = passwords.hash_password(CODE)


def a_leader(rt: Runtime, role: str = "coordinator", unit: str = "BOOTH-1") -> Number:
    """Somebody of staff who has joined, too, with a phone code; returns their number."""
    number = a_number()
    a_member(rt, "Meera", number=number, unit="BOOTH-9")
    staff_id = a_person_of_staff(rt, "Meera", role, unit)
    with unit_of_work(rt.engine) as work:
        person = work.db.get_one(Staff, staff_id)
        person.number_id = numbers.add_number(work.db, rt.vault, number, rt.clock())
        person.phone_code_hash = KEPT
    return number


def a_running(rt: Runtime, unit: str = "BOOTH-1", members: int = 3) -> int:
    for _ in range(members):
        a_member(rt, unit=unit)
    broadcast_id = a_broadcast(rt, unit=unit)
    start(rt, broadcast_id)
    return broadcast_id


def in_charge(client: FlaskClient, number: Number, code: str = CODE) -> Caller:
    """A call in which the way in was found and a code keyed."""
    phone = Caller(client, number)
    phone.ring()
    phone.press("6")
    phone.press(code)
    phone.wait()
    return phone


def said(rt: Runtime, phone: Caller) -> str:
    with unit_of_work(rt.engine) as unit:
        call = unit.db.scalars(select(Call).where(Call.provider_id == phone.provider_id)).one()
    assert call.conversation is not None
    return str(call.conversation["said"]["text"])


def state(rt: Runtime, broadcast_id: int) -> BroadcastState:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).state


def audited(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_leader_hears_how_it_stands_pauses_goes_on_and_stops(rt: Runtime, client: FlaskClient) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    phone = in_charge(client, number)
    assert "Meeting" in said(rt, phone) and "तीन में से शून्य तक पहुँचा" in said(rt, phone)
    phone.press("1")
    assert state(rt, broadcast_id) == BroadcastState.PAUSED
    assert send_some(rt, "voice").handed == 0  # no new call after the deed
    phone.wait()
    assert "रोक दिया है" in said(rt, phone)
    phone = in_charge(client, number)
    phone.press("2")
    assert state(rt, broadcast_id) == BroadcastState.RUNNING
    phone = in_charge(client, number)
    phone.press("3")
    phone.press("1")
    assert state(rt, broadcast_id) == BroadcastState.RUNNING
    phone.press("1")
    assert state(rt, broadcast_id) == BroadcastState.STOPPED
    assert [each for each in audited(rt) if each in ("pause", "resume", "stop")] == [
        "pause",
        "resume",
        "stop",
    ]
    with unit_of_work(rt.engine) as unit:
        entry = unit.db.scalars(select(AuditEntry).where(AuditEntry.action == "pause")).one()
    assert (entry.subject_id, entry.details, entry.staff_id is not None) == (
        broadcast_id,
        {"how": "phone"},
        True,
    )


def test_a_stop_needs_two_answers(rt: Runtime, client: FlaskClient) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    phone = in_charge(client, number)
    phone.press("3")
    phone.press("1")
    phone.press("2")
    assert state(rt, broadcast_id) == BroadcastState.RUNNING


def test_a_spoofed_number_without_the_code_opens_nothing(rt: Runtime, client: FlaskClient) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    phone = in_charge(client, number, WRONG)
    for key in ("1", "3", "1", "1", "2"):
        phone.press(key)
    assert state(rt, broadcast_id) == BroadcastState.RUNNING
    assert "Meeting" not in str(phone.heard)
    assert "phone-code-wrong" in audited(rt)


def test_five_wrong_codes_lock_it_for_an_hour_also_for_the_right_one(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    for _ in range(5):
        in_charge(client, number, WRONG)
    assert audited(rt).count("phone-code-wrong") == 4 and audited(rt).count("phone-code-locked") == 1
    locked = in_charge(client, number)
    assert "एक घंटे बाद" in said(rt, locked)
    clock.forward(minutes=59)
    assert "एक घंटे बाद" in said(rt, in_charge(client, number))
    clock.forward(minutes=2)
    in_charge(client, number).press("1")
    assert state(rt, broadcast_id) == BroadcastState.PAUSED


def test_a_code_is_kept_nowhere_in_words(rt: Runtime, client: FlaskClient) -> None:
    number = a_leader(rt)
    a_running(rt)
    in_charge(client, number)
    with unit_of_work(rt.engine) as unit:
        calls = [(call.facts, call.conversation) for call in unit.db.scalars(select(Call))]
        posts = [bytes(each.sealed_body or b"") for each in unit.db.scalars(select(Callback))]
        log = [each.details for each in unit.db.scalars(select(AuditEntry))]
    assert CODE not in str(calls) + str(log)
    assert all(CODE.encode() not in each for each in posts)


def test_of_another_unit_nothing_is_heard_nor_done(rt: Runtime, client: FlaskClient) -> None:
    number, other = a_leader(rt), a_running(rt, "BOOTH-2")
    own = a_running(rt)
    phone = in_charge(client, number)
    phone.wait()
    phone.wait()  # past the only one of theirs: what else a phone code is good for
    assert rt.words.text(Speak("reading.number", "hi")) in said(rt, phone)
    with unit_of_work(rt.engine) as unit:  # even where a conversation named it
        person = unit.db.scalars(select(Staff)).one()
        scene = Scene(person.number_id, None, "hi")
        facts = {"steering": {"is_open": True, "staff": person.id}}
        assert steering.perform(unit, rt, scene, facts, SteerBroadcast(other, "stop")) == {"steered": ""}
    assert (state(rt, other), state(rt, own)) == (BroadcastState.RUNNING, BroadcastState.RUNNING)


def test_who_was_let_go_in_the_middle_of_the_call_can_do_nothing_more(
    rt: Runtime, client: FlaskClient
) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    phone = in_charge(client, number)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Staff).values(disabled_at=rt.clock()))
    phone.press("1")
    phone.wait()
    assert state(rt, broadcast_id) == BroadcastState.RUNNING
    assert "यह नहीं हो पाया" in said(rt, phone)


@pytest.mark.parametrize("role", ["staff", "listener", "auditor"])
def test_for_roles_that_may_not_send_six_is_a_wrong_key(rt: Runtime, client: FlaskClient, role: str) -> None:
    number = a_leader(rt, role)
    a_running(rt)
    phone = Caller(client, number)
    phone.ring()
    phone.press("6")
    assert "कोई बात नहीं" in said(rt, phone)


def test_with_nothing_under_way_there_is_no_way_in(rt: Runtime, client: FlaskClient) -> None:
    phone = Caller(client, a_leader(rt, "approver"))
    phone.ring()
    phone.press("6")
    assert "कोई बात नहीं" in said(rt, phone)


def test_staff_who_never_joined_are_asked_at_once(rt: Runtime, client: FlaskClient) -> None:
    number, broadcast_id = a_leader(rt), a_running(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(
            update(Staff).values(
                number_id=numbers.add_number(unit.db, rt.vault, a_number(424242), rt.clock())
            )
        )
    phone = Caller(client, a_number(424242))
    phone.ring()
    phone.press(CODE)
    phone.wait()
    phone.press("1")
    assert state(rt, broadcast_id) == BroadcastState.PAUSED
    assert number != a_number(424242)


BAD = ["123", "1234567", "1111", "4567", "9876", "12a4", ""]


@pytest.mark.parametrize("code", BAD)
def test_a_code_that_is_guessed_is_refused_in_words(app: Flask, rt: Runtime, code: str) -> None:
    desk = a_desk(app, rt)
    _password(rt, desk.staff_id)
    form = {"phone-code": code, "code-password": "a long quiet river"}
    answer = desk.post("/account/phone-code", **form)
    assert (answer.status_code, "four to six digits" in answer.get_data(as_text=True)) == (422, True)


def test_a_code_is_kept_as_a_hash_with_the_password_and_taken_away(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    _password(rt, desk.staff_id)
    wrong = desk.post("/account/phone-code", **{"phone-code": CODE, "code-password": "no"})
    assert "not your present password" in wrong.get_data(as_text=True)
    form = {"phone-code": CODE, "code-password": "a long quiet river"}
    assert desk.post("/account/phone-code", **form).status_code == 302
    kept = _hash(rt, desk.staff_id)
    assert kept is not None and CODE not in kept and passwords.is_password(kept, CODE)
    assert "Take the phone code away" in desk.read("/account")
    desk.post("/account/phone-code/remove")
    assert _hash(rt, desk.staff_id) is None
    assert {"phone-code-kept", "phone-code-removed"} <= set(audited(rt))


def test_a_role_that_may_not_send_has_no_phone_code(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, role="staff")
    assert "Pause and stop by phone" not in desk.read("/account")
    assert desk.post("/account/phone-code", **{"phone-code": CODE}).status_code == 403


def _password(rt: Runtime, staff_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Staff, staff_id).password_hash = passwords.hash_password("a long quiet river")


def _hash(rt: Runtime, staff_id: int) -> str | None:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Staff, staff_id).phone_code_hash
