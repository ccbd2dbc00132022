"""Changing keys: 100,000 numbers sealed anew in ten seconds of work at most (reliability.md C19).

The baseline is the ciphers alone: opening and sealing as many values of that length in memory, in the same run.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from gateway.db import unit_of_work
from gateway.keys import rotate
from gateway.keys.cells import CELLS
from gateway.migrate import upgrade
from gateway.phones import Number
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests import servers
from tests.bench.environment import environment

ROWS, BATCH, GOAL_SECONDS = int(os.environ.get("BENCH_ROWS", "100000")), 10_000, 10.0
FILL = (
    "INSERT INTO numbers (index, sealed, tail, created_at)"
    " SELECT i, s, '0000', now() FROM unnest(CAST(:indexes AS bytea[]), CAST(:sealed AS bytea[])) AS n (i, s)"
)


def main() -> None:
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        url = servers.durable_postgres()
        upgrade(url)
        rt = build_runtime(Settings.from_env(environment(url, Path(folder))))
        _fill(rt)
        bare = _bare(rt)
        work, wall = _rotate(rt)
        rt.close()
    print(f"{ROWS} rows sealed anew: {work:.1f} s of work in this process, {wall:.1f} s by the clock")
    print(f"ciphers alone {bare:.1f} s: ratio {wall / bare:.1f}")
    if wall > GOAL_SECONDS:
        raise SystemExit(f"more than {GOAL_SECONDS:.0f} s")


def _fill(rt: Runtime) -> None:
    for begin in range(0, ROWS, BATCH):
        numbers = [Number(f"+917000{nth:06d}") for nth in range(begin, min(ROWS, begin + BATCH))]
        told = {
            "indexes": [rt.vault.index(each) for each in numbers],
            "sealed": [rt.vault.seal_number(each) for each in numbers],
        }
        with unit_of_work(rt.engine) as unit:
            unit.db.execute(text(FILL), told)


def _bare(rt: Runtime) -> float:
    sealed = rt.vault.seal(b"+917000000000", b"x" * 32)
    began = time.process_time()
    for _ in range(ROWS):
        rt.vault.seal(rt.vault.open(sealed, b"x" * 32), b"x" * 32)
    return time.process_time() - began


def _rotate(rt: Runtime) -> tuple[float, float]:
    """The sealing alone: a whole rotation also waits six seconds for processes that still know the old keys only."""
    cell = CELLS[0]
    rotate.begin(rt)
    began, worked = time.monotonic(), time.process_time()
    assert rotate.anew.seal_rows(rt, cell) == ROWS
    return time.process_time() - worked, time.monotonic() - began


if __name__ == "__main__":
    main()
