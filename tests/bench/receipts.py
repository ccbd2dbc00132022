"""Receipts of texts posted to the service (HTTP in, kept, applied, committed) as a share of a bare Flask handler.

Goal 12 of performance.md: at least 0.30 of the bare handler's requests a second. Every post is about another text, so that each
one writes. Subject and baseline take turns in the same run; the median of the ratios counts.
"""

from __future__ import annotations

import itertools
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.bench import call_step
from tests.bench.load import Line, post, run

ROUNDS, SECONDS, CONNECTIONS, TEXTS = 5, 3.0, 16, 150_000
ROWS = """
INSERT INTO units (id, code, name, kind, path) VALUES (1, 'U1', 'Booth', 'booth', '/1/');
INSERT INTO numbers (id, "index", sealed, tail, created_at) VALUES (1, '1', '', '0000', now());
INSERT INTO deliveries (id, reason, kind, priority, number_id, state, tries, fence, due_at, created_at)
  SELECT g, 'reply', 'sms', 5, 1, 'sent', 1, 1, now(), now() FROM generate_series(1, {texts}) g;
INSERT INTO attempts (delivery_id, number_id, kind, try_number, provider, line, provider_id, outcome, profile, placed_at)
  SELECT g, 1, 'sms', 1, 'africastalking', 'sms', 'ATXid_' || g, 'accepted', 'in', now() FROM generate_series(1, {texts}) g;
"""
_texts = itertools.count(1)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="memberline-bench-", dir="/tmp") as folder:
        environ = call_step.environment(Path(folder))
        _execute(environ, ROWS.format(texts=TEXTS))
        _execute(environ, "VACUUM (ANALYZE)")
        ports = call_step.free_port(), call_step.free_port()
        web = subprocess.Popen(
            [Path(sys.executable).parent / "memberline", "web", "--port", str(ports[0])],
            env=environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        bare = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.bare", str(ports[1])], stdout=subprocess.DEVNULL
        )
        try:
            call_step.wait(ports)
            _check(environ, _measure(ports))
        finally:
            for each in (web, bare):
                each.terminate()
                each.wait(15)


def _measure(ports: tuple[int, int]) -> int:
    """Print the ratios; returns how many receipts were answered."""
    ratios, answered = [], 0
    for number in range(ROUNDS + 1):
        bare, _ = run(call_step.bare_lines(ports[1]), SECONDS)
        taken, times = run([Line(ports[0], _receipt) for _ in range(CONNECTIONS)], SECONDS)
        answered += len(times)
        if number == 0:
            continue  # warm-up
        ratios.append(taken / bare)
        p99 = statistics.quantiles(times, n=100)[98]
        print(
            f"round {number}: bare {bare:6.0f}/s, receipts {taken:6.0f}/s, ratio {ratios[-1]:.2f}, p99 {p99:.1f} ms"
        )
    print(f"receipts: {statistics.median(ratios):.2f} of a bare Flask handler (aim 0.30, floor 0.20)")
    return answered


def _receipt(_: bytes | None) -> bytes:
    form = {
        "id": f"ATXid_{next(_texts)}",
        "status": "Success",
        "phoneNumber": "+917000000001",
        "networkCode": "40401",
        "retryCount": "0",
    }
    return post(f"/callbacks/africastalking/{call_step.SECRET}/receipts", form)


def _check(environ: dict[str, str], answered: int) -> None:
    """What was answered stands: less would be a quick way of losing receipts."""
    stands = _execute(environ, "SELECT count(*) FROM deliveries WHERE state = 'delivered'")
    assert stands >= min(answered, TEXTS), (stands, answered)
    print(f"{stands} texts stand as delivered, {answered} were answered within the rounds")


def _execute(environ: dict[str, str], statements: str) -> int:
    plain = make_url(environ["DATABASE_URL"]).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as connection:
        done = connection.execute(statements)
        row = done.fetchone() if done.description else None
        return int(row[0]) if row else 0


if __name__ == "__main__":
    main()
