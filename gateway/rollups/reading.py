"""A day's roll-up as it is read: one unit's figures, what a correction changed, the parts of it, what stands out.

The parts are the units right under the nearest fork: a chain of only children says nothing side by side.

For the page, the paper and the command. Nothing is computed anew but what the rows hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from gateway.models import Broadcast, Rollup, RollupRow, Unit
from gateway.store import rollups, unit_list
from gateway.store.rollup_rows import FIGURES

SILENT = "silent"
SHOWN = (*FIGURES, SILENT)
OUTLIERS = 3


@dataclass(frozen=True)
class Figures:
    """One unit's counts of a day by name, with the silent ones; none is 0."""

    counts: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SHOWN, 0))
    row: RollupRow | None = None

    def __getitem__(self, name: str) -> int:
        return self.counts[name]


@dataclass(frozen=True)
class Outlier:
    """A unit that stands out by one of its figures."""

    figure: str
    unit: Unit
    count: int


@dataclass(frozen=True)
class Reading:
    """A version of a day, of one unit; `before` is what its first version said, where this is a later one."""

    rollup: Rollup
    place: Unit
    fork: Unit
    now: Figures
    before: Figures | None
    children: list[tuple[Unit, Figures]]
    categories: list[tuple[str, int]]
    broadcasts: Sequence[Broadcast]

    def differences(self) -> Iterator[tuple[str, int, int]]:
        """Name each figure that a correction changed: its name, what it was, what it is."""
        if self.before is not None:
            for name in SHOWN:
                if self.before[name] != self.now[name]:
                    yield name, self.before[name], self.now[name]

    def outliers(self) -> Iterator[Outlier]:
        """Name the units side by side that have most of what worries: danger, overdue, silent."""
        for name in ("danger", "overdue", SILENT):
            ranked = sorted(self.children, key=lambda each: -each[1][name])[:OUTLIERS]
            yield from (Outlier(name, place, found[name]) for place, found in ranked if found[name])


def read(db: Session, viewer_path: str, place: Unit, day: date, version: int | None = None) -> Reading:
    """Read a day for one unit at or under the viewer's; raises NotFound where it was not frozen."""
    rollup = rollups.get(db, day, version)
    first = rollups.get(db, day, 1) if rollup.version > 1 else None
    rows = rollups.rows_of(db, [rollup.id, *([first.id] if first else [])], viewer_path, place.id)
    now = figures(rows.get(rollup.id))
    fork = unit_list.find_fork(db, place)
    children = rollups.list_children(db, rollup.id, viewer_path, fork.id)
    named = now.row.categories if now.row else {}
    return Reading(
        rollup=rollup,
        place=place,
        fork=fork,
        now=now,
        before=figures(rows.get(first.id)) if first else None,
        children=[(each, figures(row)) for each, row in children],
        categories=sorted(named.items(), key=lambda each: (-each[1], each[0])),
        broadcasts=rollups.list_broadcasts(db, viewer_path, place.path, rollup.since, rollup.until),
    )


def figures(row: RollupRow | None) -> Figures:
    """Return a row's counts by name."""
    if row is None:
        return Figures()
    counts = {name: int(getattr(row, name)) for name in FIGURES}
    answered = counts["nothing"] + counts["something"] + counts["could_not"]
    return Figures({**counts, SILENT: counts["asked"] - answered}, row)
