"""Members at the console: looked up, shown, added and imported, always at or below the viewer's unit."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Consent, Member
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.store import member_list
from tests.builders import a_member, a_number, a_unit
from tests.gateway.console.desk import a_desk

GIVEN = {"name": "Kamla", "phone": "070000 00501", "unit": "BOOTH-1", "language": "hi", "consent": "paper"}


def public_id(rt: Runtime, member_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Member, member_id).public_id


def count(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count(Member.id))).one()


def test_members_are_found_by_a_part_of_their_name_and_by_unit(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="BLOCK")
    a_member(rt, "Sita Devi", under="BLOCK")
    a_member(rt, "Ramesh", unit="BOOTH-2", under="BLOCK")
    assert "Sita Devi" in desk.read("/members?q=sit")
    assert "Ramesh" not in desk.read("/members?q=sit")
    assert "Sita Devi" not in desk.read("/members?unit=BOOTH-2")
    assert "Nobody is found" in desk.read("/members?q=100%25")


def test_exact_number_finds_everybody_on_it_and_is_noted(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt, "Sita", number=a_number(700))
    a_member(rt, "Ramesh", number=a_number(700))
    a_member(rt, "Mina", number=a_number(701))
    page = desk.post("/members/by-number", number="070000 00700").get_data(as_text=True)
    assert "Sita" in page
    assert "Ramesh" in page
    assert "Mina" not in page
    assert "Nobody is found" in desk.post("/members/by-number", number="0700").get_data(as_text=True)
    with unit_of_work(rt.engine) as unit:
        assert "member-by-number" in unit.db.scalars(select(AuditEntry.action)).all()


def test_pages_follow_each_other_without_gap_or_repetition(app: Flask, rt: Runtime) -> None:
    for name in ("Sita", "Sita", "Asha", "Ramesh", "Mina"):
        a_member(rt, name)
    names: list[str] = []
    after = None
    with unit_of_work(rt.engine) as unit:
        for _ in range(3):
            page = member_list.list_members(unit.db, "/", member_list.Search(after=after), size=2)
            names += [row.member.name for row in page.rows]
            after = page.next_key
    assert names == ["Asha", "Mina", "Ramesh", "Sita", "Sita"]
    assert after is None


def test_page_of_one_shows_ledger_in_words_and_no_number(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    page = desk.read(f"/members/{public_id(rt, a_member(rt, number=a_number(4321)))}")
    assert "agreed to all calls" in page
    assert "Agreed to all calls, on paper" in re.sub(r"\s+", " ", page)
    assert "•4321" in page
    assert "7000004321" not in page


def test_member_added_by_hand_has_consent_in_the_ledger(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    assert desk.post("/members/new", **GIVEN).status_code == 302
    assert desk.post("/members/new", **GIVEN).status_code == 302
    with unit_of_work(rt.engine) as unit:
        member = unit.db.scalars(select(Member)).one()
        entry = unit.db.scalars(select(Consent)).one()
    assert (member.name, member.consent) == ("Kamla", ConsentState.ALL)
    assert (entry.how, entry.staff_id) == ("paper", desk.staff_id)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"phone": "12"}, "phone"), ({"name": ""}, "name"), ({"consent": ""}, "consent")]
)
def test_member_is_not_added_when_a_field_is_wrong(
    app: Flask, rt: Runtime, wrong: dict[str, str], field: str
) -> None:
    answer = a_desk(app, rt).post("/members/new", **{**GIVEN, **wrong})
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.get_data(as_text=True)
    assert count(rt) == 0


def test_member_of_another_unit_cannot_be_added(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-2", "Booth 2")
    assert desk.post("/members/new", **{**GIVEN, "unit": "BOOTH-2"}).status_code == 422
    assert count(rt) == 0


def test_sibling_unit_finds_nobody(app: Flask, rt: Runtime) -> None:
    member = public_id(rt, a_member(rt, "Sita", number=a_number(700)))
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    assert beside.get(f"/members/{member}").status_code == 404
    assert "Sita" not in beside.read("/members")
    assert "Sita" not in beside.post("/members/by-number", number="7000000700").get_data(as_text=True)


@pytest.mark.parametrize("role", ["staff", "auditor", "approver"])
def test_only_coordinators_change_members(app: Flask, rt: Runtime, role: str) -> None:
    desk = a_desk(app, rt, role=role)
    assert desk.get("/members").status_code == 200
    for path in ("/members/new", "/import/members"):
        assert desk.get(path).status_code == 403
        assert desk.post(path, **GIVEN).status_code == 403


def test_listener_sees_no_members(app: Flask, rt: Runtime) -> None:
    assert a_desk(app, rt, role="listener").get("/members").status_code == 403
