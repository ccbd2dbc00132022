"""How many units and members lie at or below a unit, in milliseconds however many there are.

Triggers note what comes and goes, a row each (migration 0002); `sum_up` adds those rows to each unit of the line above,
and what has not been summed up yet is added while counting. So a count is exact at every moment and nobody waits.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, select, text, update
from sqlalchemy.orm import Session

from gateway.models import Unit, UnitCount, UnitCountChange
from gateway.rules.escalation import ancestors
from gateway.store.units import is_under

COUNTING = 4_726_003  # any fixed number: sums are made one after the other

_LINE = "cast(unnest(string_to_array(trim(both '/' FROM u.path), '/')) AS bigint)"
_SUM_UP = text(f"""
    WITH taken AS (DELETE FROM unit_count_changes RETURNING unit_id, units, members),
    own AS (SELECT unit_id, sum(units) AS units, sum(members) AS members FROM taken GROUP BY unit_id)
    INSERT INTO unit_counts (unit_id, units, members)
    SELECT line.unit_id, sum(line.units), sum(line.members)
    FROM (SELECT {_LINE} AS unit_id, own.units, own.members FROM own JOIN units u ON u.id = own.unit_id) AS line
    GROUP BY line.unit_id
    ON CONFLICT (unit_id) DO UPDATE
    SET units = unit_counts.units + excluded.units, members = unit_counts.members + excluded.members
""")
_COUNT_ANEW = text(f"""
    WITH forgotten AS (DELETE FROM unit_count_changes),
    own AS (
        SELECT u.id, u.path, CASE WHEN u.closed_at IS NULL THEN 1 ELSE 0 END AS units, coalesce(m.members, 0) AS members
        FROM units u LEFT JOIN (
            SELECT unit_id, count(*) AS members FROM members WHERE status <> 'left' GROUP BY unit_id
        ) AS m ON m.unit_id = u.id
    )
    INSERT INTO unit_counts (unit_id, units, members)
    SELECT line.unit_id, sum(line.units), sum(line.members)
    FROM (SELECT {_LINE} AS unit_id, u.units, u.members FROM own u) AS line GROUP BY line.unit_id
    ON CONFLICT (unit_id) DO UPDATE SET units = excluded.units, members = excluded.members
""")


class Below(NamedTuple):
    """What lies at or below a unit: open units, itself among them, and members who have not left."""

    units: int = 0
    members: int = 0


def sum_up(db: Session) -> None:
    """Add what was noted to every unit of the lines above. Run by the sweep and after a list; twice changes nothing more."""
    _take_turn(db)
    db.execute(_SUM_UP)


def count_anew(db: Session) -> None:
    """Count everything from the rows themselves: after a list that moved units."""
    _take_turn(db)
    db.execute(_COUNT_ANEW)


def carry_over(db: Session, old_path: str, new_parent_path: str) -> None:
    """A unit is about to move: take what was summed up for it from the line above it and give it to the other line."""
    _take_turn(db)
    unit_id = int(old_path.rstrip("/").rpartition("/")[2])
    counted = db.get(UnitCount, unit_id, populate_existing=True)
    if counted is not None:
        _add(db, ancestors(old_path), -counted.units, -counted.members)
        _add(db, (new_parent_path, *ancestors(new_parent_path)), counted.units, counted.members)


def empty(db: Session, unit_id: int) -> None:
    """A unit was merged: what was summed up for it is counted where it went."""
    sum_up(db)
    db.execute(update(UnitCount).where(UnitCount.unit_id == unit_id).values(units=0, members=0))


def below(db: Session, path: str) -> Below:
    """Count what lies at or below one unit."""
    unit_id = int(path.rstrip("/").rpartition("/")[2])
    return below_each(db, path, [unit_id], path.count("/") - 1)[unit_id]


def below_children(db: Session, path: str, child_ids: Collection[int]) -> dict[int, Below]:
    """Count what lies at or below each of these units right under the path."""
    return below_each(db, path, child_ids, path.count("/"))


def below_each(db: Session, path: str, unit_ids: Collection[int], level: int) -> dict[int, Below]:
    """Count for units that all lie at this level of the path's part of the tree."""
    found = {unit_id: Below() for unit_id in unit_ids}
    counted = select(UnitCount.unit_id, UnitCount.units, UnitCount.members)
    at_level = cast(func.nullif(func.split_part(Unit.path, "/", level + 1), ""), BigInteger).label("at_level")
    since = (
        select(at_level, func.sum(UnitCountChange.units), func.sum(UnitCountChange.members))
        .join(Unit, Unit.id == UnitCountChange.unit_id)
        .where(is_under(Unit.path, path))
        .group_by(at_level)
    )
    # One statement, so that nothing is summed up between the two parts.
    both = counted.where(UnitCount.unit_id.in_(list(found))).union_all(since)
    for unit_id, units, members in db.execute(both):
        if unit_id in found:
            before = found[unit_id]
            found[unit_id] = Below(before.units + int(units), before.members + int(members))
    return found


def _add(db: Session, paths: Collection[str], units: int, members: int) -> None:
    statement = text(
        "INSERT INTO unit_counts (unit_id, units, members)"
        " SELECT id, :units, :members FROM unnest(CAST(:ids AS bigint[])) AS line (id) ORDER BY id"
        " ON CONFLICT (unit_id) DO UPDATE"
        " SET units = unit_counts.units + excluded.units, members = unit_counts.members + excluded.members"
    )
    ids = [int(path.rstrip("/").rpartition("/")[2]) for path in paths]
    db.execute(statement, {"ids": ids, "units": units, "members": members})


def _take_turn(db: Session) -> None:
    db.execute(select(func.pg_advisory_xact_lock(COUNTING)))
