"""By whose wall clock: a broadcast at nine over two zones is tried at nine in each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Delivery, Member, Unit
from gateway.runtime import Runtime
from gateway.store import units, zones
from tests.builders import a_member, a_unit
from tests.conftest import TestClock
from tests.gateway.schedules.weeks import a_bulletin, schedule, sweep, times_of


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def test_the_nearest_unit_on_the_line_up_decides(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        block, booth = a_unit(unit.db, "B-1", under="BLOCK"), a_unit(unit.db, "B-2", under="BLOCK")
        top = units.get_unit_by_code(unit.db, "BLOCK")
        top.zone, booth.zone = "Asia/Dhaka", "Asia/Kathmandu"
        unit.db.flush()
        other = a_unit(unit.db, "ELSEWHERE")
        found = zones.zones_of(unit.db, [block.path, booth.path, other.path, "/0/"])
        assert found == {
            block.path: "Asia/Dhaka",
            booth.path: "Asia/Kathmandu",
            other.path: None,
            "/0/": None,
        }
        assert list(zones.zones_below(unit.db, top.path).items()) == [
            (booth.path, "Asia/Kathmandu"),
            (top.path, "Asia/Dhaka"),
        ]
        assert zones.zones_below(unit.db, block.path) == {block.path: "Asia/Dhaka"}


def test_nine_is_nine_on_the_wall_of_each_zone(rt: Runtime, clock: TestClock) -> None:
    """India, and a unit of Nepal 15 minutes ahead: made when it is nine in Nepal, each tried at their own nine."""
    a_member(rt, "Sita", unit="BOOTH-1", under="BLOCK")
    a_member(rt, "Mina", unit="BOOTH-2", under="BLOCK")
    with unit_of_work(rt.engine) as unit:
        units.get_unit_by_code(unit.db, "BOOTH-2").zone = "Asia/Kathmandu"
    a_bulletin(rt, unit="BLOCK")
    clock.now = at("2026-11-30 03:14:50")
    sweep(rt)
    assert times_of(rt) == []
    clock.now = at("2026-11-30 03:15:05")
    sweep(rt)
    sweep(rt)
    with unit_of_work(rt.engine) as unit:
        due = dict(unit.db.execute(_due_by_unit()).all())
    assert due == {"BOOTH-1": at("2026-11-30 03:30"), "BOOTH-2": at("2026-11-30 03:15:05")}
    assert [each.occurs_at for each in times_of(rt)] == [at("2026-11-30 03:30")]
    clock.now = at("2026-11-30 03:30:05")
    sweep(rt)
    assert len(times_of(rt)) == 1
    assert schedule(rt).next_at == at("2026-12-07 03:30")


def test_whom_a_later_clock_serves_is_not_called_before_it(rt: Runtime, clock: TestClock) -> None:
    """Nepal's nine has come, India's not: one call goes out, the second a quarter of an hour later."""
    a_member(rt, "Sita", unit="BOOTH-1", under="BLOCK")
    a_member(rt, "Mina", unit="BOOTH-2", under="BLOCK")
    with unit_of_work(rt.engine) as unit:
        units.get_unit_by_code(unit.db, "BOOTH-2").zone = "Asia/Kathmandu"
    a_bulletin(rt, unit="BLOCK")
    clock.now = at("2026-11-30 03:15:05")
    sweep(rt)
    assert (send_some(rt, "voice").handed, send_some(rt, "voice").handed) == (1, 0)
    clock.now = at("2026-11-30 03:30:01")
    assert send_some(rt, "voice").handed == 1


def _due_by_unit():
    return (
        select(Unit.code, Delivery.due_at)
        .join(Member, Member.unit_id == Unit.id)
        .join(Delivery, Delivery.member_id == Member.id)
    )
