"""Staff's deeds on a report: what each changes, who may not be given one, locks, notes, undoing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Answer, Mention, ReportEvent, Staff
from gateway.reports import answering, desk, locking, undo
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, DeliveryState, ReportState, Urgency
from gateway.store.reports import NOTE_PURPOSE
from tests.conftest import TestClock
from tests.gateway.reports.desks import Tree, a_colleague, a_report, a_tree, kinds, owed, report


@pytest.fixture
def tree(rt: Runtime) -> Tree:
    return a_tree(rt, "BOOTH-1", "BOOTH-2", "BLOCK")


def do(rt: Runtime, deed: Callable[..., int], *arguments: object) -> int:
    with unit_of_work(rt.engine) as unit:
        return deed(unit, rt, *arguments)


def test_deadlines_follow_each_deed(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    start = clock()
    assert report(rt, made).due_at == start + timedelta(hours=24)
    clock.forward(hours=2)
    do(rt, desk.mark_heard, made, me)
    assert report(rt, made).due_at == start + timedelta(hours=48)
    do(rt, desk.assign, made, me, me)
    found = report(rt, made)
    assert (found.state, found.assignee_id, found.heard_at) == (ReportState.ASSIGNED, me, clock())
    assert found.due_at == start + timedelta(days=8)  # a Sunday lies between
    assert found.tell_at == start + timedelta(days=7)
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, made, me, {"hi": "हो गया।"}, {})
    found = report(rt, made)
    assert (found.due_at, found.tell_at, found.asks) == (None, None, 0)
    assert found.ask_at is not None and found.ask_at > clock()


def test_heard_twice_is_heard_once_and_moves_nothing_back(rt: Runtime, tree: Tree) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    do(rt, desk.start_work, made, me)
    assert do(rt, desk.mark_heard, made, me) == 0
    assert report(rt, made).state == ReportState.IN_WORK
    assert kinds(rt, made).count("heard") == 0


def test_nobody_is_given_a_report_they_may_not_know_of(rt: Runtime, tree: Tree) -> None:
    made, me = a_report(rt), tree.staff["BLOCK"]
    with pytest.raises(Conflict, match="may not see"):
        do(rt, desk.assign, made, me, tree.staff["BOOTH-2"])
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Staff, tree.staff["BOOTH-1"]).disabled_at = rt.clock()
    with pytest.raises(Conflict, match="does not work here"):
        do(rt, desk.assign, made, me, tree.staff["BOOTH-1"])
    assert report(rt, made).assignee_id is None


def test_note_is_sealed_and_names_colleagues(rt: Runtime, tree: Tree) -> None:
    made, me, boss = a_report(rt), tree.staff["BOOTH-1"], tree.staff["BLOCK"]
    event_id = do(rt, desk.write_note, made, me, "  पूछा है।  ", [boss, boss])
    with unit_of_work(rt.engine) as unit:
        event = unit.db.get_one(ReportEvent, event_id)
        assert event.sealed_note and "पूछा" not in str(event.details)
        assert rt.vault.open_text(event.sealed_note, NOTE_PURPOSE, made) == "पूछा है।"
        assert [each.staff_id for each in unit.db.scalars(select(Mention))] == [boss]
    for words in ("   ", "x" * (desk.LONGEST_NOTE + 1)):
        with pytest.raises(Conflict, match="note"):
            do(rt, desk.write_note, made, me, words)
    with pytest.raises(Conflict, match="may not see"):
        do(rt, desk.write_note, made, me, "x", [tree.staff["BOOTH-2"]])


@pytest.mark.parametrize(
    ("deed", "arguments", "column", "value"),
    [
        (desk.set_category, ("21",), "category", "21"),
        (desk.set_urgency, ("soon",), "urgency", Urgency.SOON),
        (desk.set_must_act, ("office", "  Block  office "), "office", "Block office"),
        (desk.restrict, (True,), "is_restricted", True),
        (desk.wants_language, ("bn",), "language", "bn"),
        (desk.start_work, (), "state", ReportState.IN_WORK),
        (desk.mark_blank, (), "state", ReportState.BLANK),
    ],
)
def test_deed_changes_and_its_undoing_puts_back(
    rt: Runtime,
    tree: Tree,
    deed: Callable[..., int],
    arguments: tuple[object, ...],
    column: str,
    value: object,
) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    before = report(rt, made)
    event_id = do(rt, deed, made, me, *arguments)
    assert getattr(report(rt, made), column) == value
    do(rt, undo.undo, event_id, me)
    after = report(rt, made)
    for name in (column, "state", "assignee_id", "due_at", "tell_at", "heard_at", "assigned_at"):
        assert getattr(after, name) == getattr(before, name), name
    assert kinds(rt, made)[-1] == "undone"
    with pytest.raises(Conflict):
        do(rt, undo.undo, event_id, me)  # twice


@pytest.mark.parametrize(
    ("deed", "arguments"),
    [
        (desk.set_category, ("99",)),
        (desk.set_must_act, ("god",)),
        (desk.set_must_act, ("office", "x" * 121)),
        (desk.wants_language, ("<script>",)),
    ],
)
def test_nonsense_is_refused_with_a_sentence(
    rt: Runtime, tree: Tree, deed: Callable[..., int], arguments: tuple[object, ...]
) -> None:
    made = a_report(rt)
    with pytest.raises(Conflict):
        do(rt, deed, made, tree.staff["BOOTH-1"], *arguments)
    assert report(rt, made).version == 0


def test_undoing_is_ones_own_and_only_while_nothing_followed(rt: Runtime, tree: Tree) -> None:
    made, me, boss = a_report(rt), tree.staff["BOOTH-1"], tree.staff["BLOCK"]
    event_id = do(rt, desk.set_category, made, me, "21")
    with pytest.raises(Conflict, match="only who did this"):
        do(rt, undo.undo, event_id, boss)
    do(rt, desk.set_urgency, made, boss, "soon")
    with pytest.raises(Conflict, match="something else"):
        do(rt, undo.undo, event_id, me)


def test_answer_is_taken_back_until_the_phone_rings(rt: Runtime, tree: Tree) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    first = do(rt, answering.answer, made, me, {"hi": "एक"}, {}, timedelta(seconds=30))
    call = owed(rt, DeliveryReason.ANSWER)[0]
    assert call.due_at == rt.clock() + timedelta(seconds=30)
    do(rt, undo.undo, first, me)
    assert report(rt, made).state == ReportState.RECEIVED
    assert owed(rt, DeliveryReason.ANSWER)[0].state == DeliveryState.CANCELLED
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Answer.withdrawn_at)).one() == rt.clock()
    second = do(rt, answering.answer, made, me, {"hi": "दो"}, {})
    with unit_of_work(rt.engine) as unit:
        owed_now = owed(rt, DeliveryReason.ANSWER)[-1]
        unit.db.merge(owed_now).tries = 1
    with pytest.raises(Conflict, match="rung"):
        do(rt, undo.undo, second, me)


def test_two_people_never_work_on_one(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made, me, boss = a_report(rt), tree.staff["BOOTH-1"], tree.staff["BLOCK"]
    with unit_of_work(rt.engine) as unit:
        assert locking.hold(unit, rt, made, me) is None
        assert locking.hold(unit, rt, made, me) is None
        holder = locking.hold(unit, rt, made, boss)
    assert holder and (holder.staff_id, holder.name) == (me, "Asha BOOTH-1")
    with pytest.raises(Conflict, match="Asha BOOTH-1 is working on this report"):
        do(rt, desk.set_category, made, boss, "21")
    do(rt, desk.mark_heard, made, boss)  # listening is nobody's alone
    do(rt, locking.take_over, made, boss)
    do(rt, desk.set_category, made, boss, "21")
    with pytest.raises(Conflict, match="working"):
        do(rt, desk.set_category, made, me, "22")
    clock.forward(minutes=6)
    do(rt, desk.set_category, made, me, "22")  # the hold ran out


def test_release_lets_go_of_ones_own_hold_only(rt: Runtime, tree: Tree) -> None:
    made, me, boss = a_report(rt), tree.staff["BOOTH-1"], tree.staff["BLOCK"]
    with unit_of_work(rt.engine) as unit:
        locking.hold(unit, rt, made, me)
        until = rt.clock() + locking.HELD_FOR
        locking.release(unit, rt, made, boss, until)
        assert locking.hold(unit, rt, made, boss) is not None
        locking.release(unit, rt, made, me, until)
        assert locking.hold(unit, rt, made, boss) is None


def test_late_word_of_a_page_that_was_left_takes_nothing_from_the_next(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    made, me, boss = a_report(rt), tree.staff["BOOTH-1"], tree.staff["BLOCK"]
    with unit_of_work(rt.engine) as unit:
        locking.hold(unit, rt, made, me)
        until_before = rt.clock() + locking.HELD_FOR
        clock.forward(seconds=1)
        locking.hold(unit, rt, made, me)  # by the next page
        locking.release(unit, rt, made, me, until_before)
        assert locking.hold(unit, rt, made, boss) is not None


def test_place_moves_the_desk_and_the_sight(rt: Runtime, tree: Tree) -> None:
    made, boss = a_report(rt), tree.staff["BLOCK"]
    do(rt, desk.set_place, made, boss, tree.unit("BOOTH-2"))
    found = report(rt, made)
    assert {found.unit_id, found.desk_unit_id, found.sight_unit_id} == {tree.unit("BOOTH-2")}


def test_place_of_what_is_past_the_local_staff_stays_past_them(rt: Runtime, tree: Tree) -> None:
    from gateway.reports import opening

    made = a_report(rt)
    with unit_of_work(rt.engine) as unit:
        opening.pass_local_staff(unit, rt, made)
    do(rt, desk.set_place, made, tree.staff["BLOCK"], tree.unit("BOOTH-2"))
    found = report(rt, made)
    assert found.unit_id == tree.unit("BOOTH-2")
    assert {found.desk_unit_id, found.sight_unit_id} == {tree.unit("BLOCK")}


def test_blank_asks_the_reporter_once(rt: Runtime, tree: Tree) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    do(rt, desk.mark_blank, made, me)
    [call] = owed(rt, DeliveryReason.GO_ON, made)
    assert call.due_at <= rt.clock() + timedelta(minutes=10)


def test_own_names_in_a_colleagues_unit(rt: Runtime, tree: Tree) -> None:
    """A colleague at the same desk may be given it as well."""
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    other = a_colleague(rt, "BOOTH-1", "Ramesh")
    do(rt, desk.assign, made, me, other)
    assert report(rt, made).assignee_id == other
    do(rt, desk.unassign, made, me)
    assert (report(rt, made).assignee_id, report(rt, made).state) == (None, ReportState.HEARD)
