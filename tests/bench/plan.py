"""Planning a broadcast: a delivery for each of 1,000,000 members, as a worker makes them, voice and in batches of texts.

Goal 6 of performance.md: at most 1.5 times a raw INSERT … SELECT of the same columns for the same people into a table that
has the unique key of deliveries and nothing else, and holds as many earlier broadcasts. Both in turns in one run,
synchronous commit on; the median of the ratios counts.

Seen on two quiet cores for 1,000,000 members in 100,000 booths: 1.16 for voice and 1.29 for texts, 12 s each. There the raw statement looks 100,000 units up ten times over, which ours does not; of 200,000 in
20,000 booths, where both do it once, ours takes 1.7 times the CPU: two indexes more are kept.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from gateway.broadcasts import sums
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.migrate import upgrade
from gateway.models import Broadcast
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.states import BroadcastState
from tests import servers
from tests.bench.environment import environment

MEMBERS, ROUNDS, GOAL = int(os.environ.get("BENCH_MEMBERS", "1000000")), 3, 1.5
BOOTHS = int(os.environ.get("BENCH_BOOTHS", "100000"))
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
TEXTS = {"hi": "कल दस बजे मीटिंग है।", "bn": "কাল দশটায় মিটিং।", "en": "Meeting tomorrow at ten."}

UNITS = """
INSERT INTO units (id, code, name, kind, parent_id, path) VALUES (1, 'U1', 'State', 'state', NULL, '/1/');
INSERT INTO units (id, code, name, kind, parent_id, path)
  SELECT g, 'U' || g, 'District', 'district', 1, format('/1/%s/', g) FROM generate_series(2, 26) g;
INSERT INTO units (id, code, name, kind, parent_id, path)
  SELECT g, 'U' || g, 'Booth', 'booth', 2 + g % 25, format('/1/%s/%s/', 2 + g % 25, g)
  FROM generate_series(27, 26 + {booths}) g;
"""
PEOPLE = """
INSERT INTO numbers (id, "index", sealed, tail, created_at)
  SELECT g, sha256(g::text::bytea), '', '0000', '{now}' FROM generate_series(1, {members}) g;
INSERT INTO members
  (id, public_id, name, number_id, unit_id, language, tags, status, consent, is_adult, is_trained, created_at)
  SELECT g, 'm' || g, 'Sita Devi', g, 27 + (g::bigint * 7919) % {booths}, (ARRAY['hi', 'hi', 'hi', 'bn', NULL])[1 + g % 5],
         '[]', 'active', (ARRAY['all', 'all', 'organisational'])[1 + g % 3], true, false, '{now}'
  FROM generate_series(1, {members}) g;
"""
RAW_COLUMNS = "reason, kind, priority, broadcast_id, member_id, number_id, language, state, tries, fence, due_at, created_at"
RAW = f"""
INSERT INTO raw_deliveries ({RAW_COLUMNS})
SELECT 'broadcast', 'voice', 5, %s, m.id, m.number_id, coalesce(m.language, 'hi'), 'queued', 0, 0, now(), now()
FROM members m JOIN units u ON u.id = m.unit_id
WHERE u.path LIKE '/1/%%' AND m.status <> 'left' AND m.consent IN ('all', 'organisational') AND m.barred IS NULL
  AND (m.language IS NULL OR m.language IN ('hi', 'bn', 'en'))
ORDER BY m.id
"""


def main() -> None:
    with a_house(MEMBERS) as rt:
        with connection(rt) as db:
            db.execute("CREATE TABLE raw_deliveries (LIKE deliveries INCLUDING DEFAULTS)")
            db.execute("ALTER TABLE raw_deliveries ADD UNIQUE (member_id, broadcast_id, kind)")
        for kind in ("voice", "sms"):
            ratios = [_round(rt, kind, number) for number in range(ROUNDS)]
            print(
                f"plan: {statistics.median(ratios):.2f} of a raw INSERT … SELECT for {kind} (aim {GOAL}, floor 2.5)"
            )
        _count(rt)


@contextmanager
def a_house(members: int) -> Iterator[Runtime]:
    """A durable house of so many members in many booths, filled as a bulk load does."""
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        url = servers.durable_postgres()
        upgrade(url)
        rt = build_runtime(Settings.from_env(environment(url, Path(folder))))
        begun = time.monotonic()
        with connection(rt) as db:
            db.execute("SET session_replication_role = replica")
            db.execute(UNITS.format(booths=BOOTHS))
            db.execute(PEOPLE.format(members=members, booths=BOOTHS, now=NOW))
            db.execute("SET session_replication_role = origin")
            for table in ("members", "units", "numbers"):
                db.execute(f"VACUUM (ANALYZE) {table}")
        print(f"{members} members in {BOOTHS} booths, ready after {time.monotonic() - begun:.0f} s")
        yield rt
        rt.close()


@contextmanager
def connection(rt: Runtime) -> Iterator[psycopg.Connection]:
    plain = make_url(rt.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as db:
        yield db


def a_starting_broadcast(rt: Runtime, kind: str, **filters: object) -> int:
    """A broadcast to everybody, or whom the filters mean, that was just started; returns the id."""
    with unit_of_work(rt.engine) as unit:
        made = Broadcast(
            kind=kind,
            title="Meeting",
            message_class="organisational",
            unit_id=1,
            texts=TEXTS,
            sounds={},
            filters=filters,
            state=BroadcastState.STARTING,
            created_at=NOW,
        )
        unit.db.add(made)
        unit.db.flush()
        return made.id


def _round(rt: Runtime, kind: str, number: int) -> float:
    broadcast_id = a_starting_broadcast(rt, kind)
    with connection(rt) as db:
        db.execute("CHECKPOINT")
        begun = time.perf_counter()
        db.execute(RAW, (broadcast_id,))
        raw = time.perf_counter() - begun
        db.execute("CHECKPOINT")
    begun = time.perf_counter()
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    ours = time.perf_counter() - begun
    print(f"{kind}, round {number + 1}: raw {raw:.2f} s, ours {ours:.2f} s, ratio {ours / raw:.2f}")
    return ours / raw


def _count(rt: Runtime) -> None:
    """What a page that is looked at all the time asks for."""
    broadcast_id = a_starting_broadcast(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    for what, count in (
        ("the sums", sums.of_broadcast),
        ("by language", sums.by_language),
        ("by place", sums.by_unit),
    ):
        times = []
        for _ in range(5):
            begun = time.perf_counter()
            with unit_of_work(rt.engine) as unit:
                count(unit.db, broadcast_id)
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{what} of one broadcast among {2 * ROUNDS + 1}: {min(times):.0f} ms at best")


if __name__ == "__main__":
    main()
