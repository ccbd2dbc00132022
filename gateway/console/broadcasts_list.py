"""A list of numbers handed in with the form of a broadcast, and how it was read, for the page that checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from flask import request

from gateway.access import Viewer, runtime
from gateway.broadcasts.audience import Filters
from gateway.console import lists_words
from gateway.db import UnitOfWork, unit_of_work
from gateway.people import audience_lists as room
from gateway.store import audience_lists, imports

FIELD = "list-file"
SHOWN = 10  # lines that could not be matched


def hand_in(viewer: Viewer) -> int | None:
    """Keep the list that came with the form, if any, and have it read; returns its id. Not inside a unit of work."""
    rt, file = runtime(), request.files.get(FIELD)
    if file is None or not file.filename or not file.stream.read(1):
        return None
    file.stream.seek(0)
    public_id = room.hand_in(
        rt,
        cast(BinaryIO, file.stream),
        name=file.filename[: room.LONGEST_NAME],
        staff_id=viewer.staff_id,
        unit_id=viewer.unit_id,
    )
    with unit_of_work(rt.engine) as unit:
        return audience_lists.get_row(unit.db, viewer.unit_path, public_id).list.id


def reading_of(unit: UnitOfWork, viewer: Viewer, kept: Mapping[str, Any]) -> dict[str, Any] | None:
    """How the list of a broadcast was read: counts, and the first lines that name nobody here."""
    list_id = Filters.of(kept).list_id
    rows = audience_lists.list_rows(unit.db, viewer.unit_path, limit=1000) if list_id else []
    found = next((each for each in rows if each.list.id == list_id), None)
    if found is None:
        return None
    wrong = imports.list_refusals(unit.db, found.made.id, is_note=False, size=SHOWN) if found.made else []
    return {
        "name": found.list.name,
        "counts": found.list.counts,
        "error": found.made.error if found.made else None,
        "wrong": [(each.line, lists_words.reason(each.reason, each.details)) for each in wrong],
    }
