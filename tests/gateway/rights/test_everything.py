"""Whatever table knows a member: it is shown to who asks, or stands with a reason among those that are about somebody else."""

from __future__ import annotations

from sqlalchemy import Table

from gateway.db import unit_of_work
from gateway.keys.cells import CELLS
from gateway.models import Base, Member
from gateway.people.everything import (
    ABOUT_NOBODY,
    FURTHER,
    NOT_WORDS,
    OTHERS,
    PURPOSES,
    everything,
    gather,
    keys_to,
)
from gateway.runtime import Runtime
from gateway.store import retention
from tests.builders import a_member, a_number
from tests.gateway.rights.canaries import a_row, table


def _may_name_nobody(each: Table) -> bool:
    """Whether a row may have a number and no member; else the member it names is the one it is about."""
    return all(column.nullable for column in keys_to(each, "members"))


BY_HAND = {"members", "numbers", "suppressions", "audit_entries"}
KEYED = sorted(
    (each.name, column.name)
    for each in Base.metadata.tables.values()
    for target in ("members", "numbers")
    for column in keys_to(each, target)
    if each.name not in ("members", "numbers") and (target == "members" or _may_name_nobody(each))
)


def test_every_table_is_shown_or_said_to_be_about_nobody() -> None:
    further = {each[0] for each in FURTHER}
    keyed = {name for name, _ in KEYED}
    unknown = set(Base.metadata.tables) - keyed - further - BY_HAND - set(ABOUT_NOBODY)
    assert unknown == set()
    assert (keyed | further | BY_HAND) & set(ABOUT_NOBODY) == set()
    for name, column in OTHERS:
        assert column in table(name).c


def test_every_recording_that_a_members_row_points_to_is_found() -> None:
    keyed = {name for name, _ in KEYED} | {"members"}
    pointing = {(t, column) for t, column in retention.pointing_to("voice_notes") if t in keyed}
    assert pointing <= {(above, key) for name, _, above, key in FURTHER if name == "voice_notes"}


def test_every_sealed_word_is_opened() -> None:
    shown = {name for name, _ in KEYED} | {each[0] for each in FURTHER} | {"numbers"}
    sealed = {cell for cell in CELLS if cell.table_name in shown}
    words = {cell for cell in sealed if (cell.table_name, cell.column_name) not in NOT_WORDS}
    assert {(c.table_name, c.column_name, c.place, c.row) for c in words} == {
        (name, *each[:3]) for name, each in PURPOSES.items()
    }


def test_a_canary_in_any_table_is_found(rt: Runtime) -> None:
    member_id = a_member(rt, "Sita")
    assert len(KEYED) > 20
    for name, column in KEYED:
        with unit_of_work(rt.engine) as unit:
            member = unit.db.get_one(Member, member_id)
            target = next(iter(table(name).c[column].foreign_keys)).column.table.name
            before = len(gather(unit.db, member).get(name, []))
            a_row(unit.db, table(name), **{column: member.id if target == "members" else member.number_id})
            assert len(everything(unit.db, rt, member)[name]) == before + 1, f"{name}.{column}"
            unit.db.rollback()


def test_on_a_shared_phone_what_names_nobody_is_left_out(rt: Runtime) -> None:
    number = a_number()
    sita = a_member(rt, "Sita", number=number)
    a_member(rt, "Ramesh", number=number)
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, sita)
        a_row(unit.db, table("calls"), number_id=member.number_id, member_id=None)
        a_row(unit.db, table("calls"), number_id=member.number_id, member_id=sita)
        found = everything(unit.db, rt, member)
    assert [each["member_id"] for each in found["calls"]] == [sita]
    assert found["number"] == str(number)
    assert "Ramesh" not in str(found)
