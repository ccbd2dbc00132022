"""Drives: who is counted, once and where; pages and commands; a block sees its own part and nothing of the next one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from gateway import drives as room
from gateway.db import unit_of_work
from gateway.models import Drive, Enrolment, Member
from gateway.rules.referrals import Flag
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import drives, enrolments
from tests.builders import a_member, a_unit
from tests.conftest import TestClock
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.seats import a_tree
from tests.walks import all_of

TODAY = date(2026, 11, 23)


@pytest.fixture
def drive(rt: Runtime) -> str:
    a_tree(rt)
    return begin(rt)


def begin(rt: Runtime, unit: str = "AGRA", target: int = 100, days: int = 10) -> str:
    with unit_of_work(rt.engine) as work:
        made = room.begin(
            work,
            rt,
            name="Digital assistants",
            place=a_unit(work.db, unit),
            target=target,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=days - 1),
        )
        return made.public_id


def joined(rt: Runtime, unit: str, name: str = "Sita", flags: tuple[str, ...] = ()) -> int:
    member_id = a_member(rt, name, unit=unit)
    with unit_of_work(rt.engine) as work:
        row = enrolments.begin(work.db, member_id, "call", None, rt.clock())
        row.joined_at, row.flags = rt.clock(), list(flags)
    return member_id


def total(rt: Runtime, public_id: str, path: str = "/") -> int:
    with unit_of_work(rt.engine) as work:
        row = drives.get_drive(work.db, path, public_id)
        return room.stand(work, rt, row, path).course.total


def test_who_joins_in_its_days_and_units_is_counted_once(rt: Runtime, drive: str, clock: TestClock) -> None:
    joined(rt, "BOOTH-1")
    merged = joined(rt, "BOOTH-1", "Sita again")
    joined(rt, "BOOTH-2", flags=(Flag.BURST,))
    with unit_of_work(rt.engine) as work:
        gone = {"status": MemberStatus.LEFT, "merged_into_id": merged - 1}
        work.db.execute(update(Member).where(Member.id == merged).values(**gone))
    assert total(rt, drive) == 1
    clock.forward(days=30)
    joined(rt, "BOOTH-2", "Late")
    assert total(rt, drive) == 1


def test_flagged_joining_counts_when_it_is_cleared(rt: Runtime, drive: str) -> None:
    member_id = joined(rt, "BOOTH-1", flags=(Flag.BURST,))
    assert total(rt, drive) == 0
    with unit_of_work(rt.engine) as work:
        work.db.execute(
            update(Enrolment).where(Enrolment.member_id == member_id).values(cleared_at=rt.clock())
        )
    assert total(rt, drive) == 1


def test_target_is_shared_among_the_units_under_it(rt: Runtime, drive: str) -> None:
    with unit_of_work(rt.engine) as work:
        row = drives.get_drive(work.db, "/", drive)
        below, more = drives.by_unit(work.db, row.drive.id, row.place, *room.days_of(rt, row.drive), 0)
    assert ([each.target for each in below], more) == ([50, 50], False)


def test_page_shows_the_curve_and_who_lacks_most_first(app: Flask, rt: Runtime, drive: str) -> None:
    for name in ("Sita", "Gita", "Rita"):
        joined(rt, "BOOTH-1", name)
    desk = a_desk(app, rt, unit="AGRA")
    page = desk.read(f"/members/drives/{drive}")
    assert 'class="run"' in page
    assert "3 of 100 have joined" in page
    assert page.index("Bah") < page.index("Achhnera")
    assert "Digital assistants" in desk.read("/members/drives")


def test_block_sees_its_own_part_only(app: Flask, rt: Runtime, drive: str) -> None:
    joined(rt, "BOOTH-1")
    for _ in range(2):
        joined(rt, "BOOTH-2")
    desk = a_desk(app, rt, unit="ACH")
    page = desk.read(f"/members/drives/{drive}")
    assert "1 of 50 have joined" in page
    assert "Bah" not in page
    assert desk.post(f"/members/drives/{drive}/close").status_code == 404
    assert desk.post(f"/members/drives/{drive}/target", unit="ACH", target="1").status_code == 404


def test_drive_of_the_next_block_does_not_exist(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    other = begin(rt, "BAH")
    desk = a_desk(app, rt, unit="ACH")
    assert desk.get(f"/members/drives/{other}").status_code == 404
    assert "Digital assistants" not in desk.read("/members/drives")


@pytest.fixture
def desk(app: Flask, rt: Runtime) -> Desk:
    a_tree(rt)
    return a_desk(app, rt, unit="ACH")


GIVEN = {
    "name": "Spring",
    "unit": "BOOTH-1",
    "target": "४०",
    "starts_on": "2026-11-23",
    "ends_on": "2026-12-23",
}


def test_drive_is_begun_at_the_page_and_closed_once(rt: Runtime, desk: Desk) -> None:
    made = desk.post("/members/drives", **GIVEN)
    assert made.status_code == 302
    assert [each.target for each in all_of(rt, Drive)] == [40]
    desk.post(f"{made.location}/close")
    at = all_of(rt, Drive)[0].closed_at
    desk.post(f"{made.location}/close")
    assert at is not None
    assert all_of(rt, Drive)[0].closed_at == at


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("unit", "BOOTH-2"),
        ("target", "many"),
        ("target", "0"),
        ("starts_on", "soon"),
        ("ends_on", "2026-11-01"),
    ],
)
def test_drive_that_makes_no_sense_is_refused_by_its_field(
    rt: Runtime, desk: Desk, field: str, wrong: str
) -> None:
    answer = desk.post("/members/drives", **{**GIVEN, field: wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert all_of(rt, Drive) == []


def test_target_of_a_unit_is_changed_and_nonsense_is_told(app: Flask, rt: Runtime, drive: str) -> None:
    desk = a_desk(app, rt, unit="AGRA")
    desk.post(f"/members/drives/{drive}/target", unit="ACH", target="70")
    desk.post(f"/members/drives/{drive}/target", unit="ACH", target="x")
    with unit_of_work(rt.engine) as work:
        row = drives.get_drive(work.db, "/", drive)
        assert drives.target_of(work.db, row.drive.id, a_unit(work.db, "ACH").id) == 70


def test_staff_who_only_work_on_reports_begin_no_drive(app: Flask, rt: Runtime, client: FlaskClient) -> None:
    a_tree(rt)
    assert a_desk(app, rt, role="staff", unit="ACH").post("/members/drives", **GIVEN).status_code == 403
