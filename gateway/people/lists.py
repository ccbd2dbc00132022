"""Reads a list as people's programs write it: CSV with any of three separators, UTF-8 or UTF-16, or a spreadsheet.

Knows lines, cells and headers, nothing of units or members. A row that cannot be read is refused with its line and the
next one is read; only a file that is no list at all raises ListUnreadable. Memory stays flat whatever the size of a CSV.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from gateway.people.columns import UNSEEN, Wanted, holds_number, tidy_title
from gateway.people.records import Record, open_records
from gateway.people.refusals import ListUnreadable, Refused, refuse

LONGEST_CELL = 1000
MAY_BE_TOLD = ("no-list-lacks", "no-list-no-column")

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd\ufffe]")
_FORMULA_MADE_HARMLESS = re.compile(r"'\s*[=+\-@＝＋－＠]")


class Row(NamedTuple):
    """One line of a list: its cells by column, cleaned; every known column is there, "" where it is empty."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A list whose header has been read; `titles` are its columns, `ignored` those that nobody here knows."""

    titles: tuple[str, ...]
    places: dict[str, int]
    ignored: tuple[str, ...]
    rows: Iterator[Row | Refused]


def open_table(stream: BinaryIO, wanted: Wanted) -> Table:
    """Read the header and return the rows to come. Columns may stand in any order, case and spacing.

    Raises ListUnreadable where the file is no list, or its header none of ours (`columns`).
    """
    records = open_records(stream, wanted.count_known)
    first = next(records, None)
    if first is None:
        raise ListUnreadable("no-list-empty")
    if isinstance(first, Refused):
        raise ListUnreadable("no-list-header", line=first.line, columns=",".join(wanted.needed))
    titles = tuple(tidy(cell) for cell in first.cells)
    try:
        places = wanted.places(titles, first.line)
    except ListUnreadable as error:
        if error.code in MAY_BE_TOLD and not any(map(holds_number, titles)):
            error.titles, error.places = titles, wanted.guess(titles)
        raise
    ignored = tuple(
        tidy_title(title) for place, title in enumerate(titles) if title and place not in places.values()
    )
    return Table(titles, places, ignored, _rows(records, len(titles), places, wanted))


def tidy(text: str) -> str:
    """Normalise a cell: one space between words, nothing unseen, no mark that an export put before a formula."""
    if text.isascii() and text.isprintable() and "'" not in text:
        return " ".join(text.split())
    plain = " ".join(unicodedata.normalize("NFC", UNSEEN.sub("", text)).split())
    return plain[1:].strip() if _FORMULA_MADE_HARMLESS.match(plain) else plain


def _rows(
    records: Iterator[Record | Refused], width: int, places: dict[str, int], wanted: Wanted
) -> Iterator[Row | Refused]:
    blank = dict.fromkeys(wanted.known, "")
    for record in records:
        if isinstance(record, Refused):
            yield record
        elif any(cell and not cell.isspace() for cell in record.cells):
            yield _row(record, width, places, blank)


def _row(record: Record, width: int, places: dict[str, int], blank: dict[str, str]) -> Row | Refused:
    line, raw = record
    if len(raw) > width and any(cell.strip() for cell in raw[width:]):
        return refuse(line, "", "row-cells", count=len(raw), columns=width)
    cells = blank.copy()
    for column, place in places.items():
        if place < len(raw) and (cell := raw[place]):
            if problem := _problem(cell):
                return refuse(line, column, problem)
            cells[column] = tidy(cell)
    return Row(line, cells)


def _problem(cell: str) -> str | None:
    if len(cell) > LONGEST_CELL:
        return "cell-long"
    is_plain = cell.isascii() and cell.isprintable()
    return None if is_plain or not _UNREADABLE.search(cell) else "cell-unreadable"
