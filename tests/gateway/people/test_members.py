"""Members from a list: as people's programs write it, each bad row refused by line and column, the others taken."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Base, Member, PhoneNumber, Post, Unit
from gateway.people.refusals import ListUnreadable
from gateway.runtime import Runtime
from gateway.store import numbers
from gateway.store.units import get_unit_by_code
from tests.builders import a_number
from tests.gateway.people.lists import HEADER, members, refused, units

SITA = "7000000001,Sita,hi,B1,Mukhiya;Booth agent,paper,2026-01-31\n"


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    units(rt)


def everybody(rt: Runtime) -> list[tuple[str, str, str, str | None]]:
    with unit_of_work(rt.engine) as unit:
        found = unit.db.scalars(select(Member).order_by(Member.id)).all()
        opened = numbers.open_numbers(unit.db, rt.vault, [each.number_id or 0 for each in found])
        codes = {each.id: each.code for each in unit.db.scalars(select(Unit))}
        return [
            (opened[each.number_id or 0], each.name, codes[each.unit_id], each.language) for each in found
        ]


def rows_in(rt: Runtime) -> dict[str, int]:
    with unit_of_work(rt.engine) as unit:
        tables = Base.metadata.sorted_tables
        return {
            table.name: unit.db.scalars(select(func.count()).select_from(table)).one() for table in tables
        }


def test_member_is_taken_with_posts_and_number(rt: Runtime) -> None:
    result = members(rt, HEADER + SITA)
    assert (result.taken, result.updated, result.refused, result.notes) == (1, 0, [], [])
    assert everybody(rt) == [("+917000000001", "Sita", "B1", "hi")]
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Post.title)).all() == ["Mukhiya", "Booth agent"]


WRITTEN = [
    ("comma", HEADER + SITA, "utf-8"),
    (
        "semicolon",
        HEADER.replace(",", ";") + '7000000001;Sita;hi;B1;"Mukhiya;Agent";paper;2026-01-31\n',
        "utf-8",
    ),
    ("tab", HEADER.replace(",", "\t") + SITA.replace(",", "\t"), "utf-8"),
    ("mark", HEADER + SITA, "utf-8-sig"),
    ("sixteen", HEADER + SITA, "utf-16"),
    ("sixteen without mark", HEADER + SITA, "utf-16-le"),
    ("sixteen from a mac", HEADER + SITA, "utf-16-be"),
    ("windows lines", (HEADER + SITA).replace("\n", "\r\n"), "utf-8"),
    ("old mac lines", (HEADER + SITA).replace("\n", "\r"), "utf-8"),
    ("no last line end", (HEADER + SITA).strip(), "utf-8"),
    ("loud header", " Phone , NAME,Language , Unit,Posts,Consent,Consent Date\n" + SITA, "utf-8"),
    ("other order", "Unit,phone,name,Language\nB1,7000000001,Sita,HI\n", "utf-8"),
    ("blank lines", "\n" + HEADER + "\n,,,\n" + SITA, "utf-8"),
    ("quoted", HEADER + '"7000000001","Sita","hi","B1","","",""\n', "utf-8"),
    ("quoted line end", HEADER + '7000000001,Sita,hi,B1,"Mukhiya\nAgent",,\n', "utf-8"),
    ("short row", HEADER + "7000000001,Sita,hi,B1\n", "utf-8"),
    ("unknown columns", HEADER.strip() + ",shirt size\n" + SITA.strip() + ",L\n", "utf-8"),
]


@pytest.mark.parametrize(("name", "text", "encoding"), WRITTEN, ids=[row[0] for row in WRITTEN])
def test_list_is_read_however_it_is_written(rt: Runtime, name: str, text: str, encoding: str) -> None:
    result = members(rt, text.encode(encoding))
    assert (result.taken, result.refused) == (1, [])
    assert everybody(rt) == [("+917000000001", "Sita", "B1", "hi")]


PHONES = ["7000000001", "07000000001", "+91 70000 00001", "0091-7000000001", "७००००००००१",
          "৭০০০০০০০০১", "917000000001", "(0) 70000-00001", "7000000001.0"]  # fmt: skip


@pytest.mark.parametrize("phone", PHONES)
def test_phone_is_read_as_people_type_it(rt: Runtime, phone: str) -> None:
    assert members(rt, f"{HEADER}{phone},Sita,hi,B1,,,\n").refused == []
    assert everybody(rt)[0][0] == "+917000000001"


ROWS = [
    ("no phone", ",A,hi,B1,,,", "phone"),
    ("short phone", "12345,A,hi,B1,,,", "phone"),
    ("shortened phone", "7.00E+09,A,hi,B1,,,", "phone"),
    ("other country", "+254711000001,A,hi,B1,,,", "phone"),
    ("our own line", "+918000000001,A,hi,B1,,,", "phone"),
    ("no unit", "7000000009,A,hi,,,,", "unit"),
    ("unknown unit", "7000000009,A,hi,B9,,,", "unit"),
    ("language by name", "7000000009,A,Hindi,B1,,,", "language"),
    ("unknown consent", "7000000009,A,hi,B1,,yes,", "consent"),
    ("day that is none", "7000000009,A,hi,B1,,paper,31/02/2026", "consent_date"),
    ("unreadable date", "7000000009,A,hi,B1,,paper,soon", "consent_date"),
    ("future date", "7000000009,A,hi,B1,,paper,2027-01-01", "consent_date"),
    ("long name", f"7000000009,{'A' * 201},hi,B1,,,", "name"),
    ("zero byte", "7000000009,A\0,hi,B1,,,", "name"),
    ("too many cells", "7000000009,A,hi,B1,,,,,,more", ""),
    ("open quotation", '7000000009,"A,hi,B1,,,', ""),
    ("endless line", "7000000009," + "A" * 10_000_000, ""),
]


@pytest.mark.parametrize(("name", "row", "column"), ROWS, ids=[row[0] for row in ROWS])
def test_row_is_refused_by_line_and_column_and_the_others_taken(
    rt: Runtime, name: str, row: str, column: str
) -> None:
    result = members(rt, f"{HEADER}{row}\n{SITA}")
    assert refused(result) == [(2, column)]
    assert result.refused[0].reason
    assert (result.taken, len(everybody(rt))) == (1, 1)


def test_line_numbers_count_as_an_editor_counts(rt: Runtime) -> None:
    result = members(
        rt, HEADER + '7000000002,B,hi,B1,"a\nb",,\n\n1,C,hi,B1,,,\n7000000003,"D\n7000000004,E,hi,B1,,,\n'
    )
    assert refused(result) == [(5, "phone"), (6, "")]
    assert [each[1] for each in everybody(rt)] == ["B", "E"]


def test_bytes_of_another_encoding_cost_their_row_alone(rt: Runtime) -> None:
    result = members(rt, HEADER.encode() + b"7000000002,Jos\xe9,hi,B1,,,\n" + SITA.encode())
    assert (refused(result), result.taken) == ([(2, "name")], 1)


MINORS = [("age", "17"), ("Age", "१२"), ("adult", "no"), ("is_adult", "0"), ("adult", "नहीं")]


@pytest.mark.parametrize(("column", "cell"), MINORS)
def test_minor_is_refused(rt: Runtime, column: str, cell: str) -> None:
    result = members(rt, f"phone,unit,{column}\n7000000001,B1,{cell}\n7000000002,B1,\n")
    assert (refused(result), result.taken) == ([(2, column.lower())], 1)


@pytest.mark.parametrize(
    "column", ["Caste", "religion", "Sub-Caste", "jati", "जाति", "धर्म", "ধর্ম", "OBC", "SC/ST religion"]
)
def test_list_that_asks_for_caste_or_religion_is_refused_as_a_whole(rt: Runtime, column: str) -> None:
    with pytest.raises(ListUnreadable, match="never kept"):
        members(rt, f"phone,unit,{column}\n7000000001,B1,x\n")
    assert everybody(rt) == []


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("members.csv", HEADER + SITA)
    return out.getvalue()


FILES = [
    ("empty", b""),
    ("zip", zipped()),
    ("gzip", gzip.compress(b"phone")),
    ("zeros", b"\0" * 10_000),
    ("noise", bytes(range(256)) * 40),
    ("header of 1000 columns", ("phone,unit," + ",".join(f"c{n}" for n in range(1000))).encode()),
    ("no unit column", b"phone,name\n7000000001,Sita\n"),
    ("column twice", b"phone,unit,Phone\n7000000001,B1,7000000002\n"),
    ("one endless line", b"x" * 10_000_000),
]


@pytest.mark.parametrize(("name", "raw"), FILES, ids=[row[0] for row in FILES])
def test_file_that_is_no_list_is_one_clear_line(rt: Runtime, name: str, raw: bytes) -> None:
    with pytest.raises(ListUnreadable) as told:
        members(rt, raw)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 200


def test_two_hundred_columns_are_read(rt: Runtime) -> None:
    more = ",".join(f"c{n}" for n in range(193))
    result = members(rt, HEADER.strip() + "," + more + "\n" + SITA.strip() + "," * 193 + "\n")
    assert (result.taken, len(result.ignored)) == (1, 193)


def test_same_number_name_and_unit_is_updated_not_doubled(rt: Runtime) -> None:
    members(rt, HEADER + SITA)
    again = members(rt, HEADER + "+917000000001, SITA ,bn,B1,mukhiya;Trainer,,\n")
    assert (again.taken, again.updated) == (0, 1)
    assert everybody(rt) == [("+917000000001", "SITA", "B1", "bn")]
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Post.title).order_by(Post.id)).all() == [
            "Mukhiya",
            "Booth agent",
            "Trainer",
        ]


def test_empty_cells_leave_what_is_known(rt: Runtime) -> None:
    members(rt, HEADER + SITA)
    members(rt, HEADER + "7000000001,Sita,,B1,,,\n")
    assert everybody(rt) == [("+917000000001", "Sita", "B1", "hi")]


def test_row_twice_in_one_list_is_one_member(rt: Runtime) -> None:
    dry = members(rt, HEADER + SITA * 3, dry_run=True)
    result = members(rt, HEADER + SITA * 3)
    assert (dry.taken, dry.updated) == (result.taken, result.updated) == (1, 2)
    assert len(everybody(rt)) == 1


def test_several_members_share_a_number_and_are_named_aloud(
    rt: Runtime, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    members(rt, HEADER + SITA)
    assert rung == []
    members(rt, HEADER + "7000000001,Ramesh,hi,B2,,,\n7000000002,Asha,hi,B2,,,\n")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count(PhoneNumber.id))) == 2
        ids = unit.db.scalars(select(Member.id).order_by(Member.id)).all()
    assert [job[1] for job in rung] == [("member", ids[0]), ("member", ids[1])]


def test_dry_run_says_the_same_and_writes_nothing(rt: Runtime) -> None:
    rt.vault.index(a_number(1))  # a new installation makes its keys when first asked
    rt.vault.seal(b"", b"")
    before = rows_in(rt)
    text = HEADER + SITA + SITA + "1,B,hi,B1,,,\n7000000002,B,hi,B1,,coordinator,\n7000000003,C,hi,B9,,,\n"
    dry = members(rt, text, dry_run=True)
    assert rows_in(rt) == before
    result = members(rt, text)
    assert (dry.taken, dry.updated, refused(dry)) == (result.taken, result.updated, refused(result))
    assert (result.taken, result.updated, len(result.refused)) == (2, 1, 2)


def test_units_outside_the_viewers_do_not_exist(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        path = get_unit_by_code(unit.db, "B2").path
    result = members(rt, HEADER + SITA + "7000000002,B,hi,B2,,,\n", unit_path=path)
    assert (refused(result), result.taken) == ([(2, "unit")], 1)


def test_list_longer_than_a_batch_is_taken_whole(rt: Runtime) -> None:
    rows = "".join(f"70000{n:05d},Member {n},hi,B{1 + n % 2},,paper,\n" for n in range(2300))
    result = members(rt, HEADER + rows)
    assert (result.taken, result.refused) == (2300, [])
    assert members(rt, HEADER + rows, dry_run=True).updated == 2300
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count(Member.id)).where(Member.status == "active")) == 2300
