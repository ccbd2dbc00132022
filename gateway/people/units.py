"""Imports the organisation's tree from `code,name,kind,parent` (contract: CSV files).

The tree as it would be is judged first (`tree`), then written in one unit of work. Called by the command line and by the
console's upload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.people import tree
from gateway.people.lists import Row, Table, open_table
from gateway.people.refusals import Imported, Refused
from gateway.people.tree import Line, Plan
from gateway.runtime import Runtime
from gateway.store import people
from gateway.store.people import UnitRow
from gateway.store.staff import add_audit
from gateway.store.units import ROOT_CODE

NEEDED, OPTIONAL = ("code", "name", "kind"), ("parent",)
LONGEST = {"code": 64, "name": 200, "kind": 40, "parent": 64}
WHOLE_TREE = "/"


def import_units(
    rt: Runtime,
    stream: BinaryIO,
    *,
    dry_run: bool = False,
    staff: int | None = None,
    unit_path: str = WHOLE_TREE,
) -> Imported:
    """Take a list of units; a code that exists is updated, another parent moves everything under it.

    Nothing outside `unit_path` is seen or touched. Rows that are unreadable, orphans, in a circle or a second top are
    refused by line and the others taken. The placeholder that a new installation begins with becomes the list's top,
    with all that hangs on it. Raises ListUnreadable where the whole list is none.
    """
    table = open_table(stream, NEEDED, OPTIONAL)
    result = Imported(ignored=table.ignored)
    lines = list(_read(table, result))
    with unit_of_work(rt.engine) as unit:
        people.take_turn(unit.db)
        known = people.units_below(unit.db, unit_path)
        replaced = _replaced_top(lines, known) if unit_path == WHOLE_TREE else None
        if replaced:
            known[replaced] = known.pop(ROOT_CODE)
        lines = _refuse_taken_codes(unit.db, lines, known, result)
        plan = tree.judge(lines, _parents(known), may_change_top=unit_path == WHOLE_TREE)
        result.refused = sorted([*result.refused, *plan.refused], key=lambda each: each.line)
        result.updated = sum(code in known and code != replaced for code in plan.taken)
        result.taken = len(plan.taken) - result.updated
        if not dry_run:
            _write(unit.db, plan, known)
            add_audit(
                unit.db, staff, "units.imported", rt.clock(), taken=result.taken, updated=result.updated
            )
    return result


def _read(table: Table, result: Imported) -> Iterator[Line]:
    for row in table.rows:
        line = row if isinstance(row, Refused) else _line(row)
        if isinstance(line, Refused):
            result.refused.append(line)
        else:
            yield line


def _line(row: Row) -> Line | Refused:
    for column in NEEDED:
        if not row.cells[column]:
            return Refused(row.line, column, f"the {column} is missing")
    for column, longest in LONGEST.items():
        if len(row.cells[column]) > longest:
            return Refused(row.line, column, f"the {column} is longer than {longest} letters")
    cells = row.cells
    return Line(row.line, cells["code"], cells["name"], cells["kind"].lower(), cells["parent"])


def _replaced_top(lines: list[Line], known: Mapping[str, UnitRow]) -> str | None:
    """The code that the placeholder at the top takes over, where the list brings a top and leaves it alone."""
    placeholder = known.get(ROOT_CODE)
    top = next((line.code for line in lines if not line.parent), None)
    if placeholder is None or placeholder.parent_id is not None or top is None or top in known:
        return None
    return None if any(ROOT_CODE in (line.code, line.parent) for line in lines) else top


def _refuse_taken_codes(
    db: Session, lines: list[Line], known: Mapping[str, UnitRow], result: Imported
) -> list[Line]:
    """A code that a unit elsewhere has cannot be given twice, though its owner is not shown."""
    elsewhere = people.codes_in_use(db, [line.code for line in lines if line.code not in known])
    reason = "the code cannot be used here"
    result.refused += [Refused(line.line, "code", reason) for line in lines if line.code in elsewhere]
    return [line for line in lines if line.code not in elsewhere]


def _parents(known: Mapping[str, UnitRow]) -> dict[str, str | None]:
    codes = {unit.id: code for code, unit in known.items()}
    return {code: codes.get(unit.parent_id) if unit.parent_id else None for code, unit in known.items()}


def _write(db: Session, plan: Plan, known: Mapping[str, UnitRow]) -> None:
    new = [code for code in plan.order if code not in known]
    ids = {code: unit.id for code, unit in known.items()}
    ids |= dict(zip(new, people.reserve_unit_ids(db, len(new)), strict=True))
    paths: dict[int, str] = {}
    rows = {code: _row(code, plan, known, ids, paths) for code in plan.order}
    people.add_units(db, [rows[code] for code in new])
    changed = [row for code, row in rows.items() if code in known and row != known[code]._asdict()]
    people.change_units(db, changed)


def _row(
    code: str, plan: Plan, known: Mapping[str, UnitRow], ids: Mapping[str, int], paths: dict[int, str]
) -> dict[str, Any]:
    """The unit as it will be; its parent's path is in `paths` by now, because parents come first."""
    line, before = plan.taken.get(code), known.get(code)
    row: dict[str, Any] = before._asdict() if before else {"parent_id": None}
    row |= {"id": ids[code], "code": code}
    if line is not None:
        row |= {"name": line.name, "kind": line.kind}
        row["parent_id"] = ids[line.parent] if line.parent else row["parent_id"]
    above = paths.get(row["parent_id"])
    if above is None:  # the top: of the whole tree, or of the part that the viewer may see
        above = before.path.removesuffix(f"{before.id}/") if before else WHOLE_TREE
    row["path"] = paths[ids[code]] = f"{above}{ids[code]}/"
    return row
