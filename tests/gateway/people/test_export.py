"""Members out: the columns that go in, numbers in E.164, nothing that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from gateway.db import unit_of_work
from gateway.models import Member
from gateway.people.export import export_members, harmless
from gateway.people.lists import tidy
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store.units import get_unit_by_code
from tests.gateway.people.lists import HEADER, members, units


def exported(rt: Runtime, unit_path: str = "/") -> str:
    out = io.StringIO()
    export_members(rt, out, unit_path=unit_path)
    return out.getvalue()


def test_export_is_what_an_import_takes(rt: Runtime) -> None:
    units(rt)
    rows = (
        "+917000000001,Sita,hi,B1,Mukhiya;Agent,paper,2026-01-31\n"
        "+917000000002,রমা,bn,B2,,coordinator,2026-02-01\n"
        "+917000000003,,,B2,,,\n"
    )
    members(rt, HEADER + rows)
    assert exported(rt) == HEADER + rows
    assert (members(rt, exported(rt)).updated, exported(rt)) == (3, HEADER + rows)


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2+3", "+cmd|' /C calc'!A0", "＝1+1"])
def test_formula_is_accepted_and_harmless_on_the_way_out(rt: Runtime, name: str) -> None:
    units(rt)
    assert members(rt, f'{HEADER}7000000001,"{name}",hi,B1,,,\n').refused == []
    cells = list(csv.reader(io.StringIO(exported(rt))))[1]
    assert cells[1] == f"'{name}"
    assert members(rt, exported(rt)).updated == 1


@given(st.text(max_size=30))
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    assert harmless(cell).lstrip()[:1] not in tuple("=@＝＠")
    assert not harmless(cell).startswith(("\t", "\r"))


@given(st.sampled_from("=+-@"), st.text("abc123 +", max_size=10))
def test_what_was_made_harmless_is_read_as_it_was(sign: str, rest: str) -> None:
    cell = tidy(sign + rest)
    assert tidy(harmless(cell)) == cell


def test_only_the_viewers_units_and_nobody_who_left(rt: Runtime) -> None:
    units(rt)
    members(rt, HEADER + "7000000001,Sita,hi,B1,,,\n7000000002,Rama,hi,B2,,,\n7000000003,Mina,hi,B2,,,\n")
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).where(Member.name == "Mina").values(status=MemberStatus.LEFT))
        path = get_unit_by_code(unit.db, "B2").path
    assert exported(rt, path) == HEADER + "+917000000002,Rama,hi,B2,,,\n"
