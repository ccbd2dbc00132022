"""The tree from a list: any order, updates and moves, and each row that would break it refused by line."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Member, Unit, UnitChange
from gateway.names import search_key
from gateway.people.refusals import ListUnreadable
from gateway.runtime import Runtime
from gateway.store import unit_counts
from gateway.store import units as store
from tests.builders import a_member, a_unit
from tests.gateway.people.lists import UNITS, refused, units


def tree(rt: Runtime) -> dict[str, list[str]]:
    with unit_of_work(rt.engine) as unit:
        found = unit.db.scalars(select(Unit)).all()
        return {each.code: [above.code for above in store.list_line(unit.db, each)] for each in found}


def test_tree_is_made_whatever_the_order(rt: Runtime) -> None:
    header, *rows = UNITS.strip().splitlines()
    result = units(rt, "\n".join([header, *reversed(rows)]))
    assert (result.taken, result.updated, result.refused) == (5, 0, [])
    assert tree(rt)["B1"] == ["UP", "AGRA", "BAH", "B1"]


def test_second_import_updates_and_adds_nothing(rt: Runtime) -> None:
    units(rt)
    result = units(rt, UNITS.replace("Booth 1", "School"))
    assert (result.taken, result.updated) == (0, 5)
    with unit_of_work(rt.engine) as unit:
        assert store.get_unit_by_code(unit.db, "B1").name == "School"
        assert unit.db.scalar(select(func.count(Unit.id))) == 5


def test_move_takes_everything_under_it_along(rt: Runtime) -> None:
    units(rt)
    result = units(rt, "code,name,kind,parent\nMAIN,Mainpuri,district,UP\nBAH,Bah,block,MAIN\n")
    assert (result.taken, result.updated) == (1, 1)
    assert tree(rt)["B2"] == ["UP", "MAIN", "BAH", "B2"]


def test_placeholder_becomes_the_top_with_who_hangs_on_it(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        top = store.root_unit(unit.db).id
    a_member(rt, unit=store.ROOT_CODE)
    assert units(rt).taken == 5
    with unit_of_work(rt.engine) as unit:
        assert store.root_unit(unit.db).code == "UP"
        assert unit.db.scalars(select(Member.unit_id)).all() == [top]
    assert set(tree(rt)) == {"UP", "AGRA", "BAH", "B1", "B2"}


def test_new_top_goes_above_the_old_one(rt: Runtime) -> None:
    units(rt)
    units(rt, "code,name,kind,parent\nIN,India,country,\nUP,Uttar Pradesh,state,IN\n")
    assert tree(rt)["B1"] == ["IN", "UP", "AGRA", "BAH", "B1"]


ROWS = [
    ("orphan", "X,X,ward,NOWHERE", [(7, "parent")]),
    ("under an orphan", "X,X,ward,NOWHERE\nY,Y,ward,X", [(7, "parent"), (8, "parent")]),
    ("second top", "X,X,state,", [(7, "parent")]),
    ("circle", "X,X,ward,Y\nY,Y,ward,X\nZ,Z,ward,Y", [(7, "parent"), (8, "parent"), (9, "parent")]),
    ("own parent", "X,X,ward,X", [(7, "parent")]),
    ("twice", "B1,Again,booth,BAH", [(7, "code")]),
    ("no code", ",X,ward,UP", [(7, "code")]),
    ("no name", "X,,ward,UP", [(7, "name")]),
    ("no kind", "X,X,,UP", [(7, "kind")]),
    ("long code", f"{'X' * 65},X,ward,UP", [(7, "code")]),
    ("too many cells", "X,X,ward,UP,more", [(7, "")]),
    ("zero byte", "X,X\0,ward,UP", [(7, "name")]),
]


@pytest.mark.parametrize(("name", "rows", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_row_is_refused_by_line_and_the_others_taken(
    rt: Runtime, name: str, rows: str, expected: list[tuple[int, str]]
) -> None:
    dry = units(rt, UNITS + rows + "\nOK,Fine,ward,UP\n", dry_run=True)
    assert tree(rt) == {}
    result = units(rt, UNITS + rows + "\nOK,Fine,ward,UP\n")
    assert refused(result) == refused(dry) == expected
    assert result.taken == dry.taken == 6
    assert tree(rt)["OK"] == ["UP", "OK"]


def test_circle_through_units_that_exist_leaves_them_where_they_are(rt: Runtime) -> None:
    units(rt)
    result = units(rt, "code,name,kind,parent\nAGRA,Agra,district,B1\nB3,Booth 3,booth,AGRA\n")
    assert (refused(result), result.taken) == ([(2, "parent")], 1)
    assert tree(rt)["B3"] == ["UP", "AGRA", "B3"]


def test_unit_outside_the_viewers_is_neither_seen_nor_touched(rt: Runtime) -> None:
    from io import BytesIO

    from gateway.people.units import import_units

    units(rt)
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "ELSEWHERE", under="AGRA")
        path = store.get_unit_by_code(unit.db, "BAH").path
    text = (
        "code,name,kind,parent\nB1,Mine,booth,BAH\nELSEWHERE,Mine,booth,BAH\nN,New,booth,UP\nT,Top,state,\n"
    )
    result = import_units(rt, BytesIO(text.encode()), unit_path=path)
    assert (refused(result), result.updated) == ([(3, "code"), (4, "parent"), (5, "parent")], 1)
    assert tree(rt)["B1"] == ["UP", "AGRA", "BAH", "B1"]


@pytest.mark.parametrize("text", ["", "\n\n", "name,kind\nA,b\n", "code,name,kind,parent,Code\n"])
def test_list_that_is_none_is_refused_as_a_whole(rt: Runtime, text: str) -> None:
    with pytest.raises(ListUnreadable):
        units(rt, text)


def test_import_is_in_the_audit_log(rt: Runtime) -> None:
    units(rt)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(AuditEntry.action)).all() == ["units.imported"]


CHAINS = """code,name,kind,parent
IN,India,national,
UP,Uttar Pradesh,state,IN
AGRA,Agra,district,UP
AC,Fatehabad,assembly,AGRA
BAH,Bah,block,AC
P1,Nagla,panchayat,BAH
B1,Booth 1,booth,P1
CITY,Agra City,city,AGRA
W1,Purana Bazar,ward,CITY
B9,Booth 9,booth,W1
T1,Tola,mohalla,B9
"""


def test_both_chains_with_and_without_optional_levels(rt: Runtime) -> None:
    assert refused(units(rt, CHAINS)) == []
    assert tree(rt)["B1"] == ["IN", "UP", "AGRA", "AC", "BAH", "P1", "B1"]
    assert refused(units(rt, "code,name,kind,parent\nB8,Booth 8,booth,AGRA\nM,Tehsil,tehsil,AGRA\n")) == []


@pytest.mark.parametrize(
    ("rows", "line", "column", "code"),
    [
        ("X,Bah,block,B1", 2, "kind", "tree-kind-above"),
        ("X,Z,mohalla,B1\nY,Z,ward,X", 3, "kind", "tree-kind-above"),
        ("BAH,Bah,booth,AC", 2, "kind", "tree-kind-below"),
        ("X,Z,booth,NOWHERE", 2, "parent", "tree-orphan"),
        ("UP,Z,state,B1", 2, "parent", "tree-circle"),
        ("X,Z,state,", 2, "parent", "tree-second-top"),
        ("X,Z,booth,P1\nX,Z,booth,P1", 3, "code", "code-twice"),
        ("X,,booth,P1", 2, "name", "cell-empty"),
    ],
)
def test_row_that_breaks_the_tree_says_why(rt: Runtime, rows: str, line: int, column: str, code: str) -> None:
    units(rt, CHAINS)
    before = tree(rt)
    for dry_run in (True, False):
        result = units(rt, f"code,name,kind,parent\n{rows}\n", dry_run)
        assert [(each.line, each.column, each.code) for each in result.refused] == [(line, column, code)]
    assert {code: above for code, above in tree(rt).items() if code in before} == before


def test_history_and_spelling_come_with_the_list(rt: Runtime) -> None:
    units(rt)
    units(rt, "code,name,kind,parent\nMAIN,Mainpuri,district,UP\nBAH,Baah,block,MAIN\n")
    with unit_of_work(rt.engine) as unit:
        bah = store.get_unit_by_code(unit.db, "BAH")
        lines = unit.db.scalars(
            select(UnitChange).where(UnitChange.unit_id == bah.id).order_by(UnitChange.id)
        ).all()
        assert [each.action for each in lines] == ["added", "renamed", "moved"]
        assert lines[1].details == {"from": "Bah", "to": "Baah"}
        assert bah.search == search_key("Baah BAH")
        assert unit_counts.below(unit.db, bah.path) == (3, 0)
        assert unit_counts.below(unit.db, store.get_unit_by_code(unit.db, "AGRA").path) == (1, 0)
