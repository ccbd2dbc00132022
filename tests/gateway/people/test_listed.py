"""Lists that are handed in: looked at and taken in the background, gone on with after a stop, one after the other."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import AuditEntry, Consent, Enrolment, Import, ImportRefusal, Member
from gateway.people import listed, listed_work, members, refused_rows
from gateway.runtime import Runtime
from gateway.states import ImportState
from gateway.store import imports
from gateway.store.units import get_unit_by_code
from tests.builders import a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.people.lists import HEADER, units

Rung = list[tuple[str, tuple[object, ...]]]
MIXED = f"{HEADER}7000000001,Sita,hi,B1,,paper,\n12,Bad,hi,B1,,,\n7000000002,Asha,hi,B9,,,\n7000000001,Sita,hi,B1,,,\n"


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    units(rt)


def bring(rt: Runtime, text: str | bytes = MIXED, kind: str = "members", unit: str = "UP") -> Import:
    raw = text if isinstance(text, bytes) else text.encode()
    with unit_of_work(rt.engine) as work:
        unit_id = get_unit_by_code(work.db, unit).id
        count = work.db.scalars(select(func.count(Import.id))).one()
    staff_id = a_person_of_staff(rt, f"Meera{count}", "coordinator", unit)
    listed.hand_in(rt, io.BytesIO(raw), kind=kind, file_name="list.csv", staff_id=staff_id, unit_id=unit_id)
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Import).order_by(Import.id.desc())).first() or Import()


def now(rt: Runtime, made: Import) -> Import:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Import, made.id)


def take(rt: Runtime, made: Import) -> None:
    with unit_of_work(rt.engine) as unit:
        listed.take(unit, rt, unit.db.get_one(Import, made.id), made.staff_id or 0)


def looked_at(rt: Runtime, text: str | bytes = MIXED, kind: str = "members") -> Import:
    made = bring(rt, text, kind)
    listed_work.work(rt, made.id)
    return now(rt, made)


def many(count: int) -> str:
    return HEADER + "".join(f"70000{n:05d},Member {n},hi,B1,,paper,\n" for n in range(count))


def how_many(rt: Runtime, model: type = Member) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).select_from(model)).one()


def test_list_is_sealed_and_a_worker_is_rung(rt: Runtime, rung: Rung) -> None:
    made = bring(rt)
    assert ("workers.people.work_on_list", (made.id,)) in rung
    sealed = b"".join(
        each.read_bytes() for each in (rt.settings.data_dir / "files").rglob("*") if each.is_file()
    )
    assert b"Sita" not in sealed
    assert b"7000000001" not in sealed


def test_look_counts_what_would_be_and_writes_nothing(rt: Runtime) -> None:
    made = looked_at(rt)
    assert made.state == ImportState.CHECKED
    counts = {name: made.counts[name] for name in ("new", "updated", "unchanged", "twice", "refused")}
    assert counts == {"new": 1, "updated": 0, "unchanged": 0, "twice": 1, "refused": 2}
    assert (made.done, how_many(rt)) == (4, 0)
    with unit_of_work(rt.engine) as unit:
        wrong = imports.list_refusals(unit.db, made.id, is_note=False)
        assert [(each.line, each.column, each.reason) for each in wrong] == [
            (3, "phone", "number-unreadable"),
            (4, "unit", "unit-unknown"),
        ]


def test_taking_does_what_the_look_said_and_notes_who_did_it(rt: Runtime) -> None:
    made = looked_at(rt)
    take(rt, made)
    listed_work.work(rt, made.id)
    taken = now(rt, made)
    assert taken.state == ImportState.TAKEN
    assert {**taken.counts, "upto": 0} == {**made.counts, "upto": 0}
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Consent.staff_id)).all() == [made.staff_id]
        assert unit.db.scalars(select(Enrolment.way)).all() == ["list"]
        assert "members.imported" in unit.db.scalars(select(AuditEntry.action)).all()
    take(rt, made)  # a second click
    assert now(rt, made).state == ImportState.TAKEN


def test_list_cut_off_goes_on_where_it_was_and_counts_the_same(
    rt: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "BATCH", 10)
    text = many(35) + "7000000001,Member 1,hi,B1,,paper,\n1,X,hi,B1,,,\n"
    made = looked_at(rt, text)
    take(rt, made)
    # Every job takes one batch, as if it were cut off then.
    monkeypatch.setattr(listed_work, "SLICE_SECONDS", -1.0)
    for done in (10, 20, 30):
        listed_work.work(rt, made.id)
        assert now(rt, made).done == done
    assert how_many(rt) == 30
    monkeypatch.setattr(listed_work, "SLICE_SECONDS", 30.0)
    listed_work.work(rt, made.id)
    taken = now(rt, made)
    assert (taken.state, how_many(rt), how_many(rt, Consent)) == (ImportState.TAKEN, 35, 35)
    assert [taken.counts[each] for each in ("new", "twice", "refused")] == [35, 1, 1]
    assert how_many(rt, ImportRefusal) == 1


def test_killed_worker_loses_no_row_and_its_list_is_rung_again(
    rt: Runtime, clock: TestClock, rung: Rung, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "BATCH", 10)
    made = looked_at(rt, many(25))
    take(rt, made)
    with unit_of_work(rt.engine) as unit:
        assert imports.claim(unit.db, made.id, rt.clock(), listed_work.LEASE)  # and is never heard of again
    rung.clear()
    listed_work.work(rt, made.id)
    assert how_many(rt) == 0
    clock.forward(seconds=61)
    with unit_of_work(rt.engine) as unit:
        listed.ring_waiting(unit, rt)
    assert rung == [("workers.people.work_on_list", (made.id,))]
    listed_work.work(rt, made.id)
    assert (now(rt, made).state, how_many(rt)) == (ImportState.TAKEN, 25)


def test_second_list_waits_its_turn_and_is_rung_when_it_has_come(rt: Runtime, rung: Rung) -> None:
    first, second = bring(rt), bring(rt)
    with unit_of_work(rt.engine) as unit:
        assert imports.claim(unit.db, first.id, rt.clock(), listed_work.LEASE)
    listed_work.work(rt, second.id)
    assert now(rt, second).state == ImportState.CHECKING
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Import, first.id).lease_until = rt.clock()
    rung.clear()
    listed_work.work(rt, first.id)
    assert rung == [("workers.people.work_on_list", (second.id,))]


def test_stopped_list_keeps_what_was_taken_and_takes_no_more(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "BATCH", 10)
    made = looked_at(rt, many(20))
    take(rt, made)
    monkeypatch.setattr(listed_work, "SLICE_SECONDS", -1.0)
    listed_work.work(rt, made.id)
    with unit_of_work(rt.engine) as unit:
        listed.stop(unit, rt, unit.db.get_one(Import, made.id))
    listed_work.work(rt, made.id)
    assert (now(rt, made).state, how_many(rt)) == (ImportState.STOPPED, 10)
    with pytest.raises(Conflict):
        take(rt, made)


def test_list_whose_columns_are_strange_asks_which_is_which(rt: Runtime) -> None:
    made = looked_at(rt, "No. to ring;Where;Who\n7000000001;B1;Sita\n")
    assert (made.state, made.error) == (ImportState.CHECKED, "no-list-lacks")
    with pytest.raises(Conflict):
        take(rt, made)
    chosen = {"phone": "No. to ring", "unit": "Where", "name": "Who"}
    with unit_of_work(rt.engine) as unit:
        listed.check_again(unit, rt, unit.db.get_one(Import, made.id), chosen)
    listed_work.work(rt, made.id)
    again = now(rt, made)
    assert (again.error, again.counts["new"], again.columns["places"]) == (None, 1, chosen)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"", "no-list-empty"), (b"phone,unit,caste\n", "no-list-profiling"), (b"%PDF-1.4", "no-list-pdf")],
)
def test_file_that_is_no_list_is_said_so_by_code(rt: Runtime, raw: bytes, code: str) -> None:
    made = looked_at(rt, raw)
    assert (made.state, made.error) == (ImportState.FAILED, code)


def test_list_that_breaks_every_worker_is_given_up(rt: Runtime, clock: TestClock) -> None:
    made = bring(rt)
    for _ in range(listed_work.MOST_TRIES):
        with unit_of_work(rt.engine) as unit:
            claimed = imports.claim(unit.db, made.id, rt.clock(), listed_work.LEASE)
            assert claimed
            claimed.counts = {**claimed.counts, "tries": int(claimed.counts.get("tries", 0)) + 1}
        clock.forward(seconds=60)
    listed_work.work(rt, made.id)
    assert (now(rt, made).state, now(rt, made).error) == (ImportState.FAILED, "no-list-broken")


def test_refused_rows_are_kept_as_they_stood_for_whoever_brought_them(rt: Runtime) -> None:
    made = looked_at(rt, MIXED + '12,=HYPERLINK("x"),hi,B1,,,\n')
    rows = list(refused_rows.rows(rt, made, lambda code, details: code))
    assert rows[0][3:] == HEADER.strip().split(",")
    assert rows[1] == ["3", "phone", "number-unreadable", "12", "Bad", "hi", "B1", "", "", ""]
    assert rows[-1][4].startswith("'=HYPERLINK")


def test_files_are_forgotten_and_the_counts_stay(rt: Runtime) -> None:
    made = looked_at(rt)
    with unit_of_work(rt.engine) as unit:
        listed.forget_files(rt, unit.db.get_one(Import, made.id))
    assert [each for each in (rt.settings.data_dir / "files").rglob("??*/*") if each.is_file()] == []
    take(rt, made)
    listed_work.work(rt, made.id)
    assert (now(rt, made).state, now(rt, made).error) == (ImportState.FAILED, "no-list-forgotten")


def test_tree_is_taken_in_the_background_as_well(rt: Runtime) -> None:
    made = looked_at(rt, "code,name,kind,parent\nB7,Booth 7,booth,BAH\nB8,Booth 8,booth,NONE\n", "units")
    assert (made.counts["new"], made.counts["refused"]) == (1, 1)
    take(rt, made)
    listed_work.work(rt, made.id)
    assert now(rt, made).state == ImportState.TAKEN
    with unit_of_work(rt.engine) as unit:
        assert get_unit_by_code(unit.db, "B7").name == "Booth 7"


def test_nothing_of_a_row_is_in_what_is_kept_open(rt: Runtime) -> None:
    made = looked_at(rt)
    with unit_of_work(rt.engine) as unit:
        wrong = imports.list_refusals(unit.db, made.id, is_note=False)
        told = json.dumps([made.counts, made.columns, [each.details for each in wrong]])
    assert "7000000001" not in told
    assert "Sita" not in told


def test_list_without_a_header_leaves_no_number_behind(rt: Runtime) -> None:
    made = looked_at(rt, "7000000001,Sita,hi,B1\n7000000002,Asha,hi,B1\n")
    assert (made.state, made.error) == (ImportState.FAILED, "no-list-lacks")
    assert "7000000001" not in json.dumps(made.columns)
    assert "Sita" not in json.dumps(made.columns)
