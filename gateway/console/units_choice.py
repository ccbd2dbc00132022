"""Choosing a unit in a form: a list where there are few, typing its name or code where there are many."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Unit
from gateway.store.units import is_under

AS_LIST, AS_HINTS = 80, 250  # hints beyond these would be half the weight of the page
JOINT = " · "


@dataclass(frozen=True)
class Choice:
    """The units that a viewer may choose; `is_list`: few enough for a list. Depth counts from the viewer's own unit."""

    units: list[tuple[Unit, int]]
    is_list: bool


def choices(db: Session, viewer_path: str) -> Choice:
    """List the units at or below the viewer's, each under its parent."""
    query = select(Unit).where(is_under(Unit.path, viewer_path))
    found = list(db.scalars(query.order_by(func.length(Unit.path), Unit.name).limit(AS_HINTS)))
    if len(found) > AS_LIST:
        return Choice([(each, 0) for each in found], False)
    children: dict[int | None, list[Unit]] = {}
    for each in found:
        children.setdefault(each.parent_id, []).append(each)
    top = [each for each in found if each.path == viewer_path]
    return Choice([pair for each in top for pair in _walk(each, children, 0)], True)


def label(unit: Unit) -> str:
    """Write a unit as the form shows and takes it."""
    return f"{unit.name}{JOINT}{unit.code}"


def chosen(db: Session, viewer_path: str, text: str) -> tuple[Unit | None, str | None]:
    """Return the unit that was chosen or typed, or else a sentence that says why not."""
    typed = text.strip()
    if not typed:
        return None, gettext("Choose a unit.")
    visible = select(Unit).where(is_under(Unit.path, viewer_path))
    code = typed.rpartition(JOINT)[2].strip()
    exact = db.scalar(visible.where(func.lower(Unit.code) == code.lower()))
    if exact is not None:
        return exact, None
    named = db.scalars(visible.where(func.lower(Unit.name) == typed.lower()).limit(2)).all()
    if len(named) == 1:
        return named[0], None
    if named:
        return None, gettext("Several units have this name. Choose one with its code.")
    return None, gettext("There is no such unit at or below yours.")


def _walk(unit: Unit, children: dict[int | None, list[Unit]], depth: int) -> list[tuple[Unit, int]]:
    below = [pair for each in children.get(unit.id, []) for pair in _walk(each, children, depth + 1)]
    return [(unit, depth), *below]
