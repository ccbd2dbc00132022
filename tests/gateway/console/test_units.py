"""The tree at the console: walked, searched, added to; who is on duty where."""

from __future__ import annotations

import pytest
from flask import Flask

from gateway.db import unit_of_work
from gateway.models import Post, Unit
from gateway.runtime import Runtime
from gateway.store import unit_list, units
from tests.builders import a_member, a_unit
from tests.gateway.console.desk import a_desk
from tests.gateway.console.lists import handed_in, work_on_lists


def an_id(rt: Runtime, code: str = "BOOTH-1", under: str = "") -> int:
    with unit_of_work(rt.engine) as unit:
        return a_unit(unit.db, code, under=under).id


def test_tree_shows_a_level_with_the_members_below(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="BLOCK")
    for _ in range(2):
        a_member(rt, unit="BOOTH-1", under="BLOCK")
    booth = an_id(rt, "BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        units.add_unit(unit.db, "LANE", "Lane", "booth", unit.db.get_one(Unit, booth))
    a_member(rt, unit="LANE")
    page = desk.read("/units")
    assert "3 members" in page
    assert f'href="/units/{booth}"' in page
    assert "Lane" not in page
    assert "2 members directly in it" in desk.read(f"/units/{booth}")


def test_units_are_found_by_name_and_code(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="BLOCK")
    booth = an_id(rt, "BOOTH-7", "BLOCK")
    for words in ("booth-7", "Booth 1", "buth 1"):
        assert f"/units/{booth}" in desk.read(f"/units?q={words}")
    assert "There is no such unit" in desk.read("/units?q=%25")


def test_unit_is_added_once(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    form = {"code": "LANE", "name": "Lane", "kind": "booth"}
    place = an_id(rt)
    assert desk.post(f"/units/{place}/add", **form).status_code == 302
    assert desk.post(f"/units/{place}/add", **form).status_code == 422
    with unit_of_work(rt.engine) as unit:
        made = units.get_unit_by_code(unit.db, "LANE")
        assert made.path == f"{unit.db.get_one(Unit, place).path}{made.id}/"


@pytest.mark.parametrize(
    "wrong", [{"code": "a b"}, {"code": ""}, {"name": ""}, {"kind": "galaxy"}, {"kind": "ward"}]
)
def test_unit_is_not_added_when_a_field_is_wrong(app: Flask, rt: Runtime, wrong: dict[str, str]) -> None:
    form = {"code": "LANE", "name": "Lane", "kind": "booth", **wrong}
    desk = a_desk(app, rt)
    assert desk.post(f"/units/{an_id(rt)}/add", **form).status_code == 422


def test_name_and_language_are_kept(app: Flask, rt: Runtime) -> None:
    desk, place = a_desk(app, rt), an_id(rt)
    desk.post(f"/units/{place}/change", **{"own-name": "Tola", "language": "bn"})
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.get_one(Unit, place)
        assert (kept.name, kept.language) == ("Tola", "bn")


def test_duty_numbers_are_added_once_and_removed(app: Flask, rt: Runtime) -> None:
    desk, place = a_desk(app, rt), an_id(rt)
    for _ in range(2):
        desk.post(f"/units/{place}/duty", **{"duty-name": "Mahesh", "duty-number": "070000 00888"})
    with unit_of_work(rt.engine) as unit:
        [(duty, tail)] = unit_list.list_duty(unit.db, place)
    assert (duty.name, tail) == ("Mahesh", "0888")
    assert "7000000888" not in desk.read(f"/units/{place}")
    assert desk.post(f"/units/{place}/duty/{duty.id}/remove").status_code == 302
    assert "Nobody is on duty here" in desk.read(f"/units/{place}")
    assert desk.post(f"/units/{place}/duty", **{"duty-number": "12"}).status_code == 422


def test_list_of_units_is_imported_under_the_viewers_unit(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    text = "code,name,kind,parent\nLANE,Lane,booth,BOOTH-1\nFAR,Far,ward,NOWHERE\n"
    address = handed_in(desk, rt, text, "units")
    assert "Take 1 row" in desk.read(address)
    desk.post(f"{address}/take")
    work_on_lists(rt)
    assert "Lane" in desk.read("/units")


@pytest.mark.parametrize("deed", ["add", "change", "duty", "duty/1/remove"])
def test_sibling_unit_changes_nothing(app: Flask, rt: Runtime, deed: str) -> None:
    place = an_id(rt)
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    form = {"code": "X", "name": "X", "kind": "ward", "own-name": "X", "duty-number": "7000000888"}
    assert beside.get(f"/units/{place}").status_code == 404
    assert beside.post(f"/units/{place}/{deed}", **form).status_code == 404


@pytest.mark.parametrize("role", ["staff", "auditor", "approver"])
def test_only_coordinators_change_units(app: Flask, rt: Runtime, role: str) -> None:
    desk, place = a_desk(app, rt, role=role), an_id(rt)
    assert desk.get("/units").status_code == 200
    for deed in ("add", "change", "duty", "duty/1/remove"):
        assert desk.post(f"/units/{place}/{deed}").status_code == 403


def test_many_units_are_typed_by_name_or_code(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="BLOCK")
    with unit_of_work(rt.engine) as unit:
        block = units.get_unit_by_code(unit.db, "BLOCK")
        for number in range(90):
            units.add_unit(unit.db, f"V{number}", f"Tola {number % 89}", "village", block)
    assert '<option value="Tola 7 · V7">' in desk.read("/broadcasts/new")
    assert "<datalist" in desk.read("/members")
    form = {"title": "T", "kind": "sms", "text-hi": "अ"}
    for typed, status in (("Tola 7 · V7", 302), ("v8", 302), ("tola 9", 302), ("Tola 0", 422), ("", 422)):
        assert desk.post("/broadcasts/new", unit=typed, **form).status_code == status


def test_posts_show_who_holds_them_and_which_are_vacant(app: Flask, rt: Runtime) -> None:
    desk, now = a_desk(app, rt, unit="BLOCK"), rt.clock()
    sita, asha = a_member(rt, "Sita", unit="BOOTH-1", under="BLOCK"), a_member(rt, "Asha", unit="FAR")
    place = an_id(rt, "BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        for member, title, until in ((sita, "President", None), (asha, "Agent", None), (sita, "Scribe", now)):
            post = Post(member_id=member, unit_id=place, title=title, since=now, until=until)
            unit.db.add(post)
    page = desk.read(f"/units/{place}")
    assert ">Sita</a>" in page
    assert "Asha" not in page
    assert "somebody of another unit" in page
    assert page.count("<b>vacant</b>") == 1
