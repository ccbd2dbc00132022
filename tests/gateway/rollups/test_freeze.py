"""The figures of a day: what counts, for which unit, in which span; frozen once, corrected the next day."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Member, Report, Rollup, RollupRow, Unit, UnitDay
from gateway.reports.history import note
from gateway.rollups import freeze
from gateway.runtime import Runtime
from gateway.states import ReportState, Urgency
from gateway.store import rollup_rows, rollups, units
from gateway.store.rollups import RollupSetting
from tests.builders import a_member, a_number, a_unit
from tests.conftest import TestClock
from tests.gateway.rollups.frozen import EVENING, MONDAY, a_call, a_report, change, frozen, row


@pytest.fixture
def sita(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        units.root_unit(unit.db)
        block = a_unit(unit.db, "BLOCK", "Block", "block", "organisation")
        for code in ("BOOTH-1", "BOOTH-2"):
            a_unit(unit.db, code, code.title(), "booth", block.code)
    return a_member(rt, "Sita", unit="BOOTH-1")


def versions(rt: Runtime) -> list[tuple[str, int]]:
    with unit_of_work(rt.engine) as unit:
        found = unit.db.scalars(select(Rollup).order_by(Rollup.day, Rollup.version))
        return [(each.day.isoformat(), each.version) for each in found]


def test_day_is_frozen_at_its_hour_and_once(rt: Runtime, clock: TestClock, sita: int) -> None:
    first = frozen(rt)
    assert first is not None
    assert first.day == MONDAY - timedelta(days=1)  # yesterday's hour has come, today's not yet
    clock.forward(**EVENING)
    second = frozen(rt)
    assert second is not None
    assert (second.day, second.since) == (MONDAY, first.until)
    assert frozen(rt) is None
    clock.forward(hours=-3)
    assert frozen(rt) is None


def test_two_schedulers_freeze_once(rt: Runtime, clock: TestClock, sita: int) -> None:
    clock.forward(**EVENING)
    both = [threading.Thread(target=frozen, args=(rt,)) for _ in range(3)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert versions(rt) == [("2026-11-23", 1)]


def test_report_counts_for_its_unit_and_all_above(rt: Runtime, clock: TestClock, sita: int) -> None:
    a_report(rt, sita, category="21")
    a_report(rt, sita, urgency=Urgency.DANGER)
    clock.forward(**EVENING)
    frozen(rt)
    for code in ("BOOTH-1", "BLOCK", "organisation"):
        found = row(rt, code)
        assert found is not None
        assert (found.received, found.danger, found.waiting, found.categories) == (2, 1, 2, {"21": 1, "": 1})
    assert row(rt, "BOOTH-2") is None


def test_what_went_past_the_local_staff_counts_one_level_up(rt: Runtime, clock: TestClock, sita: int) -> None:
    report_id = a_report(rt, sita)
    with unit_of_work(rt.engine) as unit:
        above = unit.db.scalars(select(Unit.id).where(Unit.code == "BLOCK")).one()
    change(rt, report_id, sight_unit_id=above)
    clock.forward(**EVENING)
    frozen(rt)
    booth, block = row(rt, "BOOTH-1"), row(rt, "BLOCK")
    assert booth is not None
    assert block is not None
    assert (booth.received, booth.waiting, block.received, block.waiting) == (0, 0, 1, 1)


def test_calls_of_strangers_and_of_the_unnamed_are_the_tops(rt: Runtime, clock: TestClock, sita: int) -> None:
    a_call(rt, sita)
    a_call(rt, None)
    a_call(rt, sita, is_sealed=True)
    clock.forward(**EVENING)
    frozen(rt)
    counted = [
        found.calls if (found := row(rt, code)) else 0 for code in ("BOOTH-1", "BLOCK", "organisation")
    ]
    assert counted == [1, 1, 3]


def test_deeds_count_on_their_day_and_what_was_undone_does_not(
    rt: Runtime, clock: TestClock, sita: int
) -> None:
    def happened(report_id: int, *kinds: str, **details: str) -> None:
        with unit_of_work(rt.engine) as unit:
            for kind in kinds:
                state = None if kind == "undone" else ReportState(kind)
                note(unit.db, unit.db.get_one(Report, report_id), kind, clock(), state=state, details=details)
                unit.db.flush()

    one, two, three = (a_report(rt, sita) for _ in range(3))
    happened(one, "answered", "confirmed", "reopened", "answered")
    happened(one, "undone", of="answered")
    happened(two, "answered", "closed_unconfirmed")
    happened(three, "answered")
    happened(three, "undone", of="answered")
    clock.forward(**EVENING)
    frozen(rt)
    found = row(rt, "organisation")
    assert found is not None
    assert (found.answered, found.confirmed, found.reopened, found.unconfirmed) == (2, 1, 1, 1)


def test_joining_and_leaving_are_counted(rt: Runtime, clock: TestClock, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Member, a_member(rt, "Asha", unit="BOOTH-2")).left_at = clock()
    clock.forward(**EVENING)
    frozen(rt)
    found = row(rt, "BLOCK")
    assert found is not None
    assert (found.joined, found.left) == (2, 1)


def test_days_join_without_gap_where_the_hour_changes(rt: Runtime, clock: TestClock, sita: int) -> None:
    clock.forward(**EVENING)
    frozen(rt)
    a_report(rt, sita)
    with unit_of_work(rt.engine) as unit:
        rollups.keep_setting(unit.db, RollupSetting(hour="22:15"))
    clock.forward(days=1, hours=2)
    made = frozen(rt)
    assert made is not None
    assert made.until - made.since == timedelta(hours=25, minutes=45)
    found = row(rt, "BOOTH-1", made.day)
    assert found is not None
    assert found.received == 1


def test_nothing_is_frozen_by_itself_where_it_is_off(rt: Runtime, clock: TestClock, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        rollups.keep_setting(unit.db, RollupSetting(is_on=False))
    clock.forward(**EVENING)
    assert frozen(rt) is None


def test_what_came_late_makes_a_second_version_the_next_day(rt: Runtime, clock: TestClock, sita: int) -> None:
    a_report(rt, sita)
    clock.forward(**EVENING)
    frozen(rt)
    late = a_report(rt, sita)
    change(rt, late, received_at=clock() - timedelta(hours=1))
    clock.forward(days=1)
    frozen(rt)
    assert versions(rt) == [("2026-11-23", 1), ("2026-11-23", 2), ("2026-11-24", 1)]
    for code in ("BOOTH-1", "organisation"):
        before, after = row(rt, code), row(rt, code, version=2)
        assert before is not None
        assert after is not None
        assert (before.received, after.received) == (1, 2)
        assert (before.waiting, after.waiting) == (1, 1)  # as it stood that evening


def test_day_that_stays_the_same_has_one_version(rt: Runtime, clock: TestClock, sita: int) -> None:
    a_report(rt, sita)
    clock.forward(**EVENING)
    frozen(rt)
    clock.forward(days=1)
    frozen(rt)
    assert versions(rt) == [("2026-11-23", 1), ("2026-11-24", 1)]


def test_bell_rings_only_while_there_is_something_to_do(
    rt: Runtime, clock: TestClock, sita: int, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    def is_rung() -> bool:
        rung.clear()
        with unit_of_work(rt.engine) as unit:
            freeze.ring_due(unit, rt)
        return bool(rung)

    frozen(rt)
    assert is_rung()  # it was not sent yet
    with unit_of_work(rt.engine) as unit:
        newest = rollups.last(unit.db)
        assert newest is not None
        newest.sent_at = clock()
    assert not is_rung()
    clock.forward(**EVENING)
    assert is_rung()


FIGURES = rollup_rows.FIGURES


@pytest.mark.parametrize("seed", range(4))
def test_every_row_is_its_own_figures_and_the_sum_of_its_children(
    rt: Runtime, clock: TestClock, seed: int
) -> None:
    """Own figures are counted here one by one, as nobody would for 100,000 units."""
    chance = random.Random(seed)
    with unit_of_work(rt.engine) as unit:
        tree = [units.root_unit(unit.db)]
        for number in range(30):
            tree.append(units.add_unit(unit.db, f"U{number}", f"U{number}", "booth", chance.choice(tree)))
    people = {each.id: a_member(rt, number=a_number(), unit=each.code) for each in chance.sample(tree, 12)}
    for member_id in chance.choices(list(people.values()), k=25):
        report_id = a_report(rt, member_id, category=chance.choice((None, "11", "21")))
        urgency, due = chance.choice(list(Urgency)), clock() + timedelta(hours=chance.choice((-3, 30)))
        change(rt, report_id, sight_unit_id=chance.choice(tree).id, urgency=urgency, due_at=due)
        a_call(rt, member_id, is_sealed=chance.random() < 0.2)
    with unit_of_work(rt.engine) as unit:
        for each in chance.sample(tree, 15):
            said = chance.choice((None, "nothing", "something", "could_not"))
            unit.db.add(UnitDay(unit_id=each.id, day=MONDAY, asked_at=clock(), said=said))
    clock.forward(**EVENING)
    frozen(rt)
    with unit_of_work(rt.engine) as unit:
        rows = {each.unit_id: each for each in unit.db.scalars(select(RollupRow))}
        reports = list(unit.db.scalars(select(Report)))
        days = list(unit.db.scalars(select(UnitDay)))
        assert unit.db.scalar(select(func.count()).select_from(RollupRow)) == len(rows) > 12
    for place in tree:
        mine = [each for each in reports if each.sight_unit_id == place.id]
        my_days = [each for each in days if each.unit_id == place.id]
        own = {
            "received": len(mine),
            "danger": sum(each.urgency is Urgency.DANGER for each in mine),
            "overdue": sum(each.due_at < clock() - timedelta(hours=5) for each in mine if each.due_at),
            "asked": len(my_days),
            "nothing": sum(each.said == "nothing" for each in my_days),
        }
        children = [rows[each.id] for each in tree if each.parent_id == place.id and each.id in rows]
        for name, count in own.items():
            whole = getattr(rows[place.id], name) if place.id in rows else 0
            assert whole == count + sum(getattr(child, name) for child in children), (place.code, name)
        named = [each for child in children for each in child.categories.items()]
        wanted: dict[str, int] = {}
        for code, count in [*named, *[(each.category or "", 1) for each in mine]]:
            wanted[code] = wanted.get(code, 0) + count
        assert (rows[place.id].categories if place.id in rows else {}) == wanted
    assert rows[tree[0].id].calls == 25
