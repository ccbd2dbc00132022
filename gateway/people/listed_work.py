"""What a worker does with a list that was handed in: claims it for a while and takes batch after batch of it.

How far it is stands in the same commit as each batch, so that whoever comes after a stop goes on there. What a look says is
what taking does: both are `members`, once without writing. Called by `workers.people`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Import, Unit
from gateway.people import audience_lists, refused_rows
from gateway.people.columns import holds_number
from gateway.people.listed import UNITS, count_lines, opened, ring
from gateway.people.lists import Table
from gateway.people.members import WANTED, batches, begin, note_import, open_members, pass_rows, take_rows
from gateway.people.refusals import Imported, ListUnreadable, Refused
from gateway.people.units import WANTED as UNITS_WANTED
from gateway.people.units import import_units
from gateway.runtime import Runtime
from gateway.states import ImportState
from gateway.store import imports
from gateway.store.move import move

logger = logging.getLogger(__name__)

SLICE_SECONDS = 30.0  # then sounds, whose worker this is, get a turn
LEASE, FIRST_LEASE = timedelta(seconds=40), timedelta(seconds=120)
MOST_TRIES = 3
MOST_KEPT = 10_000  # rows in error of one list that are shown; all are counted
MOST_TITLES = 200


def work(rt: Runtime, import_id: int) -> None:
    """Work on a list for a while, where it is its turn; then ring for what waits."""
    with unit_of_work(rt.engine) as unit:
        made = imports.claim(unit.db, import_id, rt.clock(), FIRST_LEASE)
        if made is None:
            return
        tries = int(made.counts.get("tries", 0)) + 1
        made.counts = {**made.counts, "tries": tries}
        path = unit.db.get_one(Unit, made.unit_id).path
    if tries > MOST_TRIES:
        _fail(rt, made, "no-list-broken")
    else:
        _try(rt, made, path)
    with unit_of_work(rt.engine) as unit:
        waiting = imports.next_waiting(unit.db, rt.clock())
        if waiting is not None:
            ring(unit, rt, waiting)


def _try(rt: Runtime, made: Import, path: str) -> None:
    try:
        if made.kind == UNITS:
            _units(rt, made, path)
        elif made.kind == audience_lists.AUDIENCE:
            audience_lists.read(rt, made, path)
        else:
            _members(rt, made, path)
    except ListUnreadable as error:
        _fail(rt, made, error.code, error)
    except NotFound:
        _fail(rt, made, "no-list-forgotten")


def _members(rt: Runtime, made: Import, path: str) -> None:
    is_dry = made.state == ImportState.CHECKING
    table = open_members(opened(rt, made), made.columns.get("chosen"))
    with unit_of_work(rt.engine) as unit:
        upto = made.counts.get("upto")
        staff = made.columns.get("taken_by")
        job = begin(unit, rt, staff=staff, unit_path=path, is_dry=is_dry, upto_id=upto)
        _note_titles(unit, rt, made, table, job.upto_id)
    began, done = None, 0
    for rows in batches(rt, table, is_dry=is_dry, done=made.done):
        done += len(rows)
        if done <= made.done:
            pass_rows(job, rows)
            continue
        began = began or time.monotonic()  # not before: to pass over what is taken must not use up the turn
        job.result = Imported()
        with unit_of_work(rt.engine) as unit:
            held = imports.hold(unit.db, made.id, made.state)
            if held is None:
                return None
            take_rows(unit, job, rows)
            _count(unit, held, job.result)
            held.done, held.lease_until = done, rt.clock() + LEASE
        if time.monotonic() - began > SLICE_SECONDS:
            return _give_turn(rt, made)
    _finish(rt, made, lambda unit: note_import(unit, rt, staff, _result_of(unit, made)))
    return None


def _units(rt: Runtime, made: Import, path: str) -> None:
    is_dry = made.state == ImportState.CHECKING
    staff = made.columns.get("taken_by")
    result = import_units(rt, opened(rt, made), dry_run=is_dry, staff=staff, unit_path=path)
    with unit_of_work(rt.engine) as unit:
        held = imports.hold(unit.db, made.id, made.state)
        if held is None:
            return
        _count(unit, held, result)
        held.columns = {**held.columns, "ignored": list(result.ignored[:MOST_TITLES])}
        held.done = result.taken + result.updated + len(result.refused)
    _finish(rt, made, lambda unit: None)


def _note_titles(unit: UnitOfWork, rt: Runtime, made: Import, table: Table, upto_id: int) -> None:
    held = imports.hold(unit.db, made.id, made.state)
    if held is None:
        return
    places = {ours: table.titles[place] for ours, place in table.places.items()}
    told = {"titles": _titles(table.titles), "places": places, "ignored": _titles(table.ignored)}
    held.columns = {**held.columns, **told}
    held.counts = {**held.counts, "upto": upto_id}
    if held.rows is None:
        held.rows = count_lines(rt, held)


def _titles(titles: Sequence[str]) -> list[str]:
    return [title for title in titles[:MOST_TITLES] if not holds_number(title)]


def _count(unit: UnitOfWork, held: Import, result: Imported) -> None:
    more = {
        "new": result.taken,
        "updated": result.updated - result.unchanged - result.twice,
        "unchanged": result.unchanged,
        "twice": result.twice,
        "refused": len(result.refused),
        "notes": len(result.notes),
    }
    kept = int(held.counts.get("refused", 0)), int(held.counts.get("notes", 0))
    for each, is_note, before in ((result.refused, False, kept[0]), (result.notes, True, kept[1])):
        some = each[: max(0, MOST_KEPT - before)]
        imports.add_refusals(unit.db, [_as_row(held.id, one, is_note) for one in some])
    held.counts = {**imports.summed(held.counts, more), "tries": 0}


def _as_row(import_id: int, each: Refused, is_note: bool) -> dict[str, object]:
    about = {"line": each.line, "column": each.column[:40], "reason": each.code, "details": each.details}
    return {"import_id": import_id, "is_note": is_note, **about}


def _result_of(unit: UnitOfWork, made: Import) -> Imported:
    counts = unit.db.get_one(Import, made.id).counts
    known = sum(int(counts.get(each, 0)) for each in ("updated", "unchanged", "twice"))
    return Imported(taken=int(counts.get("new", 0)), updated=known)


def _finish(rt: Runtime, made: Import, note: Callable[[UnitOfWork], None]) -> None:
    is_check = made.state == ImportState.CHECKING
    wanted = UNITS_WANTED if made.kind == UNITS else WANTED
    key = refused_rows.keep(rt, made, opened(rt, made), wanted.count_known) if is_check else None
    state = ImportState.CHECKED if is_check else ImportState.TAKEN
    with unit_of_work(rt.engine) as unit:
        held = unit.db.get_one(Import, made.id)
        held.refused_key = key if is_check else held.refused_key
        values = {"finished_at": rt.clock(), "lease_until": None, "rows": held.done}
        if move(unit.db, Import, made.id, state, **values) and not is_check:
            note(unit)
    logger.info("list %s import_id=%s rows=%s", state, made.id, held.done)


def _give_turn(rt: Runtime, made: Import) -> None:
    with unit_of_work(rt.engine) as unit:
        held = imports.hold(unit.db, made.id, made.state)
        if held is not None:
            held.lease_until = rt.clock()


def _fail(rt: Runtime, made: Import, code: str, error: ListUnreadable | None = None) -> None:
    """A list that only lacks a column can be told which it is; any other is none."""
    details = dict(error.details) if error else {}
    titles = list(error.titles[:MOST_TITLES]) if error else []
    state = ImportState.CHECKED if titles and made.state == ImportState.CHECKING else ImportState.FAILED
    with unit_of_work(rt.engine) as unit:
        about = {**made.columns, "about": details}
        if error and titles:
            about |= {
                "titles": titles,
                "places": {ours: error.titles[at] for ours, at in error.places.items()},
            }
        values = {"error": code, "columns": about, "finished_at": rt.clock(), "lease_until": None}
        move(unit.db, Import, made.id, state, **values)
    logger.info("list not taken import_id=%s reason=%s", made.id, code)
