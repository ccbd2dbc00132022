"""The tree of units by materialised path."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.errors import NotFound
from gateway.models import DutyNumber, Staff, Unit
from gateway.rules.escalation import ancestors

ROOT_CODE = "organisation"
FIRST_UNIT = 4_726_007  # any fixed number of its own


def is_under(path: InstrumentedAttribute[str], above: str) -> ColumnElement[bool]:
    """SQL: this path is `above` ("/1/5/") or anything below it.

    A range of the index on paths, not LIKE: a prepared statement with a general plan cannot use an index for LIKE, and
    the range needs no second look at the row. "0" is the letter after "/".
    """
    first_beyond = above.removesuffix("/") + "0"
    return and_(path.op("~>=~", is_comparison=True)(above), path.op("~<~", is_comparison=True)(first_beyond))


def add_unit(
    db: Session, code: str, name: str, kind: str, parent: Unit | None, language: str | None = None
) -> Unit:
    unit = Unit(
        code=code, name=name, kind=kind, parent_id=parent.id if parent else None, path="", language=language
    )
    db.add(unit)
    db.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    db.flush()
    return unit


def find_unit_by_code(db: Session, code: str) -> Unit | None:
    """Return the unit with this code; of one that was merged, the unit that it was merged into."""
    found = db.scalar(select(Unit).where(Unit.code == code))
    return db.get(Unit, found.merged_into_id) if found and found.merged_into_id else found


def get_unit(db: Session, unit_id: int) -> Unit:
    unit = db.get(Unit, unit_id)
    if unit is None:
        raise NotFound("there is no such unit")
    return unit


def get_unit_by_code(db: Session, code: str) -> Unit:
    unit = find_unit_by_code(db, code)
    if unit is None:
        raise NotFound(f"there is no unit with the code {code!r}")
    return unit


def root_unit(db: Session) -> Unit:
    """Return the top of the tree; a new installation gets one on first use, of two at once only one makes it."""
    query = select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)
    if (root := db.scalar(query)) is not None:
        return root
    db.execute(select(func.pg_advisory_xact_lock(FIRST_UNIT)))
    return db.scalar(query) or add_unit(db, ROOT_CODE, "Organisation", "organisation", None)


def list_line(db: Session, unit: Unit) -> list[Unit]:
    """List the unit and all above it, from the root down."""
    ids = [int(part) for part in unit.path.strip("/").split("/")]
    found = {each.id: each for each in db.scalars(select(Unit).where(Unit.id.in_(ids)))}
    return [found[each] for each in ids]


def spoken_on(line: Sequence[Unit]) -> list[str]:
    """List the languages of a unit and of those above it, the nearest first: they are tried after a member's own."""
    return list(dict.fromkeys(unit.language for unit in reversed(line) if unit.language))


def spoken_at(db: Session, unit_id: int) -> list[str]:
    """The same for the unit with this id."""
    return spoken_on(list_line(db, get_unit(db, unit_id)))


def list_lines(db: Session, units: Sequence[Unit], viewer_path: str) -> dict[int, list[Unit]]:
    """List, for each of these units, those from the viewer's own down to it; what lies above is not theirs to walk."""
    ids = {int(part) for unit in units for part in unit.path.strip("/").split("/")}
    above = select(Unit).where(Unit.id.in_(ids), is_under(Unit.path, viewer_path))
    found = sorted(db.scalars(above), key=lambda each: len(each.path)) if units else []
    return {unit.id: [each for each in found if unit.path.startswith(each.path)] for unit in units}


def find_staffed_unit(db: Session, path: str) -> Unit | None:
    """Return the lowest unit at or above this path that has staff of its own: the local desk."""
    paths = [*ancestors(path), path]
    query = (
        select(Unit)
        .join(Staff, Staff.unit_id == Unit.id)
        .where(Unit.path.in_(paths), Staff.disabled_at.is_(None))
        .order_by(func.length(Unit.path).desc())
        .limit(1)
    )
    return db.scalar(query)


def list_duty_numbers(db: Session, path: str) -> list[DutyNumber]:
    """List the duty numbers of the lowest unit at or above this path that has any, in order."""
    paths = [*ancestors(path), path]
    rows = db.execute(
        select(DutyNumber, Unit.path)
        .join(Unit, Unit.id == DutyNumber.unit_id)
        .where(Unit.path.in_(paths))
        .order_by(func.length(Unit.path).desc(), DutyNumber.position)
    ).all()
    return [duty for duty, at in rows if at == rows[0][1]]
