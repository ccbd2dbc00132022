"""Reads a CSV as people's programs write it: any of three separators, UTF-8 or UTF-16, one row at a time.

Knows lines, cells and headers, nothing of units or members. A row that cannot be read is refused with its line and the
next one is read; only a file that is no list at all raises ListUnreadable. Memory stays flat whatever the size.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from gateway.people.records import Record, choose_separator, open_text, read_records
from gateway.people.refusals import ListUnreadable, Refused

MOST_COLUMNS = 500
LONGEST_CELL = 1000

_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd\ufffe]")
_UNSEEN = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_FORMULA_MADE_HARMLESS = re.compile(r"'\s*[=+\-@＝＋－＠]")
# Nobody's caste or religion is kept (rules.md L15); a list that has such a column is refused as a whole.
_PROFILING = re.compile(
    r"\b(sub)?castes?\b|religio|\b(jati|jaati|varna|gotra|dharm|dharma|dharam|mazhab|majhab|obc|sc st|scst|faith|sect)\b"
    r"|जाति|जाती|धर्म|मज़हब|मजहब|জাতি|জাত|ধর্ম",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: its cells by column, cleaned; every known column is there, "" where it is empty."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Table:
    """A list whose header has been read; `ignored` are columns that nobody here knows."""

    header: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: Iterator[Row | Refused]


def open_table(stream: BinaryIO, needed: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """Read the header and return the rows to come. Columns may stand in any order, case and spacing.

    Raises ListUnreadable where the file is no list, lacks a needed column, names one twice, or asks for caste or
    religion.
    """
    text = open_text(stream)
    known = {*needed, *optional}
    first = text.first_line()
    separator = choose_separator(first, lambda cells: sum(_column(cell) in known for cell in cells))
    records = read_records(text, separator)
    header = _header(next(records, None), needed, known)
    ignored = tuple(column for column in header if column and column not in known)
    return Table(header, ignored, _rows(records, header, known))


def tidy(text: str) -> str:
    """Normalise a cell: one space between words, nothing unseen, no mark that an export put before a formula."""
    plain = " ".join(unicodedata.normalize("NFC", _UNSEEN.sub("", text)).split())
    return plain[1:].strip() if _FORMULA_MADE_HARMLESS.match(plain) else plain


def _header(
    record: Record | Refused | None, needed: Sequence[str], known: Collection[str]
) -> tuple[str, ...]:
    if record is None:
        raise ListUnreadable("the list is empty")
    if isinstance(record, Refused):
        raise ListUnreadable(
            f"line {record.line}: {record.reason}; it should be the header {','.join(needed)}"
        )
    header = tuple(_column(cell) for cell in record.cells)
    if len(header) > MOST_COLUMNS:
        raise ListUnreadable(f"line {record.line}: {len(header)} columns are more than a list can have")
    _refuse_profiling(header)
    missing = [column for column in needed if column not in header]
    if missing:
        raise ListUnreadable(f"line {record.line}: the header lacks the column {', '.join(missing)}")
    twice = sorted({column for column in header if column in known and header.count(column) > 1})
    if twice:
        raise ListUnreadable(f"line {record.line}: the header has the column {', '.join(twice)} twice")
    return header


def _refuse_profiling(header: tuple[str, ...]) -> None:
    for column in header:
        if _PROFILING.search(column.replace("_", " ")):
            raise ListUnreadable(
                f"the column {column[:40]!r} asks for caste or religion, which is never kept; take it out of the list"
            )


def _column(cell: str) -> str:
    return re.sub(r"[\s_\-]+", "_", tidy(cell).casefold()).strip("_")


def _rows(
    records: Iterator[Record | Refused], header: tuple[str, ...], known: Collection[str]
) -> Iterator[Row | Refused]:
    for record in records:
        if isinstance(record, Refused):
            yield record
        elif any(cell and not cell.isspace() for cell in record.cells):
            yield _row(record, header, known)


def _row(record: Record, header: tuple[str, ...], known: Collection[str]) -> Row | Refused:
    if any(cell.strip() for cell in record.cells[len(header) :]):
        reason = f"the row has {len(record.cells)} cells, the header {len(header)}"
        return Refused(record.line, "", reason)
    cells = dict.fromkeys(known, "")
    for column, cell in zip(header, record.cells, strict=False):
        if column not in known:
            continue
        problem = _problem(cell)
        if problem:
            return Refused(record.line, column, problem)
        cells[column] = tidy(cell)
    return Row(record.line, cells)


def _problem(cell: str) -> str | None:
    if len(cell) > LONGEST_CELL:
        return "the cell is too long"
    if _UNREADABLE.search(cell):
        return "the cell has a character that cannot be read; save the list as UTF-8"
    return None
