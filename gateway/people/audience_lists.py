"""A list of numbers as the audience of a broadcast: handed in, read in the background, matched to members.

Only members at or below the unit of whoever handed it in are found. A number that is nobody's is counted and told by its line,
and never called: nobody there has agreed. The file is done away with as soon as it is read; what stays is who stands on it.
`listed_work` claims a list and calls `read`.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import BinaryIO, NamedTuple

from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import AudienceList, Import
from gateway.names import search_key
from gateway.people import listed
from gateway.people.columns import Wanted
from gateway.people.lists import Row, open_table
from gateway.people.persons import Reading, read_number
from gateway.people.refusals import Refused, refuse
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import ImportState
from gateway.store import audience_lists, imports
from gateway.store.move import move
from gateway.store.staff import add_audit

logger = logging.getLogger(__name__)

AUDIENCE = "audience"  # kind of an Import
WANTED = Wanted(("phone",), ("name",))
BATCH = 2000
LONGEST_NAME = 200
MOST_KEPT = 10_000  # lines that are shown; all are counted
SLICE_SECONDS, LEASE = 30.0, timedelta(seconds=40)
COUNTED = ("rows", "known", "members", "unknown", "unreadable", "twice")


class _Entry(NamedTuple):
    """A line of the list that could be read; `name` as names are searched, "" where none is given."""

    line: int
    hashed: bytes
    name: str


def hand_in(rt: Runtime, stream: BinaryIO, *, name: str, staff_id: int, unit_id: int) -> str:
    """Keep a list sealed and have it read; returns its public id. Raises Conflict where it has no name."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Conflict(f"a list needs a name of at most {LONGEST_NAME} letters", "list-name")
    key = rt.files.put(stream)
    with unit_of_work(rt.engine) as unit:
        made = listed.add_list(
            unit, rt, key, kind=AUDIENCE, file_name=name.strip(), staff_id=staff_id, unit_id=unit_id
        )
        kept = AudienceList(
            unit_id=unit_id,
            name=made.file_name,
            staff_id=staff_id,
            import_id=made.id,
            created_at=made.created_at,
        )
        unit.db.add(kept)
        unit.db.flush()
        return kept.public_id


def read(rt: Runtime, made: Import, path: str) -> None:
    """Read a list for a while; whoever comes next goes on where this stopped. Raises ListUnreadable, NotFound."""
    table = open_table(listed.opened(rt, made), WANTED)
    if made.rows is None:
        with unit_of_work(rt.engine) as unit:
            unit.db.get_one(Import, made.id).rows = listed.count_lines(rt, made)
    began, done = None, 0
    for rows in _batches(table.rows):
        done += len(rows)
        if done <= made.done:
            continue
        began = began or time.monotonic()  # not before: to pass over what is read must not use up the turn
        with unit_of_work(rt.engine) as unit:
            held = imports.hold(unit.db, made.id, made.state)
            if held is None:
                return
            _take(unit, rt, held, path, rows)
            held.done, held.lease_until = done, rt.clock() + LEASE
        if time.monotonic() - began > SLICE_SECONDS:
            _give_turn(rt, made)
            return
    _finish(rt, made)


def remove(unit: UnitOfWork, rt: Runtime, kept: AudienceList, staff_id: int) -> None:
    """Forget a list; a broadcast that names it cannot start any more."""
    made = unit.db.get(Import, kept.import_id) if kept.import_id else None
    if made is not None:
        listed.stop(unit, rt, made)
        listed.forget_files(rt, made)
    audience_lists.forget(unit.db, kept.id)
    add_audit(unit.db, staff_id, "list-removed", rt.clock(), "import", kept.import_id, kept.unit_id)


def _batches(rows: Iterator[Row | Refused]) -> Iterator[list[Row | Refused]]:
    while batch := list(itertools.islice(rows, BATCH)):
        yield batch


def _take(unit: UnitOfWork, rt: Runtime, held: Import, path: str, rows: Sequence[Row | Refused]) -> None:
    kept = unit.db.query(AudienceList).filter(AudienceList.import_id == held.id).one()
    entries, refused = _entries(rt, rows)
    found = audience_lists.find_members(unit.db, path, {each.hashed for each in entries})
    picked = {each.line: _pick(found.get(each.hashed, []), each.name) for each in entries}
    added = audience_lists.add_members(unit.db, kept.id, [one for ids in picked.values() for one in ids])
    new, unknown, twice = set(added), [], []
    for each in entries:
        ids = set(picked[each.line])
        if not ids:
            unknown.append(refuse(each.line, "phone", "number-nobody"))
        elif not ids & new:
            twice.append(refuse(each.line, "phone", "number-twice"))
        new -= ids
    counts = {
        "rows": len(rows),
        "known": len(entries) - len(unknown) - len(twice),
        "members": len(added),
        "unknown": len(unknown),
        "unreadable": len(refused),
        "twice": len(twice),
    }
    _keep_lines(unit, held, sorted([*refused, *unknown], key=lambda each: each.line), twice)
    held.counts = {**imports.summed(held.counts, counts), "tries": 0}
    kept.counts = {name: held.counts[name] for name in COUNTED}


def _entries(rt: Runtime, rows: Sequence[Row | Refused]) -> tuple[list[_Entry], list[Refused]]:
    lines = frozenset(line.number for line in rt.settings.voice_numbers)
    reading = Reading(rt.settings.country, rt.profile.timezone, rt.clock(), lines)
    entries: list[_Entry] = []
    refused: list[Refused] = []
    for row in rows:
        number = row if isinstance(row, Refused) else read_number(row, reading)
        if isinstance(number, Refused):
            refused.append(number)
        elif isinstance(row, Row):
            entries.append(_Entry(row.line, rt.vault.index(Number(number)), search_key(row.cells["name"])))
    return entries, refused


def _pick(people: Sequence[tuple[int, str]], name: str) -> list[int]:
    """Of those who share a phone the one who is named; all of them where nobody is, or nobody of that name."""
    named = [member_id for member_id, search in people if name and search == name]
    return named or [member_id for member_id, _ in people]


def _keep_lines(unit: UnitOfWork, held: Import, refused: Sequence[Refused], notes: Sequence[Refused]) -> None:
    before = int(held.counts.get("unknown", 0)) + int(held.counts.get("unreadable", 0))
    for each, is_note, known in (
        (refused, False, before),
        (notes, True, int(held.counts.get("twice", 0))),
    ):
        rows = [
            {
                "import_id": held.id,
                "is_note": is_note,
                "line": one.line,
                "column": one.column[:40],
                "reason": one.code,
                "details": one.details,
            }
            for one in each[: max(0, MOST_KEPT - known)]
        ]
        imports.add_refusals(unit.db, rows)


def _give_turn(rt: Runtime, made: Import) -> None:
    with unit_of_work(rt.engine) as unit:
        held = imports.hold(unit.db, made.id, made.state)
        if held is not None:
            held.lease_until = rt.clock()


def _finish(rt: Runtime, made: Import) -> None:
    with unit_of_work(rt.engine) as unit:
        held = unit.db.get_one(Import, made.id)
        key = held.file_key
        held.file_key = None
        values = {"finished_at": rt.clock(), "lease_until": None, "rows": held.done}
        move(unit.db, Import, made.id, ImportState.CHECKED, **values)
    if key:
        rt.files.remove(key)
    logger.info("audience list read import_id=%s rows=%s", made.id, held.done)
