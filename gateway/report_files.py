"""Lists of reports that are taken away as CSV or XLSX: exactly what a search of the inbox finds for whoever asks.

Long ones, and those of the people of a broadcast (`broadcast_files`), are made by a worker; the obligation is the row, and a file dies after a day. No number of anybody is ever in one;
of a reporter who stays unnamed nor is their name or what they wrote.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, cast

from sqlalchemy.orm import Session

from gateway import broadcast_files
from gateway.broadcast_files import CSV as CSV
from gateway.broadcast_files import XLSX as XLSX
from gateway.broadcast_files import Asked
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import ReportFile, Unit
from gateway.people.export import write_csv
from gateway.runtime import Runtime
from gateway.spreadsheet import write_sheet
from gateway.store import inbox, report_files, reports
from gateway.store.inbox import Row, Search, Tab
from gateway.store.sight import Sight

logger = logging.getLogger(__name__)

AT_ONCE, MOST = 5_000, 200_000
KEPT_FOR = timedelta(hours=24)
LEASE = timedelta(minutes=3)
MOST_TRIES = 3
PAGE, IN_MEMORY = 1000, 1_000_000


@dataclass(frozen=True)
class Wanted:
    """What is to be in a file: the search, whose sight limits it, whether with written words, and the words of its language."""

    search: Search
    staff_id: int
    sees_restricted: bool
    is_with_words: bool
    words: Mapping[str, Any]

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        plain = asdict(self)
        plain["search"] = {
            name: _plain(value) for name, value in plain["search"].items() if value not in (None, ())
        }
        return plain

    @classmethod
    def taken(cls, kept: Mapping[str, Any]) -> Wanted:
        """From what a row keeps."""
        return cls(**{**kept, "search": _search(kept["search"])})


def ask(unit: UnitOfWork, rt: Runtime, kind: str, unit_id: int, wanted: Wanted) -> ReportFile:
    """Have a file of reports made in the background."""
    return _ask(unit, rt, staff_id=wanted.staff_id, unit_id=unit_id, kind=kind, asked=wanted.kept())


def ask_people(
    unit: UnitOfWork, rt: Runtime, kind: str, unit_id: int, staff_id: int, broadcast_id: int, asked: Asked
) -> ReportFile:
    """Have a file of the people of a broadcast made in the background."""
    values = {"staff_id": staff_id, "unit_id": unit_id, "broadcast_id": broadcast_id}
    return _ask(unit, rt, kind=kind, asked=asdict(asked), **values)


def _ask(unit: UnitOfWork, rt: Runtime, **values: Any) -> ReportFile:
    now = rt.clock()
    made = ReportFile(
        **values,
        lease_until=now,
        created_at=now,
    )
    unit.db.add(made)
    unit.db.flush()
    unit.ring(lambda: rt.bells.make_report_file(made.id))
    return made


def make(rt: Runtime, file_id: int) -> None:
    """Make a file that was asked for; twice at once, or once too often, changes nothing."""
    with unit_of_work(rt.engine) as unit:
        made = report_files.claim(unit.db, file_id, rt.clock(), LEASE)
        if made is None:
            return
        made.tries += 1
        if made.tries > MOST_TRIES:
            made.finished_at = rt.clock()
            logger.error("list of reports could not be made file_id=%s", file_id)
            return
        path = unit.db.get_one(Unit, made.unit_id).path
    with SpooledTemporaryFile(IN_MEMORY) as file:
        count = _write(rt, cast(IO[bytes], file), made, path)
        file.seek(0)
        key = rt.files.put(cast(BinaryIO, file))
    with unit_of_work(rt.engine) as unit:
        row = unit.db.get_one(ReportFile, file_id)
        row.rows, row.file_key, row.finished_at = count, key, rt.clock()


def _write(rt: Runtime, out: IO[bytes], made: ReportFile, unit_path: str) -> int:
    if made.broadcast_id is None:
        return write(rt, out, made.kind, unit_path, Wanted.taken(made.asked))
    asked = broadcast_files.Asked(**made.asked)
    return broadcast_files.write(rt, out, made.kind, unit_path, made.broadcast_id, asked)


def sweep(unit: UnitOfWork, rt: Runtime) -> None:
    """Ring for what waits, and do away with what is a day old."""
    for file_id in report_files.list_waiting(unit.db, rt.clock() - timedelta(seconds=20)):
        unit.ring(lambda file_id=file_id: rt.bells.make_report_file(file_id))  # type: ignore[misc]
    for made in report_files.list_old(unit.db, rt.clock() - KEPT_FOR):
        rt.files.remove(made.file_key or "")
        made.file_key = None


def write(rt: Runtime, out: IO[bytes], kind: str, unit_path: str, wanted: Wanted) -> int:
    """Write the list, newest or most urgent first as on screen; returns how many reports it holds."""
    head = [str(word) for word in wanted.words["head"]]
    rows = _rows(rt, Sight(unit_path, wanted.staff_id, wanted.sees_restricted), wanted)
    return write_sheet(out, head, rows) if kind == XLSX else write_csv(out, head, rows)


def _rows(rt: Runtime, sight: Sight, wanted: Wanted) -> Iterator[list[str]]:
    search: Search | None = replace(wanted.search, after=None)
    while search is not None:
        with unit_of_work(rt.engine) as unit:
            page = inbox.list_rows(unit.db, sight, search, PAGE)
            cells = [_cells(rt, unit.db, each, wanted) for each in page.rows]
        yield from cells
        search = replace(search, after=page.next_key) if page.next_key else None


def _cells(rt: Runtime, db: Session, row: Row, wanted: Wanted) -> list[str]:
    report, words = row.report, wanted.words
    written = ""
    if wanted.is_with_words and report.sealed_text and not report.is_unnamed:
        written = rt.vault.open_text(report.sealed_text, reports.TEXT_PURPOSE, report.reference)
    cells = [
        report.reference,
        _local(rt, report.received_at),
        row.place.name,
        row.place.code,
        _word(words, "states", report.state),
        _word(words, "urgencies", report.urgency),
        _word(words, "categories", report.category),
        report.language or "",
        "" if report.is_unnamed else row.member_name,
        str(report.reporters),
        row.assignee or "",
        _local(rt, report.due_at if report.is_waiting else None),
        _local(rt, report.answered_at),
        _local(rt, report.closed_at),
        _word(words, "must_act", report.must_act),
        report.office or "",
    ]
    return [*cells, written] if wanted.is_with_words else cells


def _word(words: Mapping[str, Any], of: str, value: object) -> str:
    return "" if value is None else str(words[of].get(str(value), value))


def _local(rt: Runtime, at: datetime | None) -> str:
    return at.astimezone(rt.profile.timezone).strftime("%Y-%m-%d %H:%M") if at else ""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _search(kept: Mapping[str, Any]) -> Search:
    known = {each.name for each in fields(Search)}
    found = {name: value for name, value in kept.items() if name in known}
    for name in found.keys() & {"since", "until", "overdue_at"}:
        found[name] = datetime.fromisoformat(found[name])
    found["languages"] = tuple(found.get("languages", ()))
    return Search(**{**found, "tab": Tab(found.get("tab", Tab.WAITING))})
