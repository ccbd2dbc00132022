"""The figures of the control room, each told beforehand in a world of eleven reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from gateway.control import room
from gateway.control.window import Window
from gateway.db import unit_of_work
from gateway.models import Report
from gateway.runtime import Runtime
from gateway.store import control_reports, units
from gateway.store.control_reports import ITSELF, Counted, Days, Figures, Waits
from gateway.store.sight import EVERYTHING, Sight
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree
from tests.gateway.control.world import NOVEMBER, came_at, eleven_reports, path_of, set_report


@pytest.fixture
def ids(rt: Runtime) -> dict[str, int]:
    return eleven_reports(rt)


def figures(rt: Runtime, sight: Sight, window: Window = NOVEMBER) -> dict[int | None, Figures]:
    return count(rt, sight, window).now


def count(rt: Runtime, sight: Sight, window: Window = NOVEMBER) -> Counted:
    with unit_of_work(rt.engine) as work:
        moments = (window.before.since, window.since, window.until)
        return control_reports.count(work.db, sight, *moments, window.zone)


def agra(rt: Runtime) -> Sight:
    return Sight(path_of(rt, "AGRA"), 0)


def test_every_report_is_counted_once_by_what_became_of_it(rt: Runtime, ids: dict[str, int]) -> None:
    of_all = figures(rt, agra(rt))[None]
    assert replace(of_all, first_p90=round(of_all.first_p90 or 0)) == Figures(
        received=11, danger=1, merged=0, open=4, asked=1, confirmed=3, unconfirmed=1, untouched=1, blank=1,
        answered=7, reopened=2, acted=9,
        first_median=4 * 3600,  # of 1 2 2 3 4 5 6 10 20 hours
        first_p90=12 * 3600,  # a fifth of the way from 10 to 20
        solved_median=20 * 3600,  # of 10 20 30
        solved_p90=28 * 3600,
    )  # fmt: skip
    parts = (of_all.open, of_all.asked, of_all.confirmed, of_all.unconfirmed, of_all.untouched, of_all.blank)
    assert sum(parts) == of_all.received


def test_units_sum_to_the_whole(rt: Runtime, ids: dict[str, int]) -> None:
    found = figures(rt, agra(rt))
    assert {key: each.received for key, each in found.items() if key} == {ids["ACH"]: 8, ids["BAH"]: 2}
    assert found[ITSELF].received == 1  # went past the staff below
    for name in ("received", "open", "confirmed", "reopened", "blank", "answered", "acted"):
        assert sum(getattr(each, name) for key, each in found.items() if key is not None) == getattr(
            found[None], name
        )


def test_unit_below_has_the_same_figures_as_its_line_above(rt: Runtime, ids: dict[str, int]) -> None:
    above, own = figures(rt, agra(rt)), figures(rt, Sight(path_of(rt, "ACH"), 0))
    assert own[None] == above[ids["ACH"]]
    assert own[ids["BOOTH-1"]] == own[None]
    assert figures(rt, Sight(path_of(rt, "BAH"), 0))[None] == above[ids["BAH"]]


def test_accusation_is_no_figure_for_those_who_must_not_know_of_it(rt: Runtime, ids: dict[str, int]) -> None:
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Report).where(Report.category == "21").values(is_restricted=True))
    sees = Sight(path_of(rt, "AGRA"), 0, sees_restricted=True)
    assert (figures(rt, agra(rt))[None].received, figures(rt, sees)[None].received) == (8, 11)


def test_window_without_reports_is_all_noughts(rt: Runtime, ids: dict[str, int]) -> None:
    nothing = {None: Figures()}
    assert count(rt, EVERYTHING, NOVEMBER.before) == Counted(
        nothing, nothing, Days({}, {}, {}), Days({}, {}, {}), {}
    )


def test_time_before_is_counted_apart(rt: Runtime, ids: dict[str, int]) -> None:
    fifth = Window(date(2026, 11, 5), date(2026, 11, 8), "Asia/Kolkata")
    found, alone = count(rt, agra(rt), fifth), count(rt, agra(rt), fifth.before)
    assert (found.before, found.days_before) == (alone.now, alone.days)
    assert (found.before[None].received, found.now[None].received) == (4, 4)


def test_days_are_those_of_the_house_and_sum_to_the_whole(rt: Runtime, ids: dict[str, int]) -> None:
    set_late = datetime(2026, 11, 30, 18, 29, 59, tzinfo=UTC)  # the last second of November in India
    for at in (set_late, set_late + timedelta(seconds=1)):
        set_report(rt, a_report(rt, "BAH"), received_at=at, category="44")
    days = count(rt, agra(rt)).days
    assert days.all == {date(2026, 11, 1 + nth): 1 for nth in range(11)} | {date(2026, 11, 30): 1}
    assert {key: sum(each.values()) for key, each in days.children.items()} == {
        ids["ACH"]: 8, ids["BAH"]: 3, ITSELF: 1,
    }  # fmt: skip
    assert {key: sum(each.values()) for key, each in days.categories.items()} == {
        "21": 3, "11": 3, "": 5, "44": 1,
    }  # fmt: skip


def test_hours_are_those_of_clocks_in_the_house(rt: Runtime, ids: dict[str, int]) -> None:
    found = count(rt, agra(rt)).hours
    assert found == {(day, 10): 2 if day in (7, 1, 2, 3) else 1 for day in range(1, 8)}  # 1.11. is a Sunday


def test_what_waits_is_counted_with_its_age(rt: Runtime, ids: dict[str, int], clock: TestClock) -> None:
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Report).where(Report.is_red).values(due_at=clock()))
    clock.forward(seconds=1)
    edges = (came_at(9), came_at(8), came_at(1))
    with unit_of_work(rt.engine) as work:
        found = control_reports.waits(work.db, agra(rt), clock(), edges)
        nothing = control_reports.waits(work.db, Sight("/999/", 0), clock(), edges)
    assert found[None] == Waits(4, 1, 1, 2, 1, came_at(0), (1, 1, 1, 1))
    assert found[ids["ACH"]] == Waits(2, 1, 1, 1, 0, came_at(0), (0, 0, 1, 1))
    assert found[ids["BAH"]] == Waits(1, 0, 0, 0, 1, came_at(8), (0, 1, 0, 0))
    assert found[ITSELF] == Waits(1, 0, 0, 1, 0, came_at(10), (1, 0, 0, 0))
    assert nothing == {None: Waits(ages=(0, 0, 0, 0))}


def test_chain_of_only_children_is_told_where_it_forks(rt: Runtime) -> None:
    a_tree(rt)
    with unit_of_work(rt.engine) as work:
        booth = units.get_unit_by_code(work.db, "BOOTH-2")
        for code in ("EAST", "WEST"):
            units.add_unit(work.db, code, code.title(), "lane", booth)
    for code, count in (("BAH", 1), ("BOOTH-2", 1), ("EAST", 3), ("ACH", 5)):
        for nth in range(count):
            a_report(rt, code, name=f"{code} {nth}")
    with unit_of_work(rt.engine) as work:
        bah = units.get_unit_by_code(work.db, "BAH")
        seen = room.look(work.db, rt, Sight(bah.path, 0), bah, NOVEMBER)
        told = {each.unit.name if each.unit else "": each.now.received for each in seen.lines}
    assert (seen.fork.code, seen.all.received) == ("BOOTH-2", 5)
    assert told == {"East": 3, "West": 0, "": 2}
    assert sum(each.waits.waiting for each in seen.lines) == seen.waits.waiting == 5
