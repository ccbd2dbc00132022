"""Imports overlays from `overlay,name,kind,unit`: a line for each unit that lies in a constituency, one for a wing.

Name and kind are needed on the first line of an overlay that is new. Rows in error are refused by line and the others
taken, as with every list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.models import Overlay, Unit
from gateway.people.columns import Wanted
from gateway.people.lists import Row, open_table
from gateway.people.refusals import Imported, Refused, refuse
from gateway.runtime import Runtime
from gateway.store import overlays, people
from gateway.store.overlays import KINDS, WING
from gateway.store.staff import add_audit

WANTED = Wanted(("overlay",), ("name", "kind", "unit"))
LONGEST = {"overlay": 64, "name": 200}


def import_overlays(rt: Runtime, stream: BinaryIO, belongs_to: int, *, dry_run: bool = False) -> Imported:
    """Take a list of overlays; new ones belong to this unit, and only units at or below it can lie in them.

    `taken` counts overlays made and units that came to lie in one. Raises ListUnreadable where it is no list.
    """
    table = open_table(stream, WANTED)
    result = Imported(ignored=table.ignored)
    with unit_of_work(rt.engine) as work:
        place = work.db.get_one(Unit, belongs_to)
        reader = _Reader(work.db, rt, place, result)
        for row in table.rows:
            refusal = row if isinstance(row, Refused) else reader.take(row)
            if refusal:
                result.refused.append(refusal)
        if dry_run:
            work.db.rollback()
        else:
            add_audit(work.db, None, "overlays.imported", rt.clock(), unit_id=place.id, taken=result.taken)
    return result


class _Reader:
    """Takes rows one by one, remembering the overlays it has seen."""

    def __init__(self, db: Session, rt: Runtime, place: Unit, result: Imported) -> None:
        self._db, self._rt, self._place, self._result = db, rt, place, result

    def take(self, row: Row) -> Refused | None:
        refusal = next(self._wrong(row), None)
        if refusal:
            return refusal
        overlay = overlays.find_by_code(self._db, row.cells["overlay"])
        if overlay is None:
            overlay = self._made(row)
            self._result.taken += 1
        elif row.cells["name"] and overlay.name != row.cells["name"]:
            overlay.name = row.cells["name"]
            self._result.updated += 1
        if row.cells["unit"]:
            unit_id = self._units(row.cells["unit"])[row.cells["unit"]]
            self._result.taken += overlays.add_units(self._db, overlay.id, [unit_id])
        return None

    def _wrong(self, row: Row) -> Iterator[Refused]:
        cells, kind = row.cells, row.cells["kind"].lower()
        if not cells["overlay"]:
            yield refuse(row.line, "overlay", "cell-empty")
        for column, longest in LONGEST.items():
            if len(cells[column]) > longest:
                yield refuse(row.line, column, "value-long", longest=longest)
        if kind and kind not in KINDS:
            yield refuse(row.line, "kind", "overlay-kind")
        yield from self._wrong_overlay(row, kind)
        if cells["unit"] and cells["unit"] not in self._units(cells["unit"]):
            yield refuse(row.line, "unit", "unit-unknown")

    def _wrong_overlay(self, row: Row, kind: str) -> Iterator[Refused]:
        overlay = overlays.find_by_code(self._db, row.cells["overlay"])
        if overlay is None:
            for column, given in (("name", row.cells["name"]), ("kind", kind)):
                if not given:
                    yield refuse(row.line, column, "overlay-unknown")
        elif kind not in ("", overlay.kind):
            yield refuse(row.line, "kind", "overlay-kind-other", kind=overlay.kind)
        elif overlay.closed_at is not None:
            yield refuse(row.line, "overlay", "overlay-closed")
        elif not self._is_ours(overlay):
            yield refuse(row.line, "overlay", "code-taken")
        if row.cells["unit"] and WING in (kind, overlay.kind if overlay else ""):
            yield refuse(row.line, "unit", "overlay-wing")

    def _is_ours(self, overlay: Overlay) -> bool:
        return self._db.get_one(Unit, overlay.unit_id).path.startswith(self._place.path)

    def _made(self, row: Row) -> Overlay:
        cells = row.cells
        kind = cells["kind"].lower()
        return overlays.add_overlay(
            self._db, cells["overlay"], cells["name"], kind, self._place.id, self._rt.clock()
        )

    def _units(self, code: str) -> dict[str, int]:
        return people.units_by_code(self._db, [code], self._place.path)
