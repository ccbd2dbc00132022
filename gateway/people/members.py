"""Imports members from `phone,name,language,unit,posts,consent,consent_date` (contract: CSV files).

A thousand rows at a time, each batch in its own unit of work: memory stays flat, and a member who rings meanwhile waits
for one batch at most. Running the same list again changes nothing, so an import that was cut off is simply repeated.
Called by the command line and by the console's upload.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from gateway.db import unit_of_work
from gateway.people.batch import Importing, take_batch
from gateway.people.lists import Row, open_table
from gateway.people.persons import NEEDED, OPTIONAL, Person, Reading, read_person
from gateway.people.refusals import Imported, Refused
from gateway.runtime import Runtime
from gateway.store.staff import add_audit

BATCH = 1000

Progress = Callable[[int], None]


def import_members(
    rt: Runtime,
    stream: BinaryIO,
    *,
    dry_run: bool = False,
    staff: int | None = None,
    unit_path: str = "/",
    progress: Progress = lambda rows: None,
) -> Imported:
    """Take a list of members; who is known (number, name and unit) is updated. `staff` is an id for ledger and audit.

    Only units at or below `unit_path` exist for this list. Consent that comes after a withdrawal or for a suppressed
    number has no effect and is told in `notes` (rules.md L7). `dry_run` says the same and writes nothing. Raises
    ListUnreadable where the whole list is none, or has a column for caste or religion (L15).
    """
    table = open_table(stream, NEEDED, OPTIONAL)
    result = Imported(ignored=table.ignored)
    job = Importing(rt, result, staff, unit_path, dry_run)
    rows = 0
    while batch := list(itertools.islice(table.rows, BATCH)):
        rows += len(batch)
        take_batch(job, list(_read(batch, _reading(rt), result)))
        progress(rows)
    result.refused.sort(key=lambda each: each.line)
    if not dry_run:
        with unit_of_work(rt.engine) as unit:
            add_audit(
                unit.db, staff, "members.imported", rt.clock(), taken=result.taken, updated=result.updated
            )
    return result


def _reading(rt: Runtime) -> Reading:
    lines = frozenset(line.number for line in rt.settings.voice_numbers)
    return Reading(rt.settings.country, rt.profile.timezone, rt.clock(), lines)


def _read(rows: Iterable[Row | Refused], reading: Reading, result: Imported) -> Iterator[Person]:
    for row in rows:
        person = row if isinstance(row, Refused) else read_person(row, reading)
        if isinstance(person, Refused):
            result.refused.append(person)
        else:
            yield person
