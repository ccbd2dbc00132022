"""Adds, renames, moves, closes and opens units. Each takes its turn with the imports and is noted in history and log.

`By` says who does it and in which part of the tree: nothing outside is found, and the top of that part stays where it is.
A person of staff whose unit moves goes with it, because paths are read when they are needed and kept nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.models import Unit
from gateway.names import search_key
from gateway.runtime import Runtime
from gateway.store import tree, unit_contents, unit_counts, unit_history, unit_list, units
from gateway.store.staff import add_audit
from gateway.units.kinds import ORDER, highest_above, lowest_rank
from gateway.units.refusals import CannotChange

DEEPEST = 30


@dataclass(frozen=True)
class By:
    """Who changes the tree (None: the command line), and the path of the part they may change."""

    staff_id: int | None = None
    path: str = "/"


def add(work: UnitOfWork, rt: Runtime, by: By, parent_id: int, code: str, name: str, kind: str) -> Unit:
    """Add a unit under another. Raises NotFound, CannotChange."""
    tree.take_turn(work.db)
    parent = get_open(work.db, by, parent_id)
    if units.find_unit_by_code(work.db, code) is not None:
        raise CannotChange("code-taken")
    check_kinds(work.db, {kind}, parent)
    if parent.path.count("/") > DEEPEST:
        raise CannotChange("too-deep")
    made = units.add_unit(work.db, code, name, kind, parent)
    _note(work, rt, by, made, "added", under=parent.id)
    _speak(work, rt, made.id)
    return made


def rename(work: UnitOfWork, rt: Runtime, by: By, unit_id: int, name: str) -> Unit:
    """Give a unit another name; the same name again changes nothing. Raises NotFound, CannotChange."""
    unit = get_open(work.db, by, unit_id)
    if unit.name != name:
        old, unit.name, unit.search = unit.name, name, search_key(f"{name} {unit.code}")
        _note(work, rt, by, unit, "renamed", **{"from": old, "to": name})
        _speak(work, rt, unit.id)
    return unit


def _speak(work: UnitOfWork, rt: Runtime, unit_id: int) -> None:
    """Have the name made audible, so that no call waits for it."""
    work.ring(lambda: rt.bells.build_sounds("unit", unit_id))


def move(work: UnitOfWork, rt: Runtime, by: By, unit_id: int, parent_id: int) -> Unit:
    """Hang a unit with everything under it on another one. Raises NotFound, CannotChange."""
    tree.take_turn(work.db)
    unit, parent = get_movable(work.db, by, unit_id), get_open(work.db, by, parent_id)
    check_move(work.db, unit, parent)
    old_parent = unit.parent_id
    unit_counts.carry_over(work.db, unit.path, parent.path)
    tree.rehang(work.db, unit.path, unit.id, parent.id, parent.path)
    _note(work, rt, by, unit, "moved", **{"from": old_parent, "to": parent.id})
    return unit


def check_move(db: Session, unit: Unit, parent: Unit) -> None:
    """Raise CannotChange where a unit may not hang there: in a circle, too deep, or above what it would hang under."""
    if unit.parent_id == parent.id:
        raise CannotChange("there-already")
    if parent.path.startswith(unit.path):
        raise CannotChange("under-itself")
    check_kinds(db, tree.kinds_below(db, unit.path), parent)
    if parent.path.count("/") - 1 + tree.levels_below(db, unit.path) > DEEPEST:
        raise CannotChange("too-deep")


def close(work: UnitOfWork, rt: Runtime, by: By, unit_id: int) -> Unit:
    """Close an empty unit: it is in no list any more and its page tells its history. Raises NotFound, CannotChange."""
    tree.take_turn(work.db)
    unit = get_movable(work.db, by, unit_id)
    check_close(work.db, unit)
    unit.closed_at = rt.clock()
    _note(work, rt, by, unit, "closed")
    return unit


def check_close(db: Session, unit: Unit) -> None:
    """Raise CannotChange where somebody or something is still in the unit."""
    held = unit_contents.contents(db, unit.id)
    if held.units or held.members or held.posts or held.staff:
        raise CannotChange(
            "not-empty", units=held.units, members=held.members, posts=held.posts, staff=held.staff
        )
    if held.waiting:
        raise CannotChange("broadcast-waits")


def reopen(work: UnitOfWork, rt: Runtime, by: By, unit_id: int) -> Unit:
    """Open a closed unit again, where it was; one that was merged stays merged. Raises NotFound, CannotChange."""
    tree.take_turn(work.db)
    unit = unit_list.get_visible(work.db, by.path, unit_id)
    if unit.closed_at is None or unit.merged_into_id:
        raise CannotChange("unit-open")
    if unit.parent_id:
        get_open(work.db, by, unit.parent_id)
    unit.closed_at = None
    _note(work, rt, by, unit, "opened")
    return unit


def get_open(db: Session, by: By, unit_id: int) -> Unit:
    """Return a unit that may be changed or hung on. Raises NotFound, and CannotChange for a closed one."""
    unit = unit_list.get_visible(db, by.path, unit_id)
    if unit.closed_at is not None:
        raise CannotChange("unit-closed", code=unit.code)
    return unit


def get_movable(db: Session, by: By, unit_id: int) -> Unit:
    """Return a unit that may leave its place: not the top of the tree, nor of what this person may change."""
    unit = get_open(db, by, unit_id)
    if unit.parent_id is None:
        raise CannotChange("the-top")
    if unit.path == by.path:
        raise CannotChange("own-unit")
    return unit


def check_kinds(db: Session, kinds: Collection[str], parent: Unit) -> None:
    """Raise CannotChange where one of these kinds is higher than what it would hang under."""
    rank = lowest_rank(tree.kinds_of_line(db, parent.path))
    if above := highest_above(kinds, rank):
        raise CannotChange("kind-above", kind=above, above=ORDER[rank][0])


def _note(work: UnitOfWork, rt: Runtime, by: By, unit: Unit, action: str, **details: object) -> None:
    work.db.flush()
    unit_history.note(work.db, unit.id, action, rt.clock(), by.staff_id, **details)
    add_audit(work.db, by.staff_id, f"unit-{action}", rt.clock(), "unit", unit.id, unit_id=unit.id)
