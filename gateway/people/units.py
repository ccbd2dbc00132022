"""Imports the organisation's tree from `code,name,kind,parent` (contract: CSV files).

The tree as it would be is judged first (`tree`), then written in one unit of work. Called by the command line and by the
console's upload.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.names import search_key
from gateway.people import tree
from gateway.people.columns import Wanted
from gateway.people.lists import Row, Table, open_table
from gateway.people.refusals import Imported, Refused, refuse
from gateway.people.tree import Line, Node, Plan
from gateway.runtime import Runtime
from gateway.store import tree as store
from gateway.store import unit_counts, unit_history
from gateway.store.staff import add_audit
from gateway.store.tree import UnitRow
from gateway.store.units import ROOT_CODE
from gateway.units.kinds import lowest_rank

WANTED = Wanted(("code", "name", "kind"), ("parent",))
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

    Nothing outside `unit_path` is seen or touched. Rows that are unreadable, orphans, in a circle, a second top or of a
    kind above their parent's are refused by line and the others taken. The placeholder that a new installation begins
    with becomes the list's top, with all that hangs on it. Raises ListUnreadable where the whole list is none.
    """
    table = open_table(stream, WANTED)
    result = Imported(ignored=table.ignored)
    lines = list(_read(table, result))
    with unit_of_work(rt.engine) as unit:
        store.take_turn(unit.db)
        known = store.units_below(unit.db, unit_path)
        replaced = _replaced_top(lines, known) if unit_path == WHOLE_TREE else None
        if replaced:
            known[replaced] = known.pop(ROOT_CODE)
        lines = _refuse_taken_codes(unit.db, list(_refuse_closed(lines, known, result)), known, result)
        plan = tree.judge(
            lines,
            _nodes(known),
            may_change_top=unit_path == WHOLE_TREE,
            ceiling=lowest_rank(store.kinds_of_line(unit.db, unit_path)[:-1]),
        )
        result.refused = sorted([*result.refused, *plan.refused], key=lambda each: each.line)
        result.updated = sum(code in known and code != replaced for code in plan.taken)
        result.taken = len(plan.taken) - result.updated
        if not dry_run:
            _write(unit.db, plan, known, rt, staff)
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
    for column in WANTED.needed:
        if not row.cells[column]:
            return refuse(row.line, column, "cell-empty")
    for column, longest in LONGEST.items():
        if len(row.cells[column]) > longest:
            return refuse(row.line, column, "value-long", longest=longest)
    cells = row.cells
    return Line(row.line, cells["code"], cells["name"], cells["kind"].lower(), cells["parent"])


def _replaced_top(lines: list[Line], known: Mapping[str, UnitRow]) -> str | None:
    """The code that the placeholder at the top takes over, where the list brings a top and leaves it alone."""
    placeholder = known.get(ROOT_CODE)
    top = next((line.code for line in lines if not line.parent), None)
    if placeholder is None or placeholder.parent_id is not None or top is None or top in known:
        return None
    return None if any(ROOT_CODE in (line.code, line.parent) for line in lines) else top


def _refuse_closed(lines: list[Line], known: Mapping[str, UnitRow], result: Imported) -> Iterator[Line]:
    """A parent that was merged stands for the unit that it is part of now; a closed unit is changed by no list."""
    codes = {unit.id: code for code, unit in known.items()}
    merged = {code: codes.get(each.merged_into_id, "") for code, each in known.items() if each.merged_into_id}
    for line in lines:
        unit = known.get(line.code)
        parent = merged.get(line.parent, line.parent)
        above = known.get(parent)
        if line.code in merged:
            result.refused.append(refuse(line.line, "code", "unit-merged", code=merged[line.code]))
        elif unit and unit.is_closed:
            result.refused.append(refuse(line.line, "code", "unit-closed"))
        elif above and above.is_closed:
            result.refused.append(refuse(line.line, "parent", "tree-parent-closed", code=parent))
        else:
            yield line if parent == line.parent else replace(line, parent=parent)


def _refuse_taken_codes(
    db: Session, lines: list[Line], known: Mapping[str, UnitRow], result: Imported
) -> list[Line]:
    """A code that a unit elsewhere has cannot be given twice, though its owner is not shown."""
    elsewhere = store.codes_in_use(db, [line.code for line in lines if line.code not in known])
    result.refused += [refuse(line.line, "code", "code-taken") for line in lines if line.code in elsewhere]
    return [line for line in lines if line.code not in elsewhere]


def _nodes(known: Mapping[str, UnitRow]) -> dict[str, Node]:
    codes = {unit.id: code for code, unit in known.items()}
    return {
        code: Node(codes.get(unit.parent_id) if unit.parent_id else None, unit.kind)
        for code, unit in known.items()
    }


def _write(db: Session, plan: Plan, known: Mapping[str, UnitRow], rt: Runtime, staff: int | None) -> None:
    new = [code for code in plan.order if code not in known]
    ids = {code: unit.id for code, unit in known.items()}
    ids |= dict(zip(new, store.reserve_unit_ids(db, len(new)), strict=True))
    paths: dict[int, str] = {}
    rows = {code: _row(code, plan, known, ids, paths) for code in plan.order}
    store.add_units(db, [rows[code] for code in new])
    before = {code: unit._asdict() for code, unit in known.items()}
    changed = {code: row for code, row in rows.items() if code in known and row != before[code]}
    store.change_units(db, list(changed.values()))
    lines: list[unit_history.Line] = [
        (ids[code], "added", {"under": rows[code]["parent_id"]}) for code in new
    ]
    lines += [line for code, row in changed.items() for line in _history(row, before[code])]
    unit_history.note_all(db, lines, rt.clock(), staff)
    if any(row["path"] != before[code]["path"] for code, row in changed.items()):
        unit_counts.count_anew(db)
    else:
        unit_counts.sum_up(db)


def _history(row: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[unit_history.Line]:
    for column, action in (("name", "renamed"), ("kind", "retyped"), ("parent_id", "moved")):
        if row[column] != before[column]:
            yield row["id"], action, {"from": before[column], "to": row[column]}


def _row(
    code: str, plan: Plan, known: Mapping[str, UnitRow], ids: Mapping[str, int], paths: dict[int, str]
) -> dict[str, Any]:
    """The unit as it will be; its parent's path is in `paths` by now, because parents come first."""
    line, before = plan.taken.get(code), known.get(code)
    row: dict[str, Any] = before._asdict() if before else {"parent_id": None}
    row |= {"id": ids[code], "code": code}
    if line is not None:
        is_spelt = before is not None and before.search and (before.name, before.code) == (line.name, code)
        row["search"] = row["search"] if is_spelt else search_key(f"{line.name} {code}")
        row |= {"name": line.name, "kind": line.kind}
        row["parent_id"] = ids[line.parent] if line.parent else row["parent_id"]
    above = paths.get(row["parent_id"])
    if above is None:  # the top: of the whole tree, or of the part that the viewer may see
        above = before.path.removesuffix(f"{before.id}/") if before else WHOLE_TREE
    row["path"] = paths[ids[code]] = f"{above}{ids[code]}/"
    return row
