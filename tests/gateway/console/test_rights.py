"""Rights at the console: everything that is kept, forgetting, requests, purges and breaches, each within one's own unit."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Broadcast, Member, Report, RightsRequest, Unit
from gateway.rights import requests, retain
from gateway.runtime import Runtime
from gateway.scene import Scene
from tests.builders import a_member, a_number
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.rights.lives import Life, a_life


@pytest.fixture
def life(rt: Runtime) -> Life:
    a_member(rt, "Mina", unit="B1", under="B")
    a_member(rt, "Ramesh", unit="A1", under="A")
    return a_life(rt, unit="A1")


@pytest.fixture
def lead(app: Flask, rt: Runtime, life: Life) -> Desk:
    return a_desk(app, rt, "Meera", "administrator", "A")


@pytest.fixture
def sibling(app: Flask, rt: Runtime, life: Life) -> Desk:
    return a_desk(app, rt, "Gita", "administrator", "B")


def address(rt: Runtime, life: Life, rest: str) -> str:
    with unit_of_work(rt.engine) as unit:
        return f"/members/{unit.db.get_one(Member, life.member_id).public_id}/{rest}"


def actions(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_everything_is_shown_in_words_and_noted(rt: Runtime, life: Life, lead: Desk) -> None:
    page = lead.read(address(rt, life, "everything"))
    for part in (
        "Kanarika Devi",
        "pump is broken",
        "it is mended",
        "on paper",
        "Phone numbers",
        str(life.number),
    ):
        assert part in page
    assert "member.shown_everything" in actions(rt)


def test_it_is_handed_out_as_a_file(rt: Runtime, life: Life, lead: Desk) -> None:
    answer = lead.post(address(rt, life, "everything"))
    found = json.loads(answer.get_data(as_text=True))
    assert found["member"]["name"] == "Kanarika Devi" and found["messages"][0]["text"]
    assert "member-exported" in actions(rt)


def test_a_report_past_the_local_staff_stays_unknown_to_them(rt: Runtime, life: Life, lead: Desk) -> None:
    with unit_of_work(rt.engine) as unit:
        report = unit.db.get_one(Report, life.report_id)
        desk = unit.db.scalars(select(Unit).where(Unit.code == "B")).one()  # not theirs
        report.is_past_local, report.desk_unit_id, report.sight_unit_id = True, desk.id, desk.id
    page = lead.read(address(rt, life, "everything"))
    assert "pump is broken" not in page and "it is mended" not in page


def test_forgetting_asks_first_then_the_member_is_nowhere(rt: Runtime, life: Life, lead: Desk) -> None:
    path, page = address(rt, life, "erase"), address(rt, life, "")[:-1]
    with unit_of_work(rt.engine) as unit:
        reports = list(unit.db.scalars(select(Report.public_id).where(Report.member_id == life.member_id)))
    assert "365" in lead.read(path)
    assert lead.post(path).status_code == 422
    assert lead.post(path, sure="1", no_calls="1").status_code == 302
    for gone in (path, page, address(rt, life, "everything")):
        assert lead.get(gone).status_code == 404
    assert "Kanarika" not in lead.read("/members")
    assert "Kanarika" not in lead.read("/reports")
    assert "Kanarika" not in lead.read("/house/erasures")
    assert "by staff" in lead.read("/house/erasures")
    for public_id in reports:
        assert "a forgotten member" in lead.read(f"/reports/{public_id}")


def test_what_members_ask_stands_where_staff_settle_it(
    rt: Runtime, life: Life, lead: Desk, sibling: Desk
) -> None:
    with unit_of_work(rt.engine) as unit:
        scene = Scene(life.number_id, life.member_id, "hi")
        asked = requests.say_wrong(unit, rt, scene, text="my village is Rampur").public_id
    assert "my village is Rampur" in lead.read("/house/erasures")
    assert "my village is Rampur" not in sibling.read("/house/erasures")
    assert sibling.post(f"/house/erasures/{asked}/settled").status_code == 404
    assert lead.post(f"/house/erasures/{asked}/settled").status_code == 302
    assert "my village is Rampur" not in lead.read("/house/erasures")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(RightsRequest)).one().outcome == "done"


def test_a_sibling_finds_nothing_by_any_address(rt: Runtime, life: Life, sibling: Desk) -> None:
    for rest in ("everything", "erase"):
        assert sibling.get(address(rt, life, rest)).status_code == 404
        assert sibling.post(address(rt, life, rest), sure="1").status_code == 404


def test_purges_show_what_went_only_to_the_uppermost_unit(
    app: Flask, rt: Runtime, life: Life, lead: Desk
) -> None:
    top = a_desk(app, rt, "Usha", "auditor", "ROOT")
    retain.run(rt)
    assert "nothing was old enough" in top.read("/house/purges")
    page = a_desk(app, rt, "Anil", "auditor", "A1").read("/house/purges")
    assert "365" in page and "nothing was old enough" not in page


def test_a_breach_from_beginning_to_notice(rt: Runtime, life: Life, lead: Desk, sibling: Desk) -> None:
    wrong = lead.post("/house/breaches", title="", unit="A", noticed="2030-01-01T10:00")
    assert wrong.status_code == 422 and "not in the future" in wrong.get_data(as_text=True)
    begun = lead.post(
        "/house/breaches",
        title="A phone was lost",
        unit="A",
        noticed="2026-11-22T10:00",
        kinds="names and numbers",
    )
    page = begun.headers["Location"]
    lead.post(f"{page}/below", unit="A")
    lead.post(f"{page}/numbers", numbers=f"{life.number}\nx")
    shown = lead.read(page)
    assert "Kanarika Devi" in shown and str(life.number) not in shown and "Mina" not in shown
    assert "A phone was lost" in shown and "Notice of a personal data breach" in shown
    taken = lead.post(f"{page}/export").get_data(as_text=True)
    assert str(life.number) in taken and "Mina" not in taken
    assert lead.post(f"{page}/notice", kind="sms").status_code == 302
    with unit_of_work(rt.engine) as unit:
        made = unit.db.scalars(select(Broadcast)).one()
        assert made.breach_id is not None and made.kind == "sms"
    for path in ("", "/below", "/numbers", "/notice", "/export", "/board-told", "/members-told", "/close"):
        answer = sibling.post(page + path, unit="A") if path else sibling.get(page)
        assert answer.status_code == 404, path
    assert "A phone was lost" not in sibling.read("/house/breaches")


def test_the_clock_is_red_when_it_is_over_and_on_the_start_page(
    life: Life, lead: Desk, sibling: Desk
) -> None:
    begun = lead.post("/house/breaches", title="A phone was lost", unit="A", noticed="2026-11-23T11:00")
    page = begun.headers["Location"]
    assert "tell the board within" in lead.read(page)
    assert "A phone was lost" in lead.read("/")
    assert "A phone was lost" not in sibling.read("/")
    late = lead.post("/house/breaches", title="A list was seen", unit="A", noticed="2026-11-19T11:00")
    assert "tell the board now" in lead.read(late.headers["Location"])
    lead.post(f"{late.headers['Location']}/board-told")
    assert "A list was seen" not in lead.read("/")


def test_only_who_may_opens_these_pages(app: Flask, rt: Runtime, life: Life) -> None:
    desk = a_desk(app, rt, "Anil", "staff", "A")
    for path in ("/house/erasures", "/house/purges", "/house/breaches", address(rt, life, "everything")):
        assert desk.get(path).status_code == 403


def test_a_number_of_another_unit_is_not_taken_into_a_breach(rt: Runtime, life: Life, lead: Desk) -> None:
    other = a_number()
    a_member(rt, "Farida", unit="B1", number=other)
    begun = lead.post("/house/breaches", title="A list was lost", unit="A", noticed="2026-11-23T11:00")
    lead.post(f"{begun.headers['Location']}/numbers", numbers=str(other))
    assert "Farida" not in lead.read(begun.headers["Location"])
