"""The same problem told by several: one is worked on, all are answered and asked, a "no" comes out again."""

from __future__ import annotations

import pytest

from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Member
from gateway.reports import answering, desk, merging, opening, outcome, undo
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store.sight import EVERYTHING, Sight
from tests.builders import a_member
from tests.conftest import TestClock
from tests.gateway.reports.desks import Tree, a_report, a_tree, number_of, owed, report


@pytest.fixture
def tree(rt: Runtime) -> Tree:
    return a_tree(rt, "BOOTH-1", "BLOCK")


def merge(rt: Runtime, tree: Tree, child: int, into: int) -> int:
    with unit_of_work(rt.engine) as unit:
        return merging.merge(unit, rt, child, tree.staff["BOOTH-1"], into)


def test_all_are_answered_and_a_no_comes_out_one_level_up(rt: Runtime, tree: Tree) -> None:
    bengali = a_member(rt, "Rahim", unit="BOOTH-1", language="bn")
    root, first, second = a_report(rt), a_report(rt), a_report(rt, member=bengali)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Member, bengali)
        desk.wants_language(unit, rt, second, tree.staff["BOOTH-1"], "bn")
    merge(rt, tree, first, root)
    merge(rt, tree, second, first)  # what is merged into a child hangs on the root
    assert (report(rt, root).reporters, report(rt, second).merged_into_id) == (3, root)
    assert (report(rt, first).is_waiting, report(rt, first).due_at) == (False, None)
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, root, tree.staff["BOOTH-1"], {"hi": "हो गया", "bn": "হয়েছে"}, {})
    calls = owed(rt, DeliveryReason.ANSWER)
    assert sorted((each.report_id, each.language) for each in calls) == [
        (root, "hi"), (first, "hi"), (second, "bn"),
    ]  # fmt: skip
    assert {report(rt, each).state for each in (root, first, second)} == {ReportState.ANSWERED}
    with unit_of_work(rt.engine) as unit:
        assert outcome.member_said(unit, rt, root, number_of(rt, root), "yes")
        assert outcome.member_said(unit, rt, first, number_of(rt, first), "no")
        assert not outcome.member_said(unit, rt, second, number_of(rt, first), "yes")  # another's phone
    out = report(rt, first)
    assert (out.merged_into_id, out.state, tree.code_of(out.desk_unit_id)) == (
        None, ReportState.REOPENED, "BLOCK",
    )  # fmt: skip
    assert (report(rt, root).state, report(rt, root).reporters) == (ReportState.CONFIRMED, 2)


def test_interim_word_of_staff_reaches_all(rt: Runtime, tree: Tree) -> None:
    root, child = a_report(rt), a_report(rt)
    merge(rt, tree, child, root)
    with unit_of_work(rt.engine) as unit:
        answering.tell(unit, rt, root, tree.staff["BOOTH-1"], {"hi": "लगे हैं"}, {})
    assert {each.report_id for each in owed(rt, DeliveryReason.INTERIM)} == {root, child}
    assert report(rt, root).state == ReportState.RECEIVED


def test_merge_is_undone_with_all_that_hung_on_it(rt: Runtime, tree: Tree) -> None:
    root, child, grandchild = a_report(rt), a_report(rt), a_report(rt)
    merge(rt, tree, grandchild, child)
    event_id = merge(rt, tree, child, root)
    assert report(rt, root).reporters == 3
    with unit_of_work(rt.engine) as unit:
        undo.undo(unit, rt, event_id, tree.staff["BOOTH-1"])
    assert [report(rt, each).reporters for each in (root, child)] == [1, 2]
    assert (report(rt, grandchild).merged_into_id, report(rt, child).is_waiting) == (child, True)


def test_split_makes_it_work_of_its_own(rt: Runtime, tree: Tree) -> None:
    root, child = a_report(rt), a_report(rt)
    merge(rt, tree, child, root)
    with unit_of_work(rt.engine) as unit:
        merging.split(unit, rt, child, tree.staff["BOOTH-1"])
    assert (report(rt, root).reporters, report(rt, child).is_waiting) == (1, True)
    assert report(rt, child).due_at is not None


def test_danger_of_one_is_danger_of_all(rt: Runtime, tree: Tree) -> None:
    root, child = a_report(rt), a_report(rt, urgency="danger")
    merge(rt, tree, child, root)
    assert report(rt, root).is_red
    with unit_of_work(rt.engine) as unit:
        desk.take(unit, rt, root, tree.staff["BOOTH-1"])
    assert not report(rt, root).is_red
    assert not report(rt, child).is_red


def test_what_cannot_be_merged_is_refused(rt: Runtime, tree: Tree) -> None:
    root, child = a_report(rt), a_report(rt)
    with pytest.raises(Conflict, match="itself"):
        merge(rt, tree, root, root)
    with unit_of_work(rt.engine) as unit:
        opening.pass_local_staff(unit, rt, child)
    with pytest.raises(Conflict, match="local staff"):
        merge(rt, tree, child, root)
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, root, tree.staff["BOOTH-1"], {"hi": "x"}, {})
    with pytest.raises(Conflict, match="still open"):
        merge(rt, tree, child, root)


def test_likeliest_duplicates_come_first_and_none_from_afar(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    old = a_report(rt, code="21")
    clock.forward(days=31)
    beside = a_report(rt, "BOOTH-2", code="21")
    unsaid, other = a_report(rt), a_report(rt, code="11")
    here = a_report(rt, code="21")
    far = a_report(rt, "STATE", code="21")
    mine = a_report(rt, code="21")
    with unit_of_work(rt.engine) as unit:
        found = [each.id for each in merging.suggest(unit.db, EVERYTHING, report(rt, mine))]
        assert found == [here, beside, unsaid]
        assert not {old, other, far} & set(found)
        booth = Sight(f"{_path(rt, tree)}")
        assert [each.id for each in merging.suggest(unit.db, booth, report(rt, mine))] == [here, unsaid]


def _path(rt: Runtime, tree: Tree) -> str:
    from gateway.store import units

    with unit_of_work(rt.engine) as unit:
        return units.get_unit(unit.db, tree.unit("BOOTH-1")).path
