"""The rows of a list that were refused, as they stood, for whoever brought the list to mend and bring again.

A CSV of its own, sealed beside the list and forgotten with it: line, column, why, then the cells. The reason is kept as its
code, so that the page can say it in its own language. Called by `listed`; the console sends it.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from gateway.db import unit_of_work
from gateway.models import Import
from gateway.people.columns import MOST_COLUMNS
from gateway.people.export import harmless
from gateway.people.records import open_records
from gateway.people.refusals import Details, Refused
from gateway.runtime import Runtime
from gateway.store import imports

MOST = 10_000


def keep(rt: Runtime, made: Import, stream: BinaryIO, known_in: Callable[[Sequence[str]], int]) -> str | None:
    """Write the refused rows of a list that was looked at into a sealed file; returns its key, None where there are none."""
    with unit_of_work(rt.engine) as unit:
        refused = imports.list_refusals(unit.db, made.id, is_note=False, size=MOST)
        titles = unit.db.get_one(Import, made.id).columns.get("titles", [])
    if not refused:
        return None
    wanted = {each.line: each for each in refused}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["", "", "", *map(harmless, titles)])
    for record in open_records(stream, known_in):
        line = record.line
        if line in wanted and (why := wanted.pop(line)):
            cells = [] if isinstance(record, Refused) else record.cells[:MOST_COLUMNS]
            told = json.dumps([why.reason, why.details])
            writer.writerow([line, why.column, told, *map(harmless, cells)])
    return rt.files.put(io.BytesIO(text.getvalue().encode()))


def rows(rt: Runtime, made: Import, say: Callable[[str, Details], str]) -> Iterator[list[str]]:
    """Yield the rows of that file, the titles first, each reason as `say` says it. Raises NotFound where it is gone."""
    text = rt.files.read(made.refused_key or "").decode()
    for record in csv.reader(io.StringIO(text)):
        if record[2]:
            record[2] = say(*json.loads(record[2]))
        yield record
