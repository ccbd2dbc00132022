"""Merges a unit into another: what was in it and under it goes over, it stays closed under the kept one and points to it.

Its code is still found, in lists too, and its old address leads to the kept unit.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.store import tree, unit_contents, unit_counts, unit_history, unit_list
from gateway.store.staff import add_audit
from gateway.units.change import DEEPEST, By, check_kinds, get_movable, get_open
from gateway.units.refusals import CannotChange


def merge(work: UnitOfWork, rt: Runtime, by: By, unit_id: int, kept_id: int) -> Unit:
    """Make one unit part of another and return the kept one. Raises NotFound, CannotChange."""
    db, now = work.db, rt.clock()
    tree.take_turn(db)
    merged, kept = get_movable(db, by, unit_id), get_open(db, by, kept_id)
    check_merge(db, merged, kept)
    unit_counts.carry_over(db, merged.path, kept.path)
    unit_contents.hand_over(db, merged, kept, now)
    unit_list.point_to(db, merged.id, kept.id, now)
    tree.rehang_all(db, merged.path, merged.id, kept.id, kept.path)
    unit_counts.empty(db, merged.id)
    unit_history.note(db, merged.id, "merged", now, by.staff_id, into=kept.id)
    unit_history.note(db, kept.id, "took_in", now, by.staff_id, **{"from": merged.id})
    add_audit(db, by.staff_id, "unit-merged", now, "unit", merged.id, unit_id=kept.id, into=kept.id)
    return kept


def check_merge(db: Session, merged: Unit, kept: Unit) -> None:
    """Raise CannotChange where one unit may not become part of the other."""
    if kept.path.startswith(merged.path):
        raise CannotChange("under-itself")
    if unit_contents.contents(db, merged.id).waiting:
        raise CannotChange("broadcast-waits")
    check_kinds(db, unit_list.kinds_under(db, merged.path), kept)
    if kept.path.count("/") - 1 + tree.levels_below(db, merged.path) > DEEPEST:
        raise CannotChange("too-deep")
