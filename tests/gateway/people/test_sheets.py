"""Spreadsheets: numbers, dates, formulas and titles as people leave them; what would do harm is refused unopened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from gateway.people import sheets
from gateway.people.refusals import ListUnreadable
from gateway.runtime import Runtime
from tests.gateway.people.lists import members, refused, units
from tests.gateway.people.test_members import everybody

TITLES = ("phone", "name", "language", "unit", "posts", "consent", "consent_date")


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    units(rt)


def book(*rows: tuple[Any, ...], change: Callable[[Workbook], None] = lambda book: None) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sita(phone: Any = "7000000001", day: Any = "2026-01-31") -> tuple[Any, ...]:
    return (phone, "Sita", "hi", "B1", "", "paper", day)


PHONES = [7000000001, 7000000001.0, 917000000001, "70000 00001", "+91 7000000001", "७००००००००१"]


@pytest.mark.parametrize("phone", PHONES)
def test_number_is_a_number_however_the_cell_is_typed(rt: Runtime, phone: Any) -> None:
    assert members(rt, book(TITLES, sita(phone))).refused == []
    assert everybody(rt) == [("+917000000001", "Sita", "B1", "hi")]


@pytest.mark.parametrize(
    "day", [date(2026, 1, 31), datetime(2026, 1, 31), datetime(2026, 1, 31, 9, 5), "31/01/2026"]
)
def test_date_is_read_from_a_cell_of_dates(rt: Runtime, day: Any) -> None:
    result = members(rt, book(TITLES, sita(day=day)))
    assert (result.taken, result.refused) == (1, [])


def test_number_that_was_shortened_as_text_is_refused(rt: Runtime) -> None:
    assert refused(members(rt, book(TITLES, sita("9.17E+09")))) == [(2, "phone")]


def test_title_above_the_header_and_empty_rows_are_passed_over(rt: Runtime) -> None:
    def merge(made: Workbook) -> None:
        made.active.merge_cells("A1:G1")

    blank = (None,) * 7
    raw = book(("Members of Bah", *blank[1:]), blank, TITLES, blank, sita(), (12, *sita()[1:]), change=merge)
    result = members(rt, raw)
    assert (result.taken, refused(result)) == (1, [(6, "phone")])


def test_sheet_that_has_the_header_is_read(rt: Runtime) -> None:
    def more(made: Workbook) -> None:
        made.active.append(("how to fill in this form",))
        second = made.create_sheet("List")
        second.append(TITLES)
        second.append(sita())
        made.create_sheet("Old", 0).sheet_state = "hidden"
        made.worksheets[0].append(TITLES)
        made.worksheets[0].append(sita("7000000009"))

    members(rt, book(change=more))
    assert [each[0] for each in everybody(rt)] == ["+917000000001"]


def test_formula_counts_as_its_last_result_and_is_never_calculated(rt: Runtime) -> None:
    result = members(
        rt, book(TITLES, ("7000000001", '=HYPERLINK("http://x","Sita")', "hi", "B1", "", "", ""))
    )
    assert (result.taken, everybody(rt)[0][1]) == (1, "")


def test_titles_in_hindi_and_bengali_are_understood(rt: Runtime) -> None:
    assert members(rt, book(("मोबाइल नंबर", "नाम", "बूथ"), (7000000001, "सीता", "B1"))).taken == 1
    assert members(rt, "মোবাইল;নাম;বুথ\n৭০০০০০০০০২;রমা;B2\n").taken == 1
    assert [each[1] for each in everybody(rt)] == ["सीता", "রমা"]


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return out.getvalue()


HARM = [
    ("zip with a list", zipped({"members.csv": b"phone,unit\n"}), "no-list-zip"),
    ("cut off", book(TITLES, sita())[:2000], "no-list-zip"),
    (
        "bomb",
        zipped({"xl/workbook.xml": b"<a/>", "xl/worksheets/sheet1.xml": b"\0" * 60_000_000}),
        "no-list-sheet-large",
    ),
    ("no workbook in it", zipped({"xl/workbook.xml": b"<a/>"}), "no-list-sheet-broken"),
    ("noise in it", zipped({"xl/workbook.xml": bytes(range(256)) * 20}), "no-list-sheet-broken"),
]


@pytest.mark.parametrize(("name", "raw", "code"), HARM, ids=[each[0] for each in HARM])
def test_file_that_would_do_harm_is_refused(rt: Runtime, name: str, raw: bytes, code: str) -> None:
    with pytest.raises(ListUnreadable) as told:
        members(rt, raw)
    assert told.value.code == code


def test_sheet_that_claims_a_million_columns_is_read_as_it_is(rt: Runtime) -> None:
    raw = book(TITLES, sita(), change=lambda made: setattr(made.active["XFD9"], "value", "far away"))
    assert members(rt, raw).taken == 1


def test_row_beyond_the_most_is_said(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    with pytest.raises(ListUnreadable, match="too large"):
        members(rt, book(TITLES, *[sita(7000000000 + n) for n in range(4)]), dry_run=True)
