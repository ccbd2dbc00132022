"""Freezing a day of 100,000 units, and asking the leads of 90,000 booths; 1,000,000 reports, 100,000 of them of the day.

Goal of issue 4: the roll-up under 10 s. The baseline of the ratio is a bare SUM and GROUP BY over the same rows in the same
run: each unit's own figures, read and thrown away, without those below it and without writing any. The quickest of three.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import delete, make_url, text

from gateway.days import asking
from gateway.db import unit_of_work
from gateway.models import Rollup
from gateway.rollups import freeze
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.store import daily, rollup_rows
from gateway.store.daily import Daily
from tests.bench import audience

REPORTS, ROUNDS, GOAL_SECONDS = int(os.environ.get("BENCH_REPORTS", "1000000")), 3, 10
NOW = datetime(2026, 11, 23, 15, 1, tzinfo=UTC)  # 20:31 in India

_FILL = (
    """INSERT INTO numbers (id, "index", sealed, tail, created_at)
       SELECT id, int8send(id), '\\x00', '0000', now() FROM units""",
    """INSERT INTO members (id, public_id, name, search, number_id, unit_id, tags, status, consent, is_trained, created_at)
       SELECT id, 'm' || id, '', '', id, id, '[]', 'active', 'all', false, now() FROM units""",
    """INSERT INTO posts (member_id, unit_id, title, since) SELECT id, id, 'booth lead', now() FROM units""",
    """INSERT INTO reports (public_id, reference, state, urgency, source, unit_id, desk_unit_id, sight_unit_id, is_past_local,
                            category, received_at, heard_at, due_at, version)
       SELECT 'r' || n, n, (ARRAY['received', 'heard', 'in_work', 'answered', 'confirmed', 'confirmed'])[1 + n %% 6],
              (ARRAY['not_stated', 'soon', 'danger'])[1 + n %% 3], 'voice', u, u, u, false, (ARRAY['11', '21', NULL])[1 + n %% 3],
              at, at, at + interval '7 days', 0
       FROM (SELECT n, 1 + (n * 7919) %% %(units)s AS u, %(now)s - n * interval '0.86 second' AS at
             FROM generate_series(CAST(1 AS bigint), %(reports)s) AS n) AS made""",
    """INSERT INTO report_events (report_id, at, kind, state, details)
       SELECT id, received_at + interval '2 hours', 'answered', 'answered', CAST('{}' AS jsonb) FROM reports WHERE id %% 6 >= 3
       UNION ALL SELECT id, received_at + interval '3 hours', 'confirmed', 'confirmed', '{}' FROM reports WHERE id %% 6 >= 4""",
    """INSERT INTO calls (provider, provider_id, is_inbound, line, member_id, state, turn, started_at, stepped_at)
       SELECT 'p', 'c' || n, true, '1', 1 + (n * 7919) %% %(units)s, 'ended', 0, %(now)s - n * interval '0.43 second', %(now)s
       FROM generate_series(CAST(1 AS bigint), %(reports)s) AS n""",
    "INSERT INTO unit_days (unit_id, day, asked_at, said, streak)"
    " SELECT id, '2026-11-23', %(now)s, (ARRAY['nothing', 'something', NULL])[1 + id %% 3], 1 FROM units",
)


def main() -> None:
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        rt = build_runtime(Settings.from_env(audience._environment(Path(folder))))
        begun = time.monotonic()
        units = _fill(rt)
        print(f"{REPORTS} reports in {units} units, ready after {time.monotonic() - begun:.0f} s")
        try:
            _measure(rt)
        finally:
            rt.close()


def _fill(rt: Runtime) -> int:
    plain = make_url(rt.settings.database_url).set(drivername="postgresql")
    units = list(audience._units())
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        connection.execute("SET session_replication_role = replica")
        audience._copy(connection, "units (id, code, name, kind, parent_id, path)", units)
        for statement in _FILL:
            values = {"now": NOW, "reports": REPORTS, "units": len(units)}
            connection.execute(statement.encode(), values if "%" in statement else None)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")
    return len(units)


def _measure(rt: Runtime) -> None:
    there = _at(rt)
    bare = min(_timed(lambda: _bare(there)) for _ in range(ROUNDS))
    whole = min(_timed(lambda: _freeze(there)) for _ in range(ROUNDS))
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(text("SELECT count(*) FROM rollup_rows")).scalar_one()
    print(
        f"{'freezing a day, and writing ' + str(rows) + ' rows':50} {whole:6.2f} s  {whole / bare:5.2f} × bare sums ({bare:.2f} s)"
    )
    asked = _timed(lambda: _ask(there))
    print(f"{'asking the leads of the booths':50} {asked:6.2f} s")
    print(f"goal: a day under {GOAL_SECONDS} s: {'met' if whole < GOAL_SECONDS else 'missed'}")
    if whole >= GOAL_SECONDS:
        raise SystemExit(1)


def _at(rt: Runtime) -> Runtime:
    from dataclasses import replace

    from gateway.queue import Bells

    return replace(rt, clock=lambda: NOW, bells=Bells(lambda queue, job, ids: None))


def _bare(rt: Runtime) -> None:
    span = {
        "top": 1,
        "day": NOW.date(),
        "since": datetime(2026, 11, 22, 15, tzinfo=UTC),
        "until": datetime(2026, 11, 23, 15, tzinfo=UTC),
    }
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(text(f"SELECT count(*) FROM ({rollup_rows.OWN}) AS own"), span)


def _freeze(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(delete(Rollup))
    freeze.freeze_due(rt)


def _ask(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        daily.keep_daily(unit.db, Daily(is_on=True))
        unit.db.execute(text("DELETE FROM unit_days"))
    asking.ask_leads(rt, seconds=600)


def _timed(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
