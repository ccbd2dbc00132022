"""The tree of units as a whole: reading and writing a hundred thousand of them in a statement each, moving what hangs on one.

Whoever changes where units hang takes its turn first (`take_turn`): an import's batch, a move and a merge never overlap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import any_, func, literal, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from gateway.models import Unit
from gateway.store.units import is_under

IMPORTING = 4_726_002  # any fixed number: two imports at once take turns, batch by batch
_COLUMNS = "id bigint, code text, name text, kind text, parent_id bigint, path text, search text"
_NAMES = ", ".join(column.split()[0] for column in _COLUMNS.split(", "))


class UnitRow(NamedTuple):
    """A unit as an import of the tree needs it; light enough for a hundred thousand of them."""

    id: int
    code: str
    name: str
    kind: str
    parent_id: int | None
    path: str
    search: str
    is_closed: bool
    merged_into_id: int | None


def take_turn(db: Session) -> None:
    """Wait for another import's batch, move or merge to end; held until the end of this transaction."""
    db.execute(select(func.pg_advisory_xact_lock(IMPORTING)))


def units_below(db: Session, path: str) -> dict[str, UnitRow]:
    """Return every unit at or below the path by code, also closed ones; at or below "/" is the whole tree."""
    query = select(
        Unit.id,
        Unit.code,
        Unit.name,
        Unit.kind,
        Unit.parent_id,
        Unit.path,
        Unit.search,
        Unit.closed_at.is_not(None),
        Unit.merged_into_id,
    )
    return {row.code: UnitRow(*row) for row in db.execute(query.where(is_under(Unit.path, path)))}


def codes_in_use(db: Session, codes: Collection[str]) -> set[str]:
    """Return which of these codes a unit has, anywhere in the tree."""
    wanted = literal(list(set(codes)), postgresql.ARRAY(Unit.code.type))
    return set(db.scalars(select(Unit.code).where(Unit.code == any_(wanted))))


def reserve_unit_ids(db: Session, count: int) -> list[int]:
    """Take ids for units to come, so that their paths are known before they are written."""
    query = text("SELECT nextval(pg_get_serial_sequence('units', 'id')) FROM generate_series(1, :count)")
    return list(db.execute(query, {"count": count}).scalars()) if count else []


def add_units(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert units whose ids, paths and spelling are set."""
    _write(db, f"INSERT INTO units ({_NAMES}) SELECT {_NAMES} FROM given", rows)


def change_units(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update units by their ids."""
    columns = [name for name in _NAMES.split(", ") if name != "id"]
    values = ", ".join(f"{name} = given.{name}" for name in columns)
    _write(db, f"UPDATE units SET {values} FROM given WHERE units.id = given.id", rows)


def rehang(db: Session, path: str, unit_id: int, parent_id: int, parent_path: str) -> None:
    """Hang a unit with everything under it on another parent: one statement, however much that is."""
    statement = text(
        "UPDATE units SET path = :new || substr(path, :rest),"
        " parent_id = CASE WHEN id = :id THEN :parent ELSE parent_id END"
        " WHERE path ~>=~ :path AND path ~<~ :beyond"
    )
    values = {"new": f"{parent_path}{unit_id}/", "rest": len(path) + 1, "id": unit_id, "parent": parent_id}
    db.execute(statement, {**values, "path": path, "beyond": path.removesuffix("/") + "0"})
    db.expire_all()


def rehang_all(db: Session, path: str, unit_id: int, parent_id: int, parent_path: str) -> None:
    """Hang a unit, and beside it all that lay right under it, on another parent: one statement."""
    statement = text(
        "UPDATE units SET path = :parent_path || CASE WHEN id = :id THEN id || '/' ELSE substr(path, :rest) END,"
        " parent_id = CASE WHEN :id IN (id, parent_id) THEN :parent ELSE parent_id END"
        " WHERE path ~>=~ :path AND path ~<~ :beyond"
    )
    values = {"parent_path": parent_path, "rest": len(path) + 1, "id": unit_id, "parent": parent_id}
    db.execute(statement, {**values, "path": path, "beyond": path.removesuffix("/") + "0"})
    db.expire_all()


def kinds_of_line(db: Session, path: str) -> list[str]:
    """List the kinds from the top of the tree down to the unit at this path."""
    ids = [int(part) for part in path.strip("/").split("/") if part]
    return list(db.scalars(select(Unit.kind).where(Unit.id.in_(ids)).order_by(func.length(Unit.path))))


def kinds_below(db: Session, path: str) -> set[str]:
    """Return the kinds of open units at or below the path."""
    query = select(Unit.kind).where(is_under(Unit.path, path), Unit.closed_at.is_(None))
    return set(db.scalars(query.distinct()))


def levels_below(db: Session, path: str) -> int:
    """Count the levels from the unit at this path down to the lowest below it; 1 where nothing lies under it."""
    slashes = func.length(Unit.path) - func.length(func.replace(Unit.path, "/", ""))
    lowest = db.scalar(select(func.max(slashes)).where(is_under(Unit.path, path)))
    return int(lowest or 0) - path.count("/") + 1


def _write(db: Session, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run a statement over `given`, the rows as arrays: one round for as many as there are."""
    if not rows:
        return
    names = [column.split() for column in _COLUMNS.split(", ")]
    arrays = ", ".join(f"CAST(:{name} AS {type_}[])" for name, type_ in names)
    values = {name: [row[name] for row in rows] for name, _ in names}
    db.execute(text(f"WITH given ({_NAMES}) AS (SELECT * FROM unnest({arrays})) {statement}"), values)
