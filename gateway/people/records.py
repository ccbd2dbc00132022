"""From bytes to records: kind of file, encoding, lines, separators and quotation marks. Called by `lists` alone.

Lines are counted as an editor counts them. A quotation mark that is never closed costs its own line, not the rest of
the file; a line that never ends is skipped without being held in memory.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import IO, BinaryIO, NamedTuple

from gateway.people.refusals import ListUnreadable, Refused, refuse

SEPARATORS = (",", ";", "\t")
LONGEST_LINE = 65_536
LINES_OF_A_RECORD = 10
HEAD = 4096

ZIP = b"PK\x03\x04"
_OTHER_FILES = {
    b"\xd0\xcf\x11\xe0": "no-list-old-excel",
    b"\x1f\x8b": "no-list-compressed",
    b"%PDF": "no-list-pdf",
}
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Record(NamedTuple):
    """The cells of one record as they stand; `line` is where it begins."""

    line: int
    cells: Sequence[str]


class Lines:
    """The lines of a text with their numbers; None stands for a line too long to be one of a list."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._number = 0
        self._waiting: deque[tuple[int, str | None]] = deque()

    def first_line(self) -> str:
        """Look at the first line that is not blank without taking it."""
        for number, line in self:
            if line is None or line.strip():
                self.give_back([(number, line)])
                return line or ""
        return ""

    def give_back(self, lines: list[tuple[int, str | None]]) -> None:
        self._waiting.extendleft(reversed(lines))

    def __iter__(self) -> Iterator[tuple[int, str | None]]:
        return self

    def __next__(self) -> tuple[int, str | None]:
        if self._waiting:
            return self._waiting.popleft()
        line = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return self._number, line.rstrip("\r\n")
        while len(rest := self._text.readline(LONGEST_LINE)) == LONGEST_LINE and not rest.endswith(
            ("\n", "\r")
        ):
            continue
        return self._number, None


def open_records(stream: BinaryIO, known_in: Callable[[Sequence[str]], int]) -> Iterator[Record | Refused]:
    """Yield the records of a list, the header first; `known_in` counts the columns that we know among some cells.

    Raises ListUnreadable for a file that is no list.
    """
    head = stream.read(HEAD)
    rejoined = io.BufferedReader(_Rejoined(head, stream), 65_536)
    if head.startswith(ZIP):
        # Memory: what reads spreadsheets is only needed where one is brought.
        from gateway.people.sheets import read_sheet

        return read_sheet(rejoined, known_in)
    for mark, code in _OTHER_FILES.items():
        if head.startswith(mark):
            raise ListUnreadable(code)
    lines = _open_text(head, rejoined)
    return read_records(lines, choose_separator(lines.first_line(), known_in))


def _open_text(head: bytes, rejoined: IO[bytes]) -> Lines:
    encoding = _encoding(head)
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    return Lines(io.TextIOWrapper(rejoined, encoding=encoding, errors=errors, newline=""))


def choose_separator(line: str, known_in: Callable[[Sequence[str]], int]) -> str:
    """Return the separator that gives the most columns of which `known_in` knows the name; comma where none does."""
    return max(SEPARATORS, key=lambda separator: known_in(_parse(line, separator) or [line]))


def read_records(lines: Lines, separator: str) -> Iterator[Record | Refused]:
    """Yield every record, refusing what is none and going on after it."""
    for number, line in lines:
        if line is None:
            yield refuse(number, "", "row-long")
        elif '"' not in line:
            yield Record(number, line.split(separator))
        else:
            yield _quoted(lines, number, line, separator)


def _quoted(lines: Lines, number: int, line: str, separator: str) -> Record | Refused:
    taken: list[tuple[int, str | None]] = []
    text = line
    while (cells := _parse(text, separator)) is None and len(taken) < LINES_OF_A_RECORD:
        following = next(lines, None)
        if following is None:
            break
        taken.append(following)
        if following[1] is None:
            break
        text = f"{text}\n{following[1]}"
    if cells is not None:
        return Record(number, cells)
    lines.give_back(taken)
    return refuse(number, "", "row-open-quote")


def _parse(text: str, separator: str) -> list[str] | None:
    """Return the cells; None where a quotation mark is still open."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None
    try:
        return next(csv.reader([text], delimiter=separator), [])
    except csv.Error:
        return None


def _encoding(head: bytes) -> str:
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    # Without its mark UTF-16 shows by every other byte being zero: commas, digits and line ends are ASCII.
    if pairs and head[1 : 2 * pairs : 2].count(0) > pairs / 3 and not head[0 : 2 * pairs : 2].count(0):
        return "utf-16-le"
    if pairs and head[0 : 2 * pairs : 2].count(0) > pairs / 3 and not head[1 : 2 * pairs : 2].count(0):
        return "utf-16-be"
    return "utf-8"


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were looked at."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)
