"""Moving, merging and closing at the console: a page that says in numbers what will happen, then the deed."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Overlay, OverlayUnit, Unit
from gateway.runtime import Runtime
from gateway.store import overlays
from tests.builders import a_member, a_person_of_staff
from tests.gateway.console.desk import a_desk
from tests.gateway.units.trees import an_id, import_units, line

DEEDS = ("move", "merge", "close", "open")


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    import_units(rt)


def test_move_is_checked_in_numbers_and_done(app: Flask, rt: Runtime) -> None:
    a_member(rt, unit="B1")
    a_person_of_staff(rt, "Ramesh", unit="BAH")
    desk, place = a_desk(app, rt, unit="AGRA"), an_id(rt, "P1")
    page = desk.read(f"/units/{place}/move?under=CITY")
    for words in (
        "Move Nagla under Agra City?",
        "2 units under it",
        "1 member goes along",
        "1 person of staff above",
    ):
        assert words in page
    assert desk.post(f"/units/{place}/move", goal=an_id(rt, "CITY")).status_code == 302
    assert line(rt, "B1")[-3:] == ["CITY", "P1", "B1"]
    page = desk.read(f"/units/{place}")
    assert "Moved from Bah to Agra City" in page
    assert desk.post(f"/units/{place}/move", goal=an_id(rt, "CITY")).status_code == 422


def test_merger_leads_the_old_address_to_the_kept_unit(app: Flask, rt: Runtime) -> None:
    a_member(rt, unit="P1")
    desk, place, kept = a_desk(app, rt, unit="AGRA"), an_id(rt, "P1"), an_id(rt, "P2")
    page = desk.read(f"/units/{place}/merge?into=Garhi+·+P2")
    assert "Make Nagla part of Garhi?" in page
    assert "The code P1 leads to Garhi" in page
    assert desk.post(f"/units/{place}/merge", goal=kept).headers["Location"] == f"/units/{kept}"
    assert desk.get(f"/units/{place}").headers["Location"] == f"/units/{kept}"
    page = desk.read(f"/units/{kept}")
    assert "Nagla became part of it" in page
    assert "Booth 1" in page
    assert desk.post("/units/overlays", name="X", code="X", kind="wing", unit="P1").status_code == 302
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Overlay.unit_id)).all() == [kept]


def test_empty_unit_is_closed_and_opened(app: Flask, rt: Runtime) -> None:
    desk, place = a_desk(app, rt, unit="AGRA"), an_id(rt, "B3")
    assert "Close Booth 3?" in desk.read(f"/units/{place}/close")
    assert desk.post(f"/units/{place}/close").status_code == 302
    assert "Open it again" in desk.read(f"/units/{place}")
    above = desk.read(f"/units/{an_id(rt, 'P2')}")
    assert "Closed units" in above
    assert "Nothing lies under it" in above
    assert "There is no such unit" in desk.read("/units?q=B3")
    assert desk.post(f"/units/{place}/open").status_code == 302
    assert "Booth 3" in desk.read("/units?q=B3")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("move?under=B1", "come to lie under itself"),
        ("move?under=", "Choose a unit"),
        ("move?under=MAIN", "no such unit at or below yours"),
        ("move?under=Purana+Bajaar", "Such as: Purana Bazar · W1"),
        ("merge?into=B1", "come to lie under itself"),
        ("close", "It is not empty"),
    ],
)
def test_what_cannot_be_done_is_told_at_the_form(app: Flask, rt: Runtime, address: str, told: str) -> None:
    desk = a_desk(app, rt, unit="AGRA")
    answer = desk.get(f"/units/{an_id(rt, 'P1')}/{address}")
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_viewers_own_unit_stays(app: Flask, rt: Runtime) -> None:
    desk, place = a_desk(app, rt, unit="AGRA"), an_id(rt, "AGRA")
    assert "Move, merge or close it" not in desk.read("/units")
    for deed in ("move", "merge", "close"):
        assert desk.post(f"/units/{place}/{deed}", goal=an_id(rt, "BAH")).status_code == 422


@pytest.mark.parametrize("deed", DEEDS)
def test_sibling_unit_is_not_there(app: Flask, rt: Runtime, deed: str) -> None:
    desk = a_desk(app, rt, unit="P2")
    there, mine = an_id(rt, "B1"), an_id(rt, "B3")
    assert desk.post(f"/units/{there}/{deed}", goal=mine).status_code == 404
    assert desk.get(f"/units/{there}/{deed}").status_code in (404, 405)
    if deed in ("move", "merge"):
        assert desk.post(f"/units/{mine}/{deed}", goal=there).status_code == 404
    assert line(rt, "B1")[-2:] == ["P1", "B1"]


@pytest.mark.parametrize("role", ["staff", "approver", "auditor", "listener"])
def test_only_who_may_change_units_changes_them(app: Flask, rt: Runtime, role: str) -> None:
    desk, place = a_desk(app, rt, role=role, unit="AGRA"), an_id(rt, "P1")
    for deed in DEEDS:
        assert desk.post(f"/units/{place}/{deed}", goal=an_id(rt, "CITY")).status_code == 403
    for path in (
        "",
        "/x/rename",
        "/x/close",
        "/x/units",
        "/x/members",
        "/x/units/1/remove",
        "/x/members/y/remove",
    ):
        assert desk.post(f"/units/overlays{path}").status_code == 403


def an_overlay(rt: Runtime, code: str, kind: str, unit: str) -> str:
    with unit_of_work(rt.engine) as work:
        return overlays.add_overlay(work.db, code, code.title(), kind, an_id(rt, unit), rt.clock()).public_id


def test_constituency_takes_units_and_counts_their_members(app: Flask, rt: Runtime) -> None:
    for unit in ("B1", "B3", "B9"):
        a_member(rt, unit=unit)
    desk = a_desk(app, rt, unit="AGRA")
    made = desk.post("/units/overlays", name="Fatehpur Sikri", code="PC19", kind="constituency", unit="AGRA")
    page = made.headers["Location"]
    assert desk.post(f"{page}/units", unit="BAH").status_code == 302
    assert "2 members" in desk.read(page)
    assert "Fatehpur Sikri" in desk.read(f"/units/{an_id(rt, 'B1')}")
    assert "It leaves: Fatehpur Sikri" in desk.read(f"/units/{an_id(rt, 'P1')}/move?under=CITY")
    assert desk.post(f"{page}/units/{an_id(rt, 'BAH')}/remove").status_code == 302
    assert "No unit lies in it yet" in desk.read(page)
    assert desk.post(f"{page}/rename", name="Agra").status_code == 302
    assert desk.post(f"{page}/close").status_code == 302
    assert "There is none yet" in desk.read("/units/overlays")
    assert desk.post(f"{page}/units", unit="BAH").status_code == 422


def test_wing_takes_members(app: Flask, rt: Runtime) -> None:
    a_member(rt, "Sita Devi", unit="B1")
    a_member(rt, "Sita Bai", unit="B9")
    desk = a_desk(app, rt, unit="AGRA")
    page = f"/units/overlays/{an_overlay(rt, 'WOMEN', 'wing', 'BAH')}"
    found = desk.read(f"{page}?find=sita")
    assert "Sita Devi" in found
    assert "Sita Bai" not in found  # not under the unit that the wing belongs to
    member_id = found.split('name="member" value="')[1].split('"')[0]
    assert desk.post(f"{page}/members", member=member_id).status_code == 302
    assert "1 member" in desk.read(page)
    assert desk.post(f"{page}/units", unit="B1").status_code == 422
    assert desk.post(f"{page}/members/{member_id}/remove").status_code == 302
    assert "Nobody is in it yet" in desk.read(page)


def test_sibling_sees_no_overlay_and_changes_none(app: Flask, rt: Runtime) -> None:
    page = f"/units/overlays/{an_overlay(rt, 'PC1', 'constituency', 'P1')}"
    desk = a_desk(app, rt, unit="P2")
    assert "Pc1" not in desk.read("/units/overlays")
    assert desk.get(page).status_code == 404
    for deed in (
        "rename",
        "units",
        "members",
        f"units/{an_id(rt, 'B3')}/remove",
        "members/x/remove",
        "close",
    ):
        assert desk.post(f"{page}/{deed}", name="X", unit="B3", member="x").status_code == 404
    mine = f"/units/overlays/{an_overlay(rt, 'PC2', 'constituency', 'P2')}"
    assert desk.post(f"{mine}/units", unit="B1").status_code == 422
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(OverlayUnit)).all() == []


def test_level_of_many_units_comes_in_pages(app: Flask, rt: Runtime) -> None:
    rows = "".join(f"V{n:03},Tola {n:03},village,P1\n" for n in range(210))
    import_units(rt, f"code,name,kind,parent\n{rows}")
    desk, place = a_desk(app, rt, unit="AGRA"), an_id(rt, "P1")
    first = desk.read(f"/units/{place}")
    assert "<b>Tola 209" not in first
    with unit_of_work(rt.engine) as work:
        last = work.db.scalars(select(Unit.id).where(Unit.code == "V197")).one()
    assert f"after={last}" in first
    assert "<b>Tola 209" in desk.read(f"/units/{place}?after={last}")
