"""What the benchmarks of sending stand on: a house with many members, a broadcast that runs, and the CPU all of it took."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from gateway.db import unit_of_work
from gateway.queue import Bells
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests.bench.audience import _environment
from tests.builders import a_unit
from tests.conftest import MONDAY_NOON
from tests.gateway.deliveries.crowds import a_crowd

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def house(**more: str) -> Iterator[Runtime]:
    """The house on a durable PostgreSQL, at noon on a Monday, whose bells nobody hears."""
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        rt = build_runtime(Settings.from_env(_environment(Path(folder)) | more), pool_size=12)
        yield replace(rt, bells=Bells(lambda queue, job, ids: None), clock=lambda: MONDAY_NOON)
        rt.close()


def people(rt: Runtime, count: int) -> None:
    """So many members in booths of a thousand under one unit."""
    with unit_of_work(rt.engine) as unit:
        for nth in range(0, count, 1000):
            a_unit(unit.db, f"BOOTH-{nth // 1000}", under="STATE")
    for nth in range(0, count, 1000):
        a_crowd(rt, min(1000, count - nth), unit=f"BOOTH-{nth // 1000}")


def tidy(rt: Runtime) -> None:
    """Give the planner its figures, as autovacuum does in time."""
    with rt.quick.connection() as connection:
        connection.execute("VACUUM (ANALYZE) units, numbers, members, deliveries, batches")


def in_turns(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Run both in turns; returns the median seconds of each."""
    took: tuple[list[float], list[float]] = ([], [])
    for nth in range(rounds):
        for which in (0, 1) if nth % 2 else (1, 0):
            began = time.perf_counter()
            (first, second)[which]()
            took[which].append(time.perf_counter() - began)
    return median(took[0]), median(took[1])


def cpu_seconds() -> float:
    """CPU of this process and of every PostgreSQL under it."""
    return time.process_time() + sum(_ticks(pid) for pid in _below(os.getpid())) / TICKS


def _below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, rest = each.read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        names[int(each.parent.name)] = name
        parents.setdefault(int(rest.split()[1]), []).append(int(each.parent.name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += [child for child in children if "postgres" in names[child]]
        todo += children
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return sum(int(each) for each in fields[11:15])
