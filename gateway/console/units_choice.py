"""Choosing a unit in a form: a list where there are few, typing its name or code where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Unit
from gateway.store import unit_list
from gateway.store.units import is_under

AS_LIST, AS_HINTS = 80, 250  # hints beyond these would be half the weight of the page
NEAR, SHOWN = 20, 4
JOINT = " · "


@dataclass(frozen=True)
class Choice:
    """The units that a viewer may choose; `is_list`: few enough for a list. Depth counts from the viewer's own unit."""

    units: list[tuple[Unit, int]]
    is_list: bool


def choices(db: Session, viewer_path: str, hints: int = AS_HINTS) -> Choice:
    """List the open units at or below the viewer's, each under its parent; of many only the uppermost, as hints."""
    here = select(Unit).where(is_under(Unit.path, viewer_path), Unit.closed_at.is_(None))
    found = list(db.scalars(here.limit(AS_LIST + 1)))
    if len(found) > AS_LIST:
        return Choice([(each, 0) for each in _uppermost(db, viewer_path, hints)], False)
    children: dict[int | None, list[Unit]] = {}
    for each in sorted(found, key=lambda each: each.name):
        children.setdefault(each.parent_id, []).append(each)
    top = [each for each in found if each.path == viewer_path]
    return Choice([pair for each in top for pair in _walk(each, children, 0)], True)


def _uppermost(db: Session, viewer_path: str, hints: int) -> list[Unit]:
    """Level by level, so that a tree of a hundred thousand is not read for its first two hundred."""
    level = list(db.scalars(select(Unit).where(Unit.path == viewer_path)))
    found = level[:]
    while level and len(found) < hints:
        below = select(Unit).where(Unit.parent_id.in_([each.id for each in level]), Unit.closed_at.is_(None))
        level = list(db.scalars(below.order_by(Unit.name).limit(hints - len(found))))
        found += level
    return found


def label(unit: Unit) -> str:
    """Write a unit as the form shows and takes it."""
    return f"{unit.name}{JOINT}{unit.code}"


def chosen(db: Session, viewer_path: str, text: str) -> tuple[Unit | None, str | None]:
    """Return the unit that was chosen or typed, or else a sentence that says why not."""
    typed = text.strip()
    if not typed:
        return None, gettext("Choose a unit.")
    code = typed.rpartition(JOINT)[2].strip()
    exact = _by_code(db, viewer_path, code)
    if exact is not None:
        return exact, None
    found = unit_list.search(db, viewer_path, code, NEAR)
    alike = [each for each in found if code.lower() in (each.code.lower(), each.name.lower())]
    if len(alike) == 1 or (alike and alike[0].code.lower() == code.lower()):
        return alike[0], None
    if alike:
        return None, gettext("Several units have this name. Choose one with its code.") + _such_as(alike)
    return None, gettext("There is no such unit at or below yours.") + _such_as(found)


def _by_code(db: Session, viewer_path: str, code: str) -> Unit | None:
    """The code of a unit that was merged leads to the one it is part of now."""
    here = is_under(Unit.path, viewer_path)
    found: Unit | None = db.scalar(select(Unit).where(Unit.code == code, here))
    if found is not None and found.merged_into_id is not None:
        found = db.scalar(select(Unit).where(Unit.id == found.merged_into_id, here))
    return found if found is not None and found.closed_at is None else None


def _such_as(units: Sequence[Unit]) -> str:
    near = "; ".join(label(each) for each in units[:SHOWN])
    return " " + gettext("Such as: %(units)s", units=near) if near else ""


def _walk(unit: Unit, children: dict[int | None, list[Unit]], depth: int) -> list[tuple[Unit, int]]:
    below = [pair for each in children.get(unit.id, []) for pair in _walk(each, children, depth + 1)]
    return [(unit, depth), *below]
