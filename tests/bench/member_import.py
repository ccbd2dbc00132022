"""A list of 200,000 members against COPY of the very same rows into the very same tables, with their indexes and keys.

Goal (issue, "Speed"): at most 4 times, under a minute, flat memory; numbers sealed and found by keyed hash all the while.
The baseline writes what the import wrote (numbers, members, consents, ways in, posts) into an empty copy of the database,
from a file, so that nothing but PostgreSQL is measured. Both run in the same run; CPU time of this process is told as well.

Seen on two quiet cores: 67 s, 4.0 times raw COPY, 43 MiB more, before people were looked up by their keys alone. Since then
PostgreSQL is busy for a quarter less, and among others on the same cores it was 2.4 times raw COPY. One COPY of all rows by
itself shows, too, that nothing is planned by figures from before the table grew.
"""

from __future__ import annotations

import io
import itertools
import os
import random
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from gateway.migrate import upgrade
from gateway.people.members import import_members
from gateway.people.units import import_units
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests import servers
from tests.bench.environment import environment

ROWS, BOOTHS = 200_000, 1000
AIM, MOST_SECONDS, MOST_GROWTH_MIB = 4.0, 60.0, 60
TABLES = ("numbers", "members", "consents", "enrolments", "posts")
FIRST = (
    "Sita",
    "Ramesh",
    "रमेश",
    "Asha",
    "Kamla",
    "সুমন",
    "Md",
    "Fatima",
    "Lakshmi",
    "Ganesh",
    "सीता",
    "Meera",
)
LAST = ("Devi", "Kumar", "Singh", "देवी", "Das", "Khatun", "Yadav", "Sharma", "Verma", "Mandal")
HEADER = "phone,name,language,unit,posts,consent,consent_date\n"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        raw = "".join(itertools.chain([HEADER], _lines(rows))).encode()
        rt = _a_house(servers.durable_postgres(), Path(folder))
        first = raw[: raw.index(b"\n", len(raw) // 20) + 1]
        import_members(rt, io.BytesIO(first), dry_run=True)  # warm: libraries, plans, memory of one batch
        before, server = _peak(), _server_cpu(rt)
        seconds, cpu = time.perf_counter(), time.process_time()
        result = import_members(rt, io.BytesIO(raw))
        seconds, cpu = time.perf_counter() - seconds, time.process_time() - cpu
        server = _server_cpu(rt) - server
        assert result.taken == rows, result.refused[:3]
        grown = _peak() - before
        copied = _copy_the_same(rt, Path(folder))
        again = time.perf_counter()
        assert import_members(rt, io.BytesIO(raw), dry_run=True).unchanged == rows
        again = time.perf_counter() - again
        rt.close()
    print(f"import {rows:,} rows: {seconds:.1f} s ({rows / seconds:,.0f}/s)")
    print(
        f"busy meanwhile: this process {cpu:.1f} s, PostgreSQL {server:.1f} s; more than that is waiting for others"
    )
    print(f"raw COPY of the same rows: {copied:.1f} s; looking at the same list again: {again:.1f} s")
    print(f"memory grew by {grown:.0f} MiB (aim {MOST_GROWTH_MIB})")
    print(f"import: {seconds / copied:.2f} times raw COPY (aim {AIM:.0f}, and under {MOST_SECONDS:.0f} s)")


def _lines(rows: int) -> Iterator[str]:
    """Invented people in the order in which a list comes: any booth, some with a post, phones in several writings."""
    chance = random.Random(20261122)
    for n in range(rows):
        phone = (f"70000{n:05d}", f"+91 70001 {n % 100_000:05d}", f"0{7000200000 + n}")[min(2, n // 100_000)]
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {chance.randrange(400)}"
        post = "Booth agent" if n % 10 == 0 else ""
        yield f"{phone},{name},hi,P{chance.randrange(BOOTHS)},{post},paper,2026-01-{1 + n % 28:02d}\n"


def _a_house(url: str, folder: Path) -> Runtime:
    upgrade(url)
    rt = build_runtime(Settings.from_env(environment(url, folder)))
    tree = "code,name,kind,parent\nS,State,state,\n" + "".join(
        f"D{n},District {n},district,S\n" for n in range(20)
    )
    tree += "".join(f"P{n},Booth {n},booth,D{n % 20}\n" for n in range(BOOTHS))
    import_units(rt, io.BytesIO(tree.encode()))
    return rt


def _copy_the_same(rt: Runtime, folder: Path) -> float:
    """Write out what was imported, empty the tables, and read it in again by COPY alone; seconds of the reading."""
    plain = make_url(rt.settings.database_url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        for table in TABLES:
            with (
                (folder / table).open("wb") as file,
                connection.cursor().copy(_copy(table, "TO STDOUT")) as out,
            ):
                for piece in out:
                    file.write(piece)
        connection.execute("SET session_replication_role = replica")  # ledgers are append-only
        connection.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        connection.execute("SET session_replication_role = origin")
        connection.execute("CHECKPOINT")
        began = time.perf_counter()
        for table in TABLES:
            with (
                (folder / table).open("rb") as file,
                connection.cursor().copy(_copy(table, "FROM STDIN")) as into,
            ):
                while piece := file.read(1 << 18):
                    into.write(piece)
        return time.perf_counter() - began


def _server_cpu(rt: Runtime) -> float:
    """Seconds that the backends of this PostgreSQL have been busy, as Linux counts them."""
    with rt.engine.connect() as connection:
        backend = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    parent = _stat(backend)[1]
    ticks = sum(sum(map(int, _stat(pid)[11:13])) for pid in _children(parent))
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(parent: str) -> list[str]:
    pids = [each.name for each in Path("/proc").iterdir() if each.name.isdecimal()]
    return [pid for pid in pids if _stat(pid)[1:2] == [parent]]


def _stat(pid: str | int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _copy(table: str, where: str) -> sql.Composed:
    return sql.SQL("COPY {} " + where + " (FORMAT BINARY)").format(sql.Identifier(table))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
