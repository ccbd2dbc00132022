"""Merging units: everything that acts goes over, codes still lead there, and nobody sees what was meant for others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import (
    AuditEntry,
    Base,
    Broadcast,
    Drive,
    DriveTarget,
    DutyNumber,
    JoinCode,
    Member,
    NewsItem,
    Overlay,
    OverlayUnit,
    PollSilence,
    Post,
    Report,
    Staff,
    Unit,
)
from gateway.runtime import Runtime
from gateway.states import BroadcastState, ReportState
from gateway.store import numbers, reports, units
from gateway.store.sight import Sight
from gateway.units.merge import merge
from gateway.units.refusals import CannotChange
from tests.builders import a_member, a_number, a_person_of_staff
from tests.gateway.units.trees import TREE, actions, an_id, counts_are_right, do, import_units, line

GOES_OVER = {
    "members.unit_id",
    "members.home_unit_id",
    "posts.unit_id",
    "staff.unit_id",
    "reports.unit_id",
    "reports.desk_unit_id",
    "reports.sight_unit_id",
    "duty_numbers.unit_id",
    "broadcasts.unit_id",  # drafts; those that ran stay, those that wait forbid it
    "news_items.unit_id",
    "poll_silences.unit_id",
    "overlays.unit_id",
    "join_codes.unit_id",
    "drives.unit_id",
    "drive_targets.unit_id",
    "units.parent_id",
    "units.merged_into_id",
}
STAYS = {
    "audit_entries.unit_id",
    "unit_changes.unit_id",
    "imports.unit_id",
    "scrubs.unit_id",
    "breaches.unit_id",
    "rights_requests.unit_id",
    "number_changes.unit_id",  # seen from the kept unit, which lies above the merged one
    "overlay_units.unit_id",  # left: the kept unit has its own
    "unit_counts.unit_id",
    "question_counts.unit_id",  # counts of days that are over
    "unit_days.unit_id",  # what the merged unit said of its days, and how it counted, stays its own
    "rollup_rows.unit_id",
    "audience_lists.unit_id",  # a list was read with the eyes of that unit
    "report_files.unit_id",  # whose eyes a list was made for
    "holidays.unit_id",  # the kept unit has its own
}


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    import_units(rt)


def test_every_column_that_points_to_a_unit_is_thought_of() -> None:
    found = {
        f"{key.parent.table.name}.{key.parent.name}"
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name == "units"
    }
    assert found == GOES_OVER | STAYS


def test_members_units_and_counts_go_over(rt: Runtime) -> None:
    for code in ("P1", "B1", "P2"):
        a_member(rt, unit=code)
    do(rt, merge, "P1", "P2")
    assert line(rt, "B1") == ["UP", "AGRA", "BAH", "P2", "B1"]
    assert line(rt, "P1") == ["UP", "AGRA", "BAH", "P2", "P1"]
    with unit_of_work(rt.engine) as work:
        kept = an_id(rt, "P2")
        assert sorted(work.db.scalars(select(Member.unit_id))) == sorted([kept, kept, an_id(rt, "B1")])
        merged = work.db.get_one(Unit, an_id(rt, "P1"))
        assert (merged.merged_into_id, merged.closed_at, merged.parent_id) == (kept, rt.clock(), kept)
    assert actions(rt, "P1") == ["added", "merged"]
    assert actions(rt, "P2") == ["added", "took_in"]
    counts_are_right(rt)


def test_code_leads_to_the_kept_unit_also_after_a_second_merge(rt: Runtime) -> None:
    do(rt, merge, "B1", "B2")
    do(rt, merge, "B2", "B3")
    with unit_of_work(rt.engine) as work:
        for code in ("B1", "B2"):
            assert units.get_unit_by_code(work.db, code).code == "B3"
    assert line(rt, "B1")[-2:] == ["B3", "B1"]
    counts_are_right(rt)


def test_list_takes_the_old_code_as_parent_and_refuses_it_as_a_unit(rt: Runtime) -> None:
    do(rt, merge, "P1", "P2")
    result = import_units(rt, TREE.replace("Booth 1", "School"))
    assert [(each.line, each.column, each.code) for each in result.refused] == [(6, "code", "unit-merged")]
    assert line(rt, "B1")[-2:] == ["P2", "B1"]


def test_what_acts_by_its_unit_goes_over(rt: Runtime) -> None:
    sita, asha = a_member(rt, unit="P1"), a_person_of_staff(rt, unit="P1")
    old, new, now = an_id(rt, "P1"), an_id(rt, "P2"), rt.clock()
    day = now.date()
    row = {"title": "T", "message_class": "organisational", "unit_id": old}
    with unit_of_work(rt.engine) as work:
        draft = Broadcast(**row, kind="sms", created_at=now)
        ran = Broadcast(**row, kind="sms", created_at=now, state=BroadcastState.FINISHED)
        news = NewsItem(**row, published_at=now)
        silence = PollSilence(unit_id=old, closes_at=now)
        code = JoinCode(code="4711", kind="class", unit_id=old, created_at=now)
        drive = Drive(name="D", unit_id=old, target=9, starts_on=day, ends_on=day, created_at=now)
        wing = Overlay(code="W", name="Wing", kind="wing", unit_id=old, created_at=now)
        moved = [draft, news, silence, code, drive, wing]
        work.db.add_all([*moved, ran])
        work.db.flush()
        targets = [DriveTarget(drive_id=drive.id, unit_id=each, target=4) for each in (old, new)]
        work.db.add_all([*targets, OverlayUnit(overlay_id=wing.id, unit_id=old)])
    do(rt, merge, "P1", "P2")
    with unit_of_work(rt.engine) as work:
        for each in moved:
            work.db.add(each)
            work.db.refresh(each)
            assert each.unit_id == new, each
        assert work.db.get_one(Broadcast, ran.id).unit_id == old
        assert work.db.get_one(Member, sita).unit_id == work.db.get_one(Staff, asha).unit_id == new
        assert work.db.execute(select(DriveTarget.unit_id, DriveTarget.target)).all() == [(new, 8)]
        assert work.db.scalars(select(OverlayUnit)).all() == []
        entry = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "unit-merged")).one()
        assert (entry.subject_id, entry.unit_id) == (old, new)


def test_posts_and_duty_numbers_are_there_once(rt: Runtime) -> None:
    sita, now = a_member(rt, unit="P2"), rt.clock()
    old, new = an_id(rt, "P1"), an_id(rt, "P2")
    with unit_of_work(rt.engine) as work:
        phones = [numbers.add_number(work.db, rt.vault, a_number(), now) for _ in range(2)]
        for place, title in ((old, "President"), (new, "president"), (old, "Treasurer")):
            work.db.add(Post(member_id=sita, unit_id=place, title=title, since=now - timedelta(days=9)))
        for place, phone in ((old, phones[0]), (old, phones[1]), (new, phones[1])):
            work.db.add(DutyNumber(unit_id=place, number_id=phone))
    do(rt, merge, "P1", "P2")
    with unit_of_work(rt.engine) as work:
        held = select(Post.title, Post.unit_id).where(Post.until.is_(None))
        assert sorted(work.db.execute(held)) == [("Treasurer", new), ("president", new)]
        assert sorted(each.number_id for each in units.list_duty_numbers(work.db, path(rt, "P2"))) == phones


def test_report_past_the_local_staff_stays_past_them(rt: Runtime) -> None:
    """P1's staff come to work at BAH, where a report about them lies: it goes one level up."""
    a_person_of_staff(rt, unit="P1")
    with unit_of_work(rt.engine) as work:
        for reference, is_past in (("1017", True), ("1025", False)):
            row = {"reference": reference, "is_past_local": is_past, "received_at": rt.clock()}
            places = {"unit_id": an_id(rt, "P1"), "desk_unit_id": an_id(rt, "BAH")}
            places["sight_unit_id"] = places["desk_unit_id" if is_past else "unit_id"]
            work.db.add(Report(state=ReportState.RECEIVED, source="voice", **row, **places))
    do(rt, merge, "P1", "BAH")
    with unit_of_work(rt.engine) as work:
        seen = {
            code: sorted(
                work.db.scalars(
                    reports.select_visible(Sight(path(rt, code))).with_only_columns(Report.reference)
                )
            )
            for code in ("BAH", "AGRA")
        }
    assert seen == {"BAH": ["1025"], "AGRA": ["1017", "1025"]}


@pytest.mark.parametrize(
    ("unit", "into", "code"),
    [("P1", "P1", "under-itself"), ("P1", "B1", "under-itself"), ("UP", "AGRA", "the-top"), ("P1", "B3", "")],
)
def test_merge_that_would_break_the_tree_is_refused(rt: Runtime, unit: str, into: str, code: str) -> None:
    if code:
        with pytest.raises(CannotChange) as refusal:
            do(rt, merge, unit, into)
        assert refusal.value.code == code
    else:
        do(rt, merge, unit, into)
    counts_are_right(rt)


def test_units_of_a_higher_kind_do_not_come_under_the_kept_one(rt: Runtime) -> None:
    with pytest.raises(CannotChange, match="cannot lie under"):
        do(rt, merge, "CITY", "B3")
    with pytest.raises(CannotChange, match="approved and not sent"):
        with unit_of_work(rt.engine) as work:
            row = {"title": "T", "kind": "sms", "message_class": "organisational", "created_at": rt.clock()}
            work.db.add(Broadcast(**row, unit_id=an_id(rt, "P2"), state=BroadcastState.APPROVED))
        do(rt, merge, "P2", "P1")


def path(rt: Runtime, code: str) -> str:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Unit.path).where(Unit.code == code)).one()
