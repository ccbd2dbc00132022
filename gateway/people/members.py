"""Imports members from `phone,name,language,unit,posts,consent,consent_date` (contract: CSV files), and further columns.

Some thousand rows at a time, each batch in its own unit of work: memory stays flat, and a member who rings meanwhile waits
for one batch at most. Running the same list again changes nothing, so an import that was cut off is simply repeated.
Called by the command line and, for one member, by the console; lists that are handed in there are `listed`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from gateway.db import UnitOfWork, unit_of_work
from gateway.people.ahead import ahead
from gateway.people.batch import Read, pass_over, take_batch
from gateway.people.columns import Wanted
from gateway.people.lists import Row, Table, open_table
from gateway.people.persons import NEEDED, OPTIONAL, Reading, read_person
from gateway.people.refusals import Imported, Refused
from gateway.people.write import Importing, folded, spelt
from gateway.runtime import Runtime
from gateway.store import people
from gateway.store.staff import add_audit

BATCH = 2000
WANTED = Wanted(NEEDED, OPTIONAL)

Progress = Callable[[int], None]
Batch = Sequence[Read | Refused]


def import_members(
    rt: Runtime,
    stream: BinaryIO,
    *,
    dry_run: bool = False,
    staff: int | None = None,
    unit_path: str = "/",
    chosen: Mapping[str, str] | None = None,
    progress: Progress = lambda rows: None,
) -> Imported:
    """Take a list of members; who is known (number, name and unit) is updated. `staff` is an id for ledger and audit.

    Only units at or below `unit_path` exist for this list. Consent that comes after a withdrawal or for a suppressed
    number has no effect and is told in `notes` (rules.md L7), and so is who is probably known already. `dry_run` says the
    same and writes nothing. `chosen` says which of the list's columns is which of ours. Raises ListUnreadable where the
    whole list is none, or has a column for caste or religion (L15).
    """
    table = open_members(stream, chosen)
    with unit_of_work(rt.engine) as unit:
        job = begin(unit, rt, staff=staff, unit_path=unit_path, is_dry=dry_run)
    result = job.result
    result.ignored = table.ignored
    rows = 0
    for batch in batches(rt, table, is_dry=dry_run):
        with unit_of_work(rt.engine) as unit:
            take_rows(unit, job, batch)
        rows += len(batch)
        progress(rows)
    result.refused.sort(key=lambda each: each.line)
    if not dry_run:
        with unit_of_work(rt.engine) as unit:
            note_import(unit, rt, staff, result)
    return result


def open_members(stream: BinaryIO, chosen: Mapping[str, str] | None = None) -> Table:
    """Read the header of a list of members. Raises ListUnreadable."""
    return open_table(stream, replace(WANTED, chosen=chosen or {}))


def batches(rt: Runtime, table: Table, *, is_dry: bool = False, done: int = 0) -> Iterator[Batch]:
    """Cut a list into the pieces that are taken at once: the same pieces however often it is read, and each read ahead.

    What will not be written is not sealed: nothing where the list is only looked at, and not the first `done` rows.
    """
    return ahead(_batches(rt, table, None if is_dry else done))


def _batches(rt: Runtime, table: Table, sealed_after: int | None) -> Iterator[Batch]:
    count = 0
    while rows := list(itertools.islice(table.rows, BATCH)):
        count += len(rows)
        yield list(_read(rt, rows, is_sealed=sealed_after is not None and count > sealed_after))


def begin(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    staff: int | None,
    unit_path: str,
    is_dry: bool,
    upto_id: int | None = None,
) -> Importing:
    """Prepare to take a list; `upto_id` is the last member there was, where an earlier run has begun with it."""
    last = people.last_member_id(unit.db) if upto_id is None else upto_id
    return Importing(rt, Imported(), staff, unit_path, is_dry, last)


def take_rows(unit: UnitOfWork, job: Importing, batch: Batch) -> None:
    """Take a batch, refusing what is none; the result is told in `job.result`."""
    persons: list[Read] = []
    for person in batch:
        if isinstance(person, Refused):
            job.result.refused.append(person)
        else:
            persons.append(person)
    take_batch(unit, job, persons)


def pass_rows(job: Importing, batch: Batch) -> None:
    """Pass over a batch that an earlier run has taken."""
    pass_over(job, (person for person in batch if isinstance(person, Read)))


def note_import(unit: UnitOfWork, rt: Runtime, staff: int | None, result: Imported) -> None:
    """Write into the audit log that somebody took a list."""
    add_audit(unit.db, staff, "members.imported", rt.clock(), taken=result.taken, updated=result.updated)


def _read(rt: Runtime, rows: Sequence[Row | Refused], *, is_sealed: bool) -> Iterator[Read | Refused]:
    lines = frozenset(line.number for line in rt.settings.voice_numbers)
    reading = Reading(rt.settings.country, rt.profile.timezone, rt.clock(), lines)
    for row in rows:
        person = row if isinstance(row, Refused) else read_person(row, reading)
        if isinstance(person, Refused):
            yield person
            continue
        spelt(person.name), folded(person.name)  # kept for when they are asked for
        index = rt.vault.index(person.number)
        yield Read(person, index, rt.vault.seal(person.number.encode(), index) if is_sealed else b"")
