"""Reads the rows of an XLSX file as text: numbers, dates and answers as a person sees them, formulas as their last result.

Loaded only where a spreadsheet is brought, by a worker or the command line; the web service never opens one. What a file
claims to unpack to is looked at before anything is unpacked (reliability.md C7); the library holds its words in memory.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

from openpyxl import load_workbook

from gateway.people.records import Record
from gateway.people.refusals import ListUnreadable, Refused, refuse

LARGEST_FILE, LARGEST_UNPACKED, LARGEST_RATIO = 20_000_000, 150_000_000, 100
MOST_PARTS, MOST_ROWS, MOST_CELLS = 2000, 200_000, 600
HEADER_WITHIN = 20
_WORKBOOK = "xl/workbook.xml"

KnownIn = Callable[[Sequence[str]], int]


def read_sheet(stream: BinaryIO, known_in: KnownIn) -> Iterator[Record | Refused]:
    """Yield the rows of the sheet that has the most of our columns in its first lines, from its header on.

    Rows above the header, such as a title across merged cells, are passed over. Raises ListUnreadable for a ZIP that is
    no spreadsheet, and for one too large to open.
    """
    raw = stream.read(LARGEST_FILE + 1)
    _check(raw)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        sheets = [each for each in book.worksheets if each.sheet_state == "visible"] or book.worksheets
        best, start, most = None, 1, -1
        for sheet in sheets:
            line, known = _header_of(sheet, known_in)
            if known > most:
                best, start, most = sheet, line, known
    except _BROKEN as error:
        raise ListUnreadable("no-list-sheet-broken") from error
    return _records(best, start) if best is not None else iter(())


def _check(raw: bytes) -> None:
    if len(raw) > LARGEST_FILE:
        raise ListUnreadable("no-list-sheet-large")
    try:
        parts = zipfile.ZipFile(io.BytesIO(raw)).infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError) as error:
        raise ListUnreadable("no-list-zip") from error
    if _WORKBOOK not in {each.filename for each in parts}:
        raise ListUnreadable("no-list-zip")
    unpacked = sum(each.file_size for each in parts)
    if (
        unpacked > LARGEST_UNPACKED
        or len(parts) > MOST_PARTS
        or unpacked > LARGEST_RATIO * max(len(raw), 100_000)
    ):
        raise ListUnreadable("no-list-sheet-large")


def _header_of(sheet: Any, known_in: KnownIn) -> tuple[int, int]:
    """Return the line of the header, and how many of our columns it has; the first line with anything where none does."""
    best, known, first = 0, 0, 0
    for line, cells in islice(_lines(sheet, 1), HEADER_WITHIN):
        if not any(cells):
            continue
        first = first or line
        found = known_in(cells)
        if found > known:
            best, known = line, found
    return best or first or 1, known if first else -1


def _records(sheet: Any, start: int) -> Iterator[Record | Refused]:
    count = 0
    try:
        for line, cells in _lines(sheet, start):
            if any(cells):
                count += 1
                if count > MOST_ROWS + 1:
                    raise ListUnreadable("no-list-sheet-large")
                yield Record(line, cells)
    except _BROKEN:
        yield refuse(start + count, "", "cell-unreadable")


def _lines(sheet: Any, start: int) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # a sheet may claim a million empty columns
    for line, row in enumerate(sheet.iter_rows(min_row=start, values_only=True), start):
        cells = [_text(value) for value in row[:MOST_CELLS]]
        while cells and not cells[-1]:
            cells.pop()
        yield line, cells


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


# What the library lets through where a file is damaged or made to harm.
_BROKEN = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    SyntaxError,
    OSError,
    EOFError,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
