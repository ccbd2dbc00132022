"""Writes members as the CSV that `members` reads: the same columns, numbers in E.164, harmless in a spreadsheet.

Formulas: a cell that begins like one gets an apostrophe, unless it is a plain number (reliability.md C9). Called by the
command line and by the console.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Protocol

from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.people.persons import COLUMNS, CONSENTS
from gateway.rules.consent import GIVEN, WITHDRAWN, ConsentState, Entry
from gateway.runtime import Runtime
from gateway.store import people

PAGE = 1000

_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d[\d .]*")
_WRITTEN_AS = {"key": "voice"}  # a key pressed on a call is what a list calls voice


class Writable(Protocol):
    """Anything that takes text: a file, standard output, the queue of a download."""

    def write(self, text: str, /) -> object:
        """Take a piece."""


def export_members(rt: Runtime, out: Writable, *, unit_path: str = "/") -> int:
    """Write everybody at or below `unit_path` who has not left; returns how many. One page of rows at a time."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for row in member_rows(rt, unit_path):
        writer.writerow([harmless(cell) for cell in row])
        count += 1
    return count


def write_csv(out: IO[bytes], head: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write any list with its head, harmless, as programs for spreadsheets read it; returns how many rows."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 is what is returned
        writer.writerow([harmless(cell) for cell in row])
    text.detach()
    return count


def member_rows(rt: Runtime, unit_path: str) -> Iterator[list[str]]:
    """Yield the cells of each member in the order of the contract's columns."""
    last = 0
    while True:
        with unit_of_work(rt.engine) as unit:
            page = people.page_of_members(unit.db, unit_path, last, PAGE)
            rows = _page(rt, unit.db, page)
        if not page:
            return
        last = page[-1].id
        yield from rows


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; numbers and phones stay as they are."""
    return f"'{cell}" if _FORMULA.match(cell) and not _PLAIN_NUMBER.fullmatch(cell) else cell


def _page(rt: Runtime, db: Session, page: Sequence[Any]) -> list[list[str]]:
    ids = [row.id for row in page]
    posts, ledgers = people.posts_of(db, ids), people.ledgers(db, ids)
    return [_cells(rt, row, posts.get(row.id, []), ledgers.get(row.id, [])) for row in page]


def _cells(rt: Runtime, row: Any, posts: list[str], ledger: list[Entry]) -> list[str]:
    number = rt.vault.open_number(row.sealed, row.number_index) if row.sealed else ""
    agreed = _agreed(ledger) if row.consent != ConsentState.NONE else None
    how = _WRITTEN_AS.get(agreed.how, agreed.how) if agreed else ""
    when = agreed.at.astimezone(rt.profile.timezone).date().isoformat() if agreed else ""
    titles = ";".join(title.replace(";", ",") for title in posts)
    consent = (how, when) if how in CONSENTS else ("", "")
    return [number, row.name, row.language or "", row.code, titles, *consent]


def _agreed(ledger: list[Entry]) -> Entry | None:
    """The word by which they agreed: their own act before a coordinator's, the latest of them."""
    left = max((entry.at for entry in ledger if entry.action == WITHDRAWN), default=None)
    given = [entry for entry in ledger if entry.action == GIVEN and (left is None or entry.at > left)]
    return max(given, key=lambda entry: (entry.how != "coordinator", entry.at), default=None)
