"""Embedded servers: real ones, killed, started again and started twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis

from gateway.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError

HOLDER = """
import sys, time
from pathlib import Path
from gateway.embedded import EmbeddedPostgres, EmbeddedValkey
servers = EmbeddedPostgres(Path(sys.argv[1]) / "postgres"), EmbeddedValkey(Path(sys.argv[1]) / "valkey")
for server in servers:
    print(server.start(), server.pid, flush=True)
time.sleep(60)
"""


@contextmanager
def running(server: EmbeddedPostgres | EmbeddedValkey) -> Iterator[str]:
    try:
        yield server.start()
    finally:
        server.stop()


def connected(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


@contextmanager
def held_by_another(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout
    with holder.stdout:
        try:
            yield holder, [*holder.stdout.readline().split(), *holder.stdout.readline().split()]
        finally:
            holder.kill()
            holder.wait()


def gone(pid: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pg")


def test_database_is_utf8_and_durable_when_fresh(cluster: Path) -> None:
    with running(EmbeddedPostgres(cluster / "a")) as url, connected(url) as db:
        shown = db.execute(
            "select current_setting('server_encoding'), current_setting('synchronous_commit'),"
            " current_setting('fsync'), current_setting('listen_addresses'), lower('É')"
        ).fetchone()
    assert shown == ("UTF8", "on", "on", "", "é")


def test_rows_are_kept_when_the_whole_server_is_killed(cluster: Path) -> None:
    server = EmbeddedPostgres(cluster / "a")
    with running(server) as url:
        with connected(url) as db:
            db.execute("create table if not exists kept (what text)")
            db.execute("insert into kept values ('said once')")
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        assert (cluster / "a" / "cluster" / "postmaster.pid").exists()
        with connected(server.start()) as db:
            assert db.execute("select what from kept").fetchall() == [("said once",)]


def test_dead_server_is_not_taken_for_a_running_one_when_its_pid_lives_on(cluster: Path) -> None:
    server = EmbeddedPostgres(cluster / "a")
    with running(server):
        pass
    stale = f"{os.getppid()}\n{server.cluster}\n1\n5432\n\n\n 1 1\nready   \n"
    (server.cluster / "postmaster.pid").write_text(stale)
    (server.folder / ".s.PGSQL.5432.lock").write_text(stale)
    with running(server) as url, connected(url) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_folder_in_use_is_one_line_when_started_twice(cluster: Path) -> None:
    with running(EmbeddedPostgres(cluster / "a")):
        began = time.monotonic()
        with pytest.raises(ServerError) as refusal:
            EmbeddedPostgres(cluster / "a").start()
    assert "in use by another memberline" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert time.monotonic() - began < 5


def test_servers_end_with_their_parent_when_it_is_killed(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as (holder, (url, pid, queue_url, queue_pid)):
        with connected(url) as db:
            db.execute("create table kept as select 7 as what")
        redis.Redis.from_url(queue_url).set("bell", "rung")
        holder.kill()
        assert gone(int(pid))
        assert gone(int(queue_pid))
    with running(EmbeddedPostgres(tmp_path / "postgres")) as url, connected(url) as db:
        assert db.execute("select what from kept").fetchall() == [(7,)]
    with running(EmbeddedValkey(tmp_path / "valkey")) as queue_url, redis.Redis.from_url(queue_url) as queue:
        assert queue.get("bell") == b"rung"


def test_servers_are_reached_when_the_path_is_longer_than_a_socket_may_be(tmp_path: Path) -> None:
    deep = tmp_path / ("long and wide " * 8)
    with running(EmbeddedPostgres(deep / "postgres")) as url, connected(url) as db:
        assert db.execute("select 1").fetchone() == (1,)
    with running(EmbeddedValkey(deep / "valkey")) as url, redis.Redis.from_url(url) as queue:
        assert queue.ping()
        sockets = Path(url.removeprefix("unix://").split("?")[0]).parent
        assert str(sockets).startswith("/tmp/memberline-")
    assert not sockets.exists()


def test_jobs_are_kept_when_the_queue_is_killed(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path / "valkey")
    with running(server) as url:
        with redis.Redis.from_url(url) as queue:
            queue.rpush("bells", *range(100))
        os.kill(server.pid, signal.SIGKILL)
        server.stop()
        with redis.Redis.from_url(server.start()) as queue:
            assert queue.llen("bells") == 100
    assert not (server.folder / "queue.sock").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_another_user_runs_it_when_namespaces_are_forbidden() -> None:
    open_folder = Path(
        subprocess.check_output(["mktemp", "-d", "/tmp/memberline-open-XXXXXX"], text=True).strip()
    )
    try:
        open_folder.chmod(0o755)
        before = open_folder.stat().st_mode
        with (
            running(EmbeddedPostgres(open_folder / "postgres", ways=["switch"])) as url,
            connected(url) as db,
        ):
            assert db.execute("select 1").fetchone() == (1,)
        assert open_folder.stat().st_mode == before
        with running(EmbeddedPostgres(open_folder / "postgres")) as url, connected(url) as db:
            assert db.execute("select 1").fetchone() == (1,)
    finally:
        subprocess.run(["rm", "-rf", str(open_folder)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_reason_is_clear_when_nobody_else_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(ServerError, match="does not run as root") as refusal:
        EmbeddedPostgres(tmp_path / "postgres", ways=["switch"]).start()
    assert "\n" not in str(refusal.value)
