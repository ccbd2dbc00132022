"""Newly joined at the desk: placed and named, cleared or refused, new numbers confirmed; the next block sees nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from gateway import codes, number_changes
from gateway.db import unit_of_work
from gateway.enrolment.lost import lose_number
from gateway.models import AuditEntry, Enrolment, Member, NumberChange, VoiceNote
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from tests.builders import a_member, a_number, a_unit
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.seats import a_sound, a_tree
from tests.lines import Caller
from tests.walks import JOINS, NOTE, SILENCE, all_of, members_on, text, the_member, walk


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def top(app: Flask, rt: Runtime) -> Desk:
    a_tree(rt)
    return a_desk(app, rt, "Meera", unit="AGRA")


@pytest.fixture
def newcomer(rt: Runtime, client: FlaskClient, top: Desk, number: Number) -> str:
    """Somebody has joined by voice; name and village have been fetched. Returns the public id."""
    caller = Caller(client, number)
    walk(caller, *JOINS)
    caller.hang_up()
    fetched(rt)
    return the_member(rt, number).public_id


def fetched(rt: Runtime) -> None:
    clip = rt.notes.store_take(a_sound())
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(
            update(VoiceNote).values(
                clip_key=clip.key, seconds=clip.seconds, peaks=[40] * 160, fetched_at=rt.clock()
            )
        )


def joins_with(rt: Runtime, client: FlaskClient, code: str, number: Number) -> str:
    walk(Caller(client, number), "1", "1", "2", "1", NOTE, "1", code, SILENCE)
    return the_member(rt, number).public_id


def test_coordinator_hears_name_and_village_and_places_the_member(
    rt: Runtime, top: Desk, newcomer: str, number: Number
) -> None:
    page = top.read("/members/joined")
    assert page.count("/members/joined/notes/") >= 2
    top.post(f"/members/joined/{newcomer}/place", name="  Sita   Devi ", unit="BOOTH-1")
    member = the_member(rt, number)
    with unit_of_work(rt.engine) as unit:
        assert member.unit_id == a_unit(unit.db, "BOOTH-1").id
    assert (member.name, member.search != "") == ("Sita Devi", True)
    assert newcomer not in top.read("/members/joined")
    assert "member-placed" in [each.action for each in all_of(rt, AuditEntry)]


def test_unit_that_does_not_exist_places_nobody(
    rt: Runtime, top: Desk, newcomer: str, number: Number
) -> None:
    top.post(f"/members/joined/{newcomer}/place", name="Sita", unit="NOWHERE")
    assert the_member(rt, number).name == ""
    assert "There is no such unit" in top.read("/members/joined")


def test_recording_is_heard_by_whoever_places_and_noted(rt: Runtime, top: Desk, newcomer: str) -> None:
    note = all_of(rt, VoiceNote)[0]
    heard = top.get(f"/members/joined/notes/{note.public_id}.wav")
    assert (heard.status_code, heard.mimetype) == (200, "audio/wav")
    assert heard.headers["Cache-Control"] == "private, no-store"
    assert "voice-note-played" in [each.action for each in all_of(rt, AuditEntry)]


def test_next_block_sees_hears_and_places_nobody_of_this_one(
    app: Flask, rt: Runtime, client: FlaskClient, top: Desk, number: Number
) -> None:
    with unit_of_work(rt.engine) as unit:
        inviter = a_member_of(rt, "BOOTH-1")
        code = codes.own_code(unit, rt, inviter).code
    public_id = joins_with(rt, client, code, number)
    fetched(rt)
    note = all_of(rt, VoiceNote)[0].public_id
    here, beside = a_desk(app, rt, "Asha", unit="ACH"), a_desk(app, rt, "Ravi", unit="BAH")
    assert public_id in here.read("/members/joined")
    assert public_id not in beside.read("/members/joined")
    assert beside.get(f"/members/joined/notes/{note}.wav").status_code == 404
    assert here.get(f"/members/joined/notes/{note}.wav").status_code == 200
    assert beside.post(f"/members/joined/{public_id}/place", unit="BOOTH-2").status_code == 404
    assert beside.post(f"/members/joined/{public_id}/clear").status_code == 404
    here.post(f"/members/joined/{public_id}/place", unit="BOOTH-2")
    assert enrolment(rt).placed_at is None


def test_odd_joining_is_shown_with_its_reason_and_cleared(
    rt: Runtime, client: FlaskClient, top: Desk, number: Number
) -> None:
    inviter = a_member_of(rt, "BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        code = codes.own_code(unit, rt, inviter).code
    public_id = joins_with(rt, client, code, number)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Enrolment).values(flags=["burst"]))
    assert "more in a short time" in top.read("/members/joined")
    top.post(f"/members/joined/{public_id}/clear")
    assert enrolment(rt).cleared_by_id == top.staff_id
    top.post(f"/members/joined/{public_id}/refuse")
    assert enrolment(rt).flags == ["burst"]


def test_member_of_the_same_name_is_pointed_out(
    rt: Runtime, client: FlaskClient, top: Desk, number: Number
) -> None:
    a_member(rt, "Sita Devi", unit="BOOTH-1")
    for said in ("JOIN", "1", "सीता देवी", "रामपुर"):
        text(client, number, said)
    page = top.read("/members/joined")
    assert "May be the same person" in page
    assert "रामपुर" in page


def test_new_number_is_confirmed_and_who_joined_anew_is_one_with_the_member(
    rt: Runtime, client: FlaskClient, top: Desk, newcomer: str, number: Number
) -> None:
    sita_id = a_member(rt, "Sita", number=a_number(111_222), unit="BOOTH-1")
    first = Caller(client, number)
    walk(first, "0", "7", "2", NOTE)
    first.hang_up()
    change = all_of(rt, NumberChange)[0]
    sita = all_of(rt, Member, Member.id == sita_id)[0]
    found = top.read(f"/members/joined/numbers/{change.public_id}?q=Sita")
    assert sita.public_id in found
    top.post(f"/members/joined/numbers/{change.public_id}/ask", member=sita.public_id)
    assert "We are asking on the old number" in top.read("/members/joined")
    with unit_of_work(rt.engine) as unit:
        number_changes.answered(unit, rt, change.id, "yes", change.old_number_id)
    top.post(f"/members/joined/numbers/{change.public_id}/confirm")
    assert [(each.name, each.id) for each in members_on(rt, number)] == [("Sita", sita_id)]
    gone = all_of(rt, Member, Member.public_id == newcomer)[0]
    assert (gone.status, gone.merged_into_id) == (MemberStatus.LEFT, sita_id)


def test_new_number_is_refused_and_asked_but_once(
    rt: Runtime, client: FlaskClient, top: Desk, number: Number
) -> None:
    a_member(rt, "Sita", number=a_number(111_333), unit="BOOTH-1")
    walk(Caller(client, number), "1", "1", "3", NOTE)
    change, sita = all_of(rt, NumberChange)[0], the_member(rt, a_number(111_333))
    for _ in range(2):
        top.post(f"/members/joined/numbers/{change.public_id}/ask", member=sita.public_id)
    top.post(f"/members/joined/numbers/{change.public_id}/refuse")
    assert top.post(f"/members/joined/numbers/{change.public_id}/confirm").status_code == 404
    assert the_member(rt, a_number(111_333)).name == "Sita"


def test_lost_number_is_listed_where_its_member_lives(
    app: Flask, rt: Runtime, top: Desk, number: Number
) -> None:
    sita_id = a_member(rt, "Sita of the well", number=number, unit="BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        assert lose_number(unit, rt, unit.db.get_one(Member, sita_id).number_id, sita_id)
    assert "Sita of the well" in a_desk(app, rt, "Asha", unit="ACH").read("/members/joined")
    assert "Sita of the well" not in a_desk(app, rt, "Ravi", unit="BAH").read("/members/joined")


@pytest.mark.parametrize("role", ["staff", "listener", "approver", "auditor"])
def test_page_is_for_who_may_change_members(app: Flask, rt: Runtime, top: Desk, role: str) -> None:
    assert a_desk(app, rt, role, role=role, unit="ACH").get("/members/joined").status_code == 403


def a_member_of(rt: Runtime, unit: str) -> int:
    return a_member(rt, "Gita", unit=unit)


def enrolment(rt: Runtime) -> Enrolment:
    found: Enrolment = all_of(rt, Enrolment)[-1]
    return found
