"""Moving, closing and opening units: what goes along, what is refused, who still sees what."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import AuditEntry, Broadcast, Member, Unit
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import tree, unit_history, units
from gateway.units import change
from gateway.units.change import By
from gateway.units.refusals import CannotChange
from tests.builders import a_member, a_person_of_staff
from tests.gateway.units.trees import TREE, actions, an_id, counts_are_right, do, import_units, line


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    import_units(rt, TREE)


def path_of(rt: Runtime, code: str) -> str:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Unit.path).where(Unit.code == code)).one()


def add(rt: Runtime, under: str, code: str, kind: str) -> None:
    with unit_of_work(rt.engine) as work:
        parent = units.get_unit_by_code(work.db, under)
        change.add(work, rt, By(), parent.id, code, code.title(), kind)


def test_unit_moves_with_all_that_is_under_it(rt: Runtime) -> None:
    a_member(rt, unit="B1")
    do(rt, change.move, "BAH", "MAIN")
    assert line(rt, "B1") == ["UP", "MAIN", "BAH", "P1", "B1"]
    assert line(rt, "B9") == ["UP", "AGRA", "CITY", "W1", "B9"]
    assert actions(rt, "BAH") == ["added", "moved"]
    assert actions(rt, "B1") == ["added"]
    counts_are_right(rt)


def test_staff_go_with_their_unit_and_those_above_it_lose_it(rt: Runtime) -> None:
    a_person_of_staff(rt, "Asha", unit="BAH")
    do(rt, change.move, "BAH", "MAIN")
    assert path_of(rt, "B1").startswith(path_of(rt, "BAH"))
    assert not path_of(rt, "B1").startswith(path_of(rt, "AGRA"))
    with unit_of_work(rt.engine) as work:
        entry = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "unit-moved")).one()
        assert entry.subject_id == entry.unit_id == units.get_unit_by_code(work.db, "BAH").id


@pytest.mark.parametrize(
    ("unit", "under", "code"),
    [
        ("UP", "AGRA", "the-top"),
        ("AGRA", "BAH", "under-itself"),
        ("BAH", "BAH", "under-itself"),
        ("BAH", "AGRA", "there-already"),
        ("BAH", "P2", "under-itself"),
        ("CITY", "P1", "kind-above"),
    ],
)
def test_tree_stays_a_tree(rt: Runtime, unit: str, under: str, code: str) -> None:
    before = path_of(rt, "B1")
    with pytest.raises(CannotChange) as refusal:
        do(rt, change.move, unit, under)
    assert refusal.value.code == code
    assert path_of(rt, "B1") == before


def test_nothing_moves_out_of_the_viewers_part_or_into_it(rt: Runtime) -> None:
    agra = By(None, path_of(rt, "AGRA"))
    for pair in (("BAH", "MAIN"), ("BAH", "UP"), ("MAIN", "AGRA")):
        with pytest.raises(NotFound):
            do(rt, change.move, *pair, by=agra)
    with pytest.raises(CannotChange, match="the top of what you may change"):
        do(rt, change.move, "AGRA", "CITY", by=agra)
    do(rt, change.move, "P1", "CITY", by=agra)
    assert line(rt, "B1")[2:] == ["CITY", "P1", "B1"]


def test_history_names_no_unit_that_is_not_the_viewers(rt: Runtime) -> None:
    do(rt, change.move, "BAH", "MAIN")
    with unit_of_work(rt.engine) as work:
        place, main = an_id(rt, "BAH"), an_id(rt, "MAIN")
        seen = {each: unit_history.history(work.db, path_of(rt, each), place)[0] for each in ("UP", "MAIN")}
    assert {unit.code for unit in seen["UP"].units.values()} == {"AGRA", "MAIN"}
    assert set(seen["MAIN"].units) == {main}


@pytest.mark.parametrize(
    ("under", "kind", "is_taken"),
    [("P1", "district", False), ("P1", "booth", True), ("P1", "mohalla", True), ("CITY", "ward", True)],
)
def test_kind_is_not_above_its_parents(rt: Runtime, under: str, kind: str, is_taken: bool) -> None:
    if is_taken:
        add(rt, under, "NEW", kind)
        assert line(rt, "NEW")[-2:] == [under, "NEW"]
    else:
        with pytest.raises(CannotChange, match="a district cannot lie under a ward"):
            add(rt, under, "NEW", kind)


def test_unknown_kind_hides_no_order(rt: Runtime) -> None:
    add(rt, "P1", "TOLA", "mohalla")
    with pytest.raises(CannotChange, match="cannot lie under"):
        add(rt, "TOLA", "NEW", "state")


def test_only_an_empty_unit_is_closed_and_it_opens_again(rt: Runtime) -> None:
    a_member(rt, unit="B3")
    for code in ("P2", "B3"):
        with pytest.raises(CannotChange, match="not empty"):
            do(rt, change.close, code)
    do(rt, change.close, "B2")
    with pytest.raises(CannotChange, match="closed"):
        do(rt, change.move, "B2", "P2")
    counts_are_right(rt)
    do(rt, change.reopen, "B2")
    assert actions(rt, "B2") == ["added", "closed", "opened"]
    counts_are_right(rt)


def test_unit_with_staff_or_a_broadcast_that_waits_is_not_closed(rt: Runtime) -> None:
    a_person_of_staff(rt, "Asha", unit="B1")
    with pytest.raises(CannotChange, match="1 of staff"):
        do(rt, change.close, "B1")
    with unit_of_work(rt.engine) as work:
        place = units.get_unit_by_code(work.db, "B2").id
        row = {"title": "T", "kind": "sms", "message_class": "organisational", "unit_id": place}
        work.db.add(Broadcast(**row, state=BroadcastState.APPROVED, created_at=rt.clock()))
    with pytest.raises(CannotChange, match="approved and not sent"):
        do(rt, change.close, "B2")


def test_move_waits_for_an_import_and_the_import_for_a_move(rt: Runtime) -> None:
    """While one holds its turn the other has not begun; after both every path is right."""
    done = threading.Event()

    def rows_come() -> None:
        import_units(rt, "code,name,kind,parent\nB7,Booth 7,booth,P1\n")
        done.set()

    with unit_of_work(rt.engine) as work:
        place, goal = an_id(rt, "P1"), an_id(rt, "CITY")
        tree.take_turn(work.db)
        other = threading.Thread(target=rows_come)
        other.start()
        assert not done.wait(0.3)
        change.move(work, rt, By(), place, goal)
    other.join(10)
    assert line(rt, "B7") == ["UP", "AGRA", "CITY", "P1", "B7"]
    counts_are_right(rt)


def test_two_moves_at_once_make_no_circle(rt: Runtime) -> None:
    told: list[str] = []

    def go(unit: str, under: str) -> None:
        try:
            do(rt, change.move, unit, under)
        except CannotChange as refusal:
            told.append(refusal.code)

    pairs = (("P1", "P2"), ("P2", "P1"))
    movers = [threading.Thread(target=go, args=pair) for pair in pairs]
    for each in movers:
        each.start()
    for each in movers:
        each.join(10)
    assert told == ["under-itself"]
    counts_are_right(rt)


def test_counts_follow_members(rt: Runtime) -> None:
    sita, ramesh = a_member(rt, unit="B1"), a_member(rt, "Ramesh", unit="B1")
    counts_are_right(rt)
    with unit_of_work(rt.engine) as work:
        work.db.get_one(Member, sita).status = "left"  # type: ignore[assignment]
        work.db.get_one(Member, ramesh).unit_id = an_id(rt, "B9")
    counts_are_right(rt)
