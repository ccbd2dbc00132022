"""The pages of days: counts that add up, lists behind them, nothing of a sibling's; and how the question is set up."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Unit
from gateway.runtime import Runtime
from gateway.store import daily, day_pages, units
from gateway.store.day_pages import DayCounts, Question
from tests.builders import a_unit
from tests.conftest import TestClock
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.days.evening import HOUR, MONDAY, a_lead, ask, days, say, turn_on


@pytest.fixture
def evening(rt: Runtime, clock: TestClock) -> dict[str, int]:
    """Two blocks of booths after the question; returns ids of units by code."""
    with unit_of_work(rt.engine) as work:
        top = units.root_unit(work.db)
        for block in ("BAH", "AGRA"):
            place = units.add_unit(work.db, block, block.title(), "block", top)
            for number in range(1, 6):
                units.add_unit(work.db, f"{block}-{number}", f"{block.title()} {number}", "booth", place)
    for code in ("BAH-1", "BAH-2", "BAH-3", "BAH-4", "AGRA-1"):
        a_lead(rt, unit=code, name=f"Lead of {code.title()}")
    turn_on(rt)
    clock.forward(**HOUR)
    ask(rt)
    for day, said in zip(days(rt), ("nothing", "something", "could_not"), strict=False):
        say(rt, day, said)
    with unit_of_work(rt.engine) as work:
        return {each.code: each.id for each in work.db.scalars(select(Unit))}


def numbers(rt: Runtime, path: str, is_open: bool = True) -> DayCounts:
    with unit_of_work(rt.engine) as work:
        return day_pages.counts(work.db, Question(path, MONDAY, is_open, ("booth",), True))[0]


def test_counts_add_up_and_silent_is_not_nothing(rt: Runtime, evening: dict[str, int]) -> None:
    for is_open in (True, False):
        found = numbers(rt, "/", is_open)
        assert (
            found.asked == found.nothing + found.something + found.could_not + found.silent + found.open == 5
        )
        assert (found.open, found.silent) == ((2, 0) if is_open else (0, 2))
        assert found.nobody == 5


def test_day_is_shown_with_its_units_and_who_is_silent(
    app: Flask, rt: Runtime, evening: dict[str, int]
) -> None:
    page = a_desk(app, rt, unit="organisation").read("/days")
    assert "3 of 5 units have said how their day was" in page
    assert "5 units have nobody to ask" in page
    assert "Lead of Bah-4" in page
    assert ">never</td>" in page
    bah = a_desk(app, rt, "Hari", unit="organisation").read(f"/days/2026-11-23?unit={evening['BAH']}")
    assert "3 of 4 units" in bah
    assert "Lead of Agra-1" not in bah


def test_streaks_are_listed_the_longest_first(
    app: Flask, rt: Runtime, clock: TestClock, evening: dict[str, int]
) -> None:
    clock.forward(days=1)
    ask(rt)
    for day in days(rt, clock.now.date())[:2]:
        say(rt, day, "nothing")
    page = a_desk(app, rt, unit="organisation").read("/days")
    assert re.search(r"Bah 1</span> <b>2 days", page)
    assert "Not answered yet" in page
    assert 'title="23 Nov 2026">1 day before<' in page


@pytest.mark.parametrize(
    ("what", "there"),
    [
        ("nothing", "Bah 1"),
        ("something", "Bah 2"),
        ("could_not", "Bah 3"),
        ("open", "Bah 4"),
        ("nobody", "Bah 5"),
    ],
)
def test_every_count_leads_to_its_units(
    app: Flask, rt: Runtime, evening: dict[str, int], what: str, there: str
) -> None:
    page = a_desk(app, rt, unit="BAH").read(f"/days/2026-11-23?show={what}")
    assert set(re.findall(r"<td>(\w+ \d) <", page)) == {there}


def test_page_of_a_list_goes_on_behind_the_last_unit(
    app: Flask, rt: Runtime, evening: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.console import days as screen

    monkeypatch.setattr(screen, "PAGE", 3)
    desk = a_desk(app, rt, unit="organisation")
    first = desk.read("/days/2026-11-23?show=nobody")
    address = re.search(r'href="([^"]+)" rel="next"', first)
    assert address is not None
    second = desk.read(address[1].replace("&amp;", "&"))
    found = [re.findall(r"<td>(\w+ \d) <", page) for page in (first, second)]
    assert [len(each) for each in found] == [3, 2]
    assert not set(found[0]) & set(found[1])


def test_nothing_of_a_sibling_is_shown_or_counted(app: Flask, rt: Runtime, evening: dict[str, int]) -> None:
    desk = a_desk(app, rt, unit="AGRA")
    assert "0 of 1 units" in desk.read("/days/2026-11-23")
    for what in ("", "&show=nobody"):
        assert desk.get(f"/days/2026-11-23?unit={evening['BAH']}{what}").status_code == 404


@pytest.mark.parametrize("day", ["2026-13-01", "yesterday", "../etc"])
def test_day_that_is_none_is_not_found(app: Flask, rt: Runtime, day: str) -> None:
    assert a_desk(app, rt).get(f"/days/{day}").status_code == 404


def test_day_without_a_question_says_so(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="organisation")
    assert "Leads are not asked in the evening yet." in desk.read("/days/2026-11-23")
    turn_on(rt)
    assert "Nobody was asked on this day." in desk.read("/days/2026-11-20")


def test_listener_sees_no_days(app: Flask, rt: Runtime) -> None:
    assert a_desk(app, rt, role="listener").get("/days").status_code == 403


GIVEN = {
    "is_on": "yes",
    "hour": "18:30",
    "kinds": ["booth", "ward"],
    "titles": "booth lead\n ward  lead \n\n",
}


def keep(desk: Desk, **changed: object) -> int:
    return desk.post("/house/daily", **{**GIVEN, **changed}).status_code


def test_question_is_set_up_and_that_is_noted(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt, unit="organisation")
    assert keep(desk) == 302
    with unit_of_work(rt.engine) as work:
        chosen = daily.find_daily(work.db)
        noted = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "daily-changed")).one()
    assert chosen == daily.Daily(True, "18:30", ("booth", "ward"), ("booth lead", "ward lead"))
    assert noted.details == {"is_on": True, "hour": "18:30", "kinds": ["booth", "ward"]}
    assert "ward lead" in desk.read("/house/daily")


WRONG = [
    {"hour": "25:00"},
    {"hour": "22:00"},
    {"hour": ""},
    {"kinds": []},
    {"kinds": ["castle"]},
    {"titles": "  \n"},
    {"titles": "x" * 81},
]


@pytest.mark.parametrize("changed", WRONG)
def test_what_makes_no_sense_is_refused_and_kept_nowhere(
    app: Flask, rt: Runtime, changed: dict[str, object]
) -> None:
    assert keep(a_desk(app, rt, unit="organisation"), **changed) == 422
    with unit_of_work(rt.engine) as work:
        assert daily.find_daily(work.db) == daily.Daily()


def test_only_the_top_changes_it(app: Flask, rt: Runtime) -> None:
    with unit_of_work(rt.engine) as work:
        a_unit(work.db, "BAH", under="organisation")
    desk = a_desk(app, rt, unit="BAH")
    assert "Only the staff of the whole organisation" in desk.read("/house/daily")
    assert keep(desk) == 403
    assert a_desk(app, rt, "Hari", "staff", "organisation").get("/house/daily").status_code == 403
