"""The pages of roll-ups: figures, links, what a correction changed; nothing of a sibling's; who has it sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Staff, Unit
from gateway.runtime import Runtime
from gateway.states import Urgency
from gateway.store import rollups, units
from gateway.store.rollups import RollupSetting
from tests.builders import a_member
from tests.conftest import TestClock
from tests.gateway.console.desk import a_desk
from tests.gateway.rollups.frozen import EVENING, a_report, change, frozen


@pytest.fixture
def ids(rt: Runtime, clock: TestClock) -> dict[str, int]:
    """Two blocks with a frozen day; returns ids of units by code."""
    with unit_of_work(rt.engine) as work:
        top = units.root_unit(work.db)
        for block in ("BAH", "AGRA"):
            place = units.add_unit(work.db, block, block.title(), "block", top)
            units.add_unit(work.db, f"{block}-1", f"{block.title()} 1", "booth", place)
    sita, ramesh = a_member(rt, unit="BAH-1"), a_member(rt, "Ramesh", unit="AGRA-1")
    a_report(rt, sita, category="21", urgency=Urgency.DANGER)
    a_report(rt, sita)
    a_report(rt, ramesh, category="11")
    clock.forward(**EVENING)
    frozen(rt)
    with unit_of_work(rt.engine) as work:
        return {each.code: each.id for each in work.db.scalars(select(Unit))}


def test_day_shows_its_figures_and_what_is_behind_them(app: Flask, rt: Runtime, ids: dict[str, int]) -> None:
    desk = a_desk(app, rt, unit="organisation")
    assert "23 Nov 2026" in desk.read("/rollups")
    page = desk.read("/rollups/2026-11-23")
    assert "Monday, 23 November 2026" in page
    assert "Bah</a>: 1 report of danger" in page
    assert "from=2026-11-22T20:30&amp;to=2026-11-23T20:30" in page.replace("%3A", ":")
    assert f"/rollups/2026-11-23?unit={ids['BAH']}" in page
    bah = desk.read(f"/rollups/2026-11-23?unit={ids['BAH']}")
    assert "Agra" not in bah


def test_chain_of_only_children_is_compared_where_it_forks(app: Flask, rt: Runtime, clock: TestClock) -> None:
    with unit_of_work(rt.engine) as work:
        district = units.add_unit(work.db, "AGRA", "Agra", "district", units.root_unit(work.db))
        ids = [units.add_unit(work.db, code, code.title(), "block", district).id for code in ("BAH", "ETAH")]
        ids.append(district.id)
    a_report(rt, a_member(rt, unit="BAH"), urgency=Urgency.DANGER)
    a_report(rt, a_member(rt, "Ramesh", unit="ETAH"))
    clock.forward(**EVENING)
    frozen(rt)
    page = a_desk(app, rt, unit="organisation").read("/rollups/2026-11-23")
    assert "Bah</a>: 1 report of danger" in page
    compared = page.partition('id="units"')[2]
    links = [f'<a href="/rollups/2026-11-23?unit={each}">' in compared for each in ids]
    assert links == [True, True, True]
    assert "All, with what is counted above these" in compared


def test_nothing_of_a_sibling_is_shown(app: Flask, rt: Runtime, ids: dict[str, int]) -> None:
    desk = a_desk(app, rt, unit="AGRA")
    page = desk.read("/rollups/2026-11-23")
    assert "danger</a>" not in page
    assert "Bah" not in page
    assert desk.get(f"/rollups/2026-11-23?unit={ids['BAH']}").status_code == 404
    assert desk.get(f"/rollups/2026-11-23?unit={ids['organisation']}").status_code == 404


def test_correction_shows_the_difference_of_each_figure(
    app: Flask, rt: Runtime, clock: TestClock, ids: dict[str, int]
) -> None:
    late = a_report(rt, a_member(rt, "Gita", unit="BAH-1"), urgency=Urgency.DANGER)
    change(rt, late, received_at=clock() - timedelta(hours=2))
    clock.forward(days=1)
    frozen(rt)
    desk = a_desk(app, rt, unit="organisation")
    assert "corrected" in desk.read("/rollups")
    page = desk.read("/rollups/2026-11-23")
    assert '<td>reports came in</td><td class="n">3</td><td class="n">4</td><td class="n">+1</td>' in page
    first = desk.read("/rollups/2026-11-23?version=1")
    assert "This is the day as it was frozen first." in first
    assert "What came late" not in first
    agra = desk.read(f"/rollups/2026-11-23?unit={ids['AGRA']}")
    assert "Nothing changed here; figures of other units did." in agra


@pytest.mark.parametrize(
    ("path", "status"), [("2026-11-19", 200), ("soon", 404), ("2026-11-23?version=7", 200)]
)
def test_day_that_is_not_there_says_so(
    app: Flask, rt: Runtime, ids: dict[str, int], path: str, status: int
) -> None:
    answer = a_desk(app, rt, unit="organisation").get(f"/rollups/{path}")
    assert answer.status_code == status
    assert status == 404 or "This day is not frozen." in answer.get_data(as_text=True)


def test_way_is_chosen_on_the_page_of_the_account(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    for given, kept in (("both", "both"), ("pigeon", "")):
        assert desk.post("/account/brief", brief=given).status_code == 302
        with unit_of_work(rt.engine) as work:
            assert work.db.get_one(Staff, desk.staff_id).brief == kept
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "brief-chosen")).all()
    assert [each.details for each in noted] == [{"way": "both"}, {"way": ""}]
    assert "By a call of a minute" in desk.read("/account")


def test_hour_and_roles_are_set_up_by_the_top_alone(app: Flask, rt: Runtime) -> None:
    given = {"is_on": "yes", "hour": "21:15", "roles": ["administrator", "listener", "king"]}
    with unit_of_work(rt.engine) as work:
        units.add_unit(work.db, "BAH", "Bah", "block", units.root_unit(work.db))
    assert a_desk(app, rt, unit="BAH").post("/house/rollup", **given).status_code == 403
    desk = a_desk(app, rt, "Asha", unit="organisation")
    assert desk.post("/house/rollup", **{**given, "hour": "9 o'clock"}).status_code == 422
    assert desk.post("/house/rollup", **given).status_code == 302
    with unit_of_work(rt.engine) as work:
        assert rollups.find_setting(work.db) == RollupSetting(True, "21:15", ("administrator",))
        assert work.db.scalars(select(AuditEntry).where(AuditEntry.action == "rollup-changed")).one()
