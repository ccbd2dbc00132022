"""The console over 1,000,000 reports in 100,000 units, 60,000 of them waiting: what a page takes on the server.

Goal of issue 4: the inbox opens in under 150 ms and the wall page in under 250 ms on a warm database. Each page is asked for as
the whole state's administrator, a district's and a booth's staff, through the application itself; beside it, in turn, a bare
handler of the same application that fetches one row by its key. The median of the rounds counts. Reports lie in the table as
they came, and an answer is one that a member was asked about lately: both are so in life.

The control room is no wall: it counts two months of reports in one look, so its aim is 1 s for the whole state (140,000
reports), and 300 ms for whoever has less.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url, text

from gateway.access import tokens
from gateway.app import create_app
from gateway.db import unit_of_work
from gateway.models import Staff
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.store import staff
from tests.bench.audience import LEVELS, _copy, _environment, _units

REPORTS, WAITING, PEOPLE = int(os.environ.get("BENCH_REPORTS", "1000000")), 0.06, 100_000
ROUNDS = 9
INBOX_MS, WALL_MS = 150, 250
CONTROL_MS, CONTROL_BELOW_MS = 1000, 300
FIRST_BOOTH = 7527  # of `LEVELS`: 1 state, 25 districts, 500 blocks, 7,000 panchayats, then 98,000 booths
BOOTHS = 98_000
SEATS = {  # unit, role
    "the state's administrator": (1, "administrator"),
    "a district's staff": (2, "staff"),
    "a block's staff": (27, "staff"),
    "a booth's staff": (FIRST_BOOTH, "staff"),
}
INBOX = {
    "waiting": "/reports",
    "come up to us": "/reports?tab=up",
    "all": "/reports?tab=all",
    "closed, one subject": "/reports?tab=closed&category=21",
    "waiting, one language and subject": "/reports?language=bn&category=43",
    "overdue": "/reports?overdue=yes",
    "all, a rare subject of a week": "/reports?tab=all&category=43&from=2026-06-01&to=2026-06-07",
    "one district": "/reports?unit=U3",
    "unnamed, all": "/reports?tab=all&unnamed=yes",
    "restricted, all": "/reports?tab=all&restricted=yes",
    "with voice, all": "/reports?tab=all&voice=yes",
    "an office must act, all": "/reports?tab=all&act=office",
    "closed in a district": "/reports?tab=closed&unit=U3",
    "closed in a block": "/reports?tab=closed&unit=U40",
    "in charge, all": "/reports?tab=all&charge=yes",
    "in charge, closed in a district": "/reports?tab=closed&charge=yes&unit=U3",
    "not known who called, all": "/reports?tab=all&member=no",
    "no word how urgent, all": "/reports?tab=all&urgency=not_stated",
    "danger in a block, all": "/reports?tab=all&urgency=danger&unit=U40",
    "start page": "/",
}


def main() -> None:
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        rt = build_runtime(Settings.from_env(_environment(Path(folder))))
        begun = time.monotonic()
        fill(rt)
        print(f"{REPORTS} reports in 105,526 units, ready after {time.monotonic() - begun:.0f} s")
        measure(rt)
        rt.close()


def fill(rt: Runtime) -> None:
    """Put everything in by a few statements; indexes are built at the end, as a bulk load does."""
    assert [count for _, count in LEVELS] == [1, 25, 20, 14, 14]
    plain = make_url(rt.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as connection:
        connection.execute("SET session_replication_role = replica")
        _copy(connection, "units (id, code, name, kind, parent_id, path)", _units())
        for statement in SMALL:
            connection.execute(statement)
        indexes = connection.execute(INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        connection.execute(MAKE_REPORTS, {"count": REPORTS, "waiting": WAITING, "first": FIRST_BOOTH})
        for _, definition in indexes:
            connection.execute(definition)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE)")


INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename = 'reports' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""
SMALL = (
    "SELECT setseed(0.4)",
    f"""INSERT INTO numbers (id, "index", sealed, tail, created_at)
        SELECT each, int8send(each), int8send(each), right('000' || each, 4), now() FROM generate_series(1, {PEOPLE}) AS each""",
    f"""INSERT INTO members (id, public_id, name, search, number_id, unit_id, language, tags, status, consent, is_adult,
            is_trained, created_at)
        SELECT each, 'm' || each, 'Sita Devi ' || each, 'sita devi', each, {FIRST_BOOTH} + each % {BOOTHS}, 'hi', '[]',
            'active', 'all', true, false, now() FROM generate_series(1, {PEOPLE}) AS each""",
    f"""INSERT INTO voice_notes (id, public_id, clip_key, seconds, peaks, tries, announced_at, fetched_at)
        SELECT each, 'v' || each, 'k' || each, 20 + each % 40,
            (SELECT jsonb_agg((each * 7 + n * n) % 100) FROM generate_series(1, 160) AS n), 1, now(), now()
        FROM generate_series(1, {PEOPLE}) AS each""",
)
MAKE_REPORTS = f"""
INSERT INTO reports (id, public_id, reference, state, urgency, source, member_id, number_id, unit_id, desk_unit_id,
    sight_unit_id, is_past_local, voice_note_id, language, category, received_at, heard_at, due_at, closed_at, ups, reporters,
    is_restricted, is_partial)
SELECT each, 'r' || each, (100000 + each)::text,
    CASE WHEN is_open THEN (ARRAY['received','received','heard','assigned','in_work','reopened'])[1 + each % 6]
        WHEN each % 7 = 0 AND at < now() - interval '20 days' THEN 'confirmed'
        ELSE (ARRAY['answered','confirmed','confirmed','confirmed','confirmed','closed_unconfirmed','blank'])[1 + each % 7] END,
    CASE WHEN each % 200 = 0 THEN 'danger' WHEN each % 3 = 0 THEN 'soon' ELSE 'can_wait' END,
    'voice', 1 + each % {PEOPLE}, 1 + each % {PEOPLE}, booth,
    CASE WHEN each % 25 = 0 THEN 1 + (each / 25) % 26 ELSE booth END,
    CASE WHEN each % 33 = 0 THEN 527 + (booth - {FIRST_BOOTH}) / 14 ELSE booth END, each % 33 = 0,
    CASE WHEN each <= {PEOPLE} THEN each END,
    CASE WHEN each % 9 = 0 THEN 'bn' WHEN each % 31 = 0 THEN 'en' ELSE 'hi' END,
    CASE WHEN each % 5 < 4 THEN (1 + floor(pow(random(), 2) * 4))::text || (1 + floor(pow(random(), 2) * 4))::text END,
    at, CASE WHEN each % 6 > 1 THEN at + interval '5 hours' END,
    CASE WHEN is_open THEN at + interval '9 days' END,
    CASE WHEN NOT is_open THEN at + interval '12 days' END,
    CASE WHEN each % 25 = 0 THEN 1 ELSE 0 END, CASE WHEN each % 50 = 0 THEN 12 ELSE 1 END,
    each % 400 = 0, each % 70 = 0
FROM (
    SELECT each, %(first)s + (each::bigint * 7919) %% {BOOTHS} AS booth, is_open,
        now() - CASE WHEN is_open THEN random() * interval '30 days' ELSE random() * interval '700 days' END AS at
    FROM (SELECT each, random() < %(waiting)s AS is_open FROM generate_series(1, %(count)s) AS each) AS a
) AS b
ORDER BY at
""".replace("each % ", "each %% ").replace(") % 26", ") %% 26")


def measure(rt: Runtime) -> None:
    """Ask for every page in turn with the bare one and say what each took."""
    app = create_app(rt.settings, rt)
    _bare(app, rt)
    worst: dict[str, float] = {"inbox": 0.0, "start": 0.0, "wall": 0.0, "control": 0.0, "control below": 0.0}
    for who, (unit_id, role) in SEATS.items():
        browser = _seat(app, rt, who, unit_id, role)
        for kind, name, address in _pages(app):
            took, bare = _medians(browser, address)
            kind = "control below" if kind == "control" and unit_id != 1 else kind
            worst[kind] = max(worst[kind], took)
            print(f"{who}, {name}: {took:.0f} ms, {took / bare:.0f} × a bare page ({bare:.2f} ms)")
    print(f"inbox: {worst['inbox']:.0f} ms at worst (aim {INBOX_MS} ms or less)")
    print(f"wall: {worst['wall']:.0f} ms at worst (aim {WALL_MS} ms or less)")
    print(f"control room of the state: {worst['control']:.0f} ms at worst (aim {CONTROL_MS} ms or less)")
    print(
        f"control room below it: {worst['control below']:.0f} ms at worst (aim {CONTROL_BELOW_MS} ms or less)"
    )


def _pages(app: Flask) -> Iterator[tuple[str, str, str]]:
    for name, address in INBOX.items():
        yield ("start" if address == "/" else "inbox"), name, address
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if (
                rule.endpoint.partition(".")[0] in ("wall", "control")
                and not rule.arguments
                and "GET" in (rule.methods or ())
            ):
                yield rule.endpoint.partition(".")[0], rule.endpoint, rule.rule


def _medians(browser: FlaskClient, address: str) -> tuple[float, float]:
    """Milliseconds of this page and of the bare one; the first look warms what a first look warms."""
    assert browser.get(address).status_code == 200, address
    took, bare = [], []
    for _ in range(ROUNDS):
        bare.append(_timed(browser, "/bare"))
        took.append(_timed(browser, address))
    return statistics.median(took), statistics.median(bare)


def _timed(browser: FlaskClient, address: str) -> float:
    begun = time.perf_counter()
    browser.get(address)
    return (time.perf_counter() - begun) * 1000


def _bare(app: Flask, rt: Runtime) -> None:
    @app.get("/bare")
    def bare() -> str:
        with unit_of_work(rt.engine) as unit:
            return str(unit.db.execute(text("SELECT reference FROM reports WHERE id = 17")).scalar_one())


def _seat(app: Flask, rt: Runtime, who: str, unit_id: int, role: str) -> FlaskClient:
    token = f"token-of-{unit_id}"
    with unit_of_work(rt.engine) as unit:
        person = Staff(
            email=f"{unit_id}@example.org",
            name=who,
            role=role,
            unit_id=unit_id,
            created_at=rt.clock(),
        )
        unit.db.add(person)
        unit.db.flush()
        staff.add_sign_in(unit.db, person.id, tokens.hash_of(token), rt.clock())
    browser = app.test_client()
    browser.set_cookie(tokens.cookie_name(rt), token)
    return browser


if __name__ == "__main__":
    main()
