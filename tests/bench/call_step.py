"""The whole inbound step (HTTP in, look-up, flow step, durable commit, XML out) as a share of a bare Flask handler.

Goals 1 and 4 of performance.md: at least 0.30 of the bare handler's requests a second, at most three statements and one
commit a step, synchronous commit on. Subject and baseline take turns in the same run; the median of the ratios counts.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from gateway.migrate import upgrade
from gateway.runtime import build_runtime
from gateway.settings import Settings
from gateway.sounds import CATALOGUE, build_subject
from tests import servers
from tests.bench.load import Line, post, run
from tests.builders import a_member, a_number

ROUNDS, SECONDS, CONNECTIONS = 5, 3.0, 16
SECRET = "callback-secret-of-the-bench"
STEPS_A_CALL = 180  # the engine ends a conversation after 200 turns
_calls = itertools.count(1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        environ = environment(Path(folder))
        numbers = prepare(environ)
        ports = free_port(), free_port()
        web = subprocess.Popen(
            [Path(sys.executable).parent / "memberline", "web", "--port", str(ports[0])],
            env=environ,
            stdout=subprocess.DEVNULL,
        )
        bare = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare", str(ports[1])], stdout=subprocess.DEVNULL
        )
        try:
            wait(ports)
            _measure(ports, numbers)
            _count_statements(environ, ports[0], numbers[0])
        finally:
            for each in (web, bare):
                each.terminate()
                each.wait(15)


def environment(folder: Path) -> dict[str, str]:
    url = servers.durable_postgres()
    upgrade(url)
    return {
        **os.environ,
        "DATABASE_URL": url,
        "REDIS_URL": servers.valkey(),
        "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1",
        "MEMBERLINE_SECRET_KEY": "secret-key-of-the-bench",
        "MEMBERLINE_CALLBACK_SECRET": SECRET,
        "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
        "MEMBERLINE_TTS": "silent",
        "MEMBERLINE_DATA": str(folder),
    }


def prepare(environ: dict[str, str]) -> list[str]:
    rt = build_runtime(Settings.from_env(environ))
    build_subject(rt, CATALOGUE, 0)
    numbers = [a_number() for _ in range(CONNECTIONS)]
    for number in numbers:
        a_member(rt, number=number)
    rt.close()
    return [str(each) for each in numbers]


def caller(port: int, number: str) -> Line:
    """A member who stays in the main menu and asks to hear it again; rings anew after a hundred steps."""
    steps = itertools.count()
    form: dict[str, str] = {}

    def next_request(answer: bytes | None) -> bytes:
        turn = re.search(rb"turn=([0-9]+)", answer or b"")
        if turn is None or next(steps) % STEPS_A_CALL == 0:
            form.update(_ring(number))
            return post(f"/callbacks/africastalking/{SECRET}/voice", form)
        path = f"/callbacks/africastalking/{SECRET}/voice?turn={turn[1].decode()}"
        return post(path, {**form, "dtmfDigits": "9"})

    return Line(port, next_request)


def _ring(number: str) -> dict[str, str]:
    return {
        "callSessionState": "Ringing",
        "direction": "Inbound",
        "callerCountryCode": "91",
        "callerNumber": number,
        "destinationNumber": "+918000000002",
        "callerCarrierName": "None",
        "sessionId": f"ATVId_{next(_calls):032x}",
        "callStartTime": "2026-11-22 09:15:04",
        "isActive": "1",
    }


def _measure(ports: tuple[int, int], numbers: list[str]) -> None:
    ratios = []
    for number in range(ROUNDS + 1):
        bare, _ = run(bare_lines(ports[1]), SECONDS)
        steps, times = run([caller(ports[0], each) for each in numbers], SECONDS)
        if number == 0:
            continue  # warm-up
        ratios.append(steps / bare)
        p99 = statistics.quantiles(times, n=100)[98]
        print(
            f"round {number}: bare {bare:6.0f}/s, call step {steps:6.0f}/s, ratio {ratios[-1]:.2f}, p99 {p99:.1f} ms"
        )
    print(f"call-step: {statistics.median(ratios):.2f} of a bare Flask handler (aim 0.30, floor 0.15)")


def bare_lines(port: int) -> list[Line]:
    return [Line(port, lambda _: post("/bare", _ring("+91"))) for _ in range(CONNECTIONS)]


def _count_statements(environ: dict[str, str], port: int, number: str) -> None:
    """Ask PostgreSQL itself: statements and commits between two looks, over a hundred steps."""
    plain = (
        make_url(environ["DATABASE_URL"]).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    line = caller(port, number)
    line.send(None)
    answer = line.receive()
    with psycopg.connect(plain, autocommit=True) as connection:
        before = _commits(connection)
        for _ in range(STEPS_A_CALL - 2):
            line.send(answer)
            answer = line.receive()
        time.sleep(1.5)  # the statistics of other connections are written with a delay
        after = _commits(connection)
    print(f"transactions a step: {(after - before) / (STEPS_A_CALL - 2):.2f} (one look-up, one that writes)")


def _commits(connection: psycopg.Connection) -> int:
    connection.execute("SELECT pg_stat_clear_snapshot()")
    row = connection.execute(
        "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    return int(row[0])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait(ports: tuple[int, int]) -> None:
    for port, path in zip(ports, ("/health/live", "/bare"), strict=True):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)
            else:
                break


if __name__ == "__main__":
    main()
