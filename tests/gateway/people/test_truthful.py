"""A look at a list says what taking it will do: the counts are the same, whatever stands in it and in the book."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.db import unit_of_work
from gateway.people import members as room
from gateway.people.members import import_members
from gateway.people.refusals import Imported
from gateway.runtime import Runtime
from gateway.store import suppressions
from tests.builders import a_number
from tests.gateway.people.lists import HEADER, members, units

PHONES = st.sampled_from(["7000000001", "+91 70000 00001", "7000000002", "7000000003", "12", ""])
NAMES = st.sampled_from(["Sita", " sita ", "Sitaa", "सीता", "Ramesh", ""])
ROW = st.tuples(
    PHONES,
    NAMES,
    st.sampled_from(["hi", "", "bn"]),
    st.sampled_from(["B1", "B2", "B9"]),
    st.sampled_from(["", "Agent", "agent;Head"]),
    st.sampled_from(["", "paper", "coordinator"]),
    st.sampled_from(["", "2026-01-31"]),
)


def summed(result: Imported) -> tuple[object, ...]:
    told = [
        sorted((each.line, each.column, each.code) for each in part)
        for part in (result.refused, result.notes)
    ]
    return result.taken, result.updated, result.unchanged, result.twice, told


def forget_everybody(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(text("SET LOCAL session_replication_role = replica"))
        for table in ("posts", "consents", "enrolments", "deliveries", "suppressions", "members", "numbers"):
            unit.db.execute(text(f"DELETE FROM {table}"))


@pytest.fixture
def tree(rt: Runtime) -> Runtime:
    units(rt)
    return rt


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(known=st.lists(ROW, max_size=4), rows=st.lists(ROW, max_size=9), batch=st.integers(1, 4))
def test_dry_run_counts_what_the_run_does(
    tree: Runtime, known: list[tuple[str, ...]], rows: list[tuple[str, ...]], batch: int
) -> None:
    forget_everybody(tree)
    with unit_of_work(tree.engine) as unit:
        suppressions.add_suppression(unit.db, tree.vault.index(a_number(3)), "complaint", tree.clock())
    members(tree, HEADER + "".join(",".join(row) + "\n" for row in known))
    raw = HEADER + "".join(",".join(row) + "\n" for row in rows)
    patch = pytest.MonkeyPatch()
    patch.setattr(room, "BATCH", batch)  # rows of one person fall into one batch, and into several
    try:
        dry = summed(members(tree, raw, dry_run=True))
        assert dry == summed(members(tree, raw, dry_run=True))
        assert dry == summed(members(tree, raw))
        assert summed(members(tree, raw))[0] == 0
    finally:
        patch.undo()


class _Endless:
    """A list of very many rows that exists nowhere as a whole."""

    def __init__(self, rows: int) -> None:
        self._pieces = self._make(rows)

    def _make(self, rows: int) -> Iterator[bytes]:
        yield b"phone,unit,name\n"
        for start in range(0, rows, 100):
            yield b"".join(b"12,B1,Nobody %d\n" % n for n in range(start, start + 100))

    def read(self, size: int = -1) -> bytes:
        return next(self._pieces, b"")[: size if size >= 0 else None]


def test_rows_without_end_cost_no_memory(tree: Runtime) -> None:
    import_members(tree, _Endless(4000), dry_run=True)  # type: ignore[arg-type]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = import_members(tree, _Endless(20_000), dry_run=True)  # type: ignore[arg-type]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(result.refused) == 20_000
    assert grown < 20
