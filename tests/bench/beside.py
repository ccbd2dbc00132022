"""A call's step while a broadcast is sent to 100,000, against the same steps on a quiet house (performance.md, goal 3).

The house as it runs: web server, PostgreSQL, Valkey and one worker of its own, all on the same cores as the callers and the
provider's stand-in. Both sides of a round are as long; the broadcast is looked at while it is still being sent.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Batch, Broadcast
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.states import BatchState, BroadcastState
from gateway.store import money
from tests.bench import call_step
from tests.bench.load import run
from tests.bench.provider import provider
from tests.bench.sending import people, tidy
from tests.conftest import MONDAY_NOON
from tests.gateway.deliveries.crowds import begin

MEMBERS, ROUNDS, SECONDS, AIM, FLOOR = int(os.environ.get("BENCH_MEMBERS", "100000")), 3, 3.0, 3.0, 6.0


def main() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="memberline-bench-", dir="/tmp"))
        environ = call_step.environment(Path(folder)) | _sending(stack.enter_context(provider()))
        callers = call_step.prepare(environ)
        rt = build_runtime(Settings.from_env(environ))
        stack.callback(rt.close)
        people(rt, MEMBERS)
        _without_ceilings(rt)
        port = call_step.free_port()
        stack.enter_context(_running(environ, "web", "--port", str(port)))
        stack.enter_context(_running(environ, "worker", "--queues", "sweep,send,default"))
        call_step.wait((port, port))
        ratios = [_round(rt, port, callers, nth) for nth in range(ROUNDS + 1)][1:]
    middle = statistics.median(ratios)
    print(f"beside: a step's p99 is {middle:.2f} of the quiet one while {MEMBERS} texts go out (aim {AIM})")
    if middle > FLOOR:
        raise SystemExit(1)


def _sending(url: str) -> dict[str, str]:
    return {
        "MEMBERLINE_AFRICASTALKING_URL": url,
        "MEMBERLINE_SMS_REQUESTS_PER_SECOND": "50",
        "MEMBERLINE_BROADCASTS_A_DAY": "1000",
        "MEMBERLINE_CLOCK_OFFSET_SECONDS": str((MONDAY_NOON - datetime.now(UTC)).total_seconds()),
    }


def _without_ceilings(rt: Runtime) -> None:
    """An hour of the bench spends more than an hour of an organisation may."""
    with unit_of_work(rt.engine) as unit:
        money.keep_money(unit.db, replace(rt.profile.money, hour=None, day=None))


@contextmanager
def _running(environ: dict[str, str], *command: str) -> Iterator[None]:
    memberline = Path(sys.executable).parent / "memberline"
    process = subprocess.Popen([memberline, *command], env=environ, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def _round(rt: Runtime, port: int, callers: list[str], nth: int) -> float:
    """Return how much longer a step's p99 is beside the broadcast; the first round warms up."""
    broadcast_id = begin(rt, "STATE")
    tidy(rt)
    quiet, quiet_p99 = _steps(port, callers)
    rt.bells.send_due("sms")
    time.sleep(0.2)
    busy, busy_p99 = _steps(port, callers)
    left = _left(rt, broadcast_id)
    while _left(rt, broadcast_id):
        if not _is_running(rt, broadcast_id):
            raise SystemExit("beside: the broadcast paused by itself; the log above says why")
        time.sleep(0.1)
    print(
        f"round {nth}: quiet {quiet:5.0f}/s, p99 {quiet_p99:5.1f} ms; beside {busy:5.0f}/s, p99 {busy_p99:5.1f} ms:"
        f" {busy_p99 / quiet_p99:.2f}; {left} of {MEMBERS // 1000} batches were left at its end"
    )
    return busy_p99 / quiet_p99


def _steps(port: int, callers: list[str]) -> tuple[float, float]:
    steps, times = run([call_step.caller(port, each) for each in callers], SECONDS)
    return steps, statistics.quantiles(times, n=100)[98]


def _is_running(rt: Runtime, broadcast_id: int) -> bool:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).state != BroadcastState.PAUSED


def _left(rt: Runtime, broadcast_id: int) -> int:
    with unit_of_work(rt.engine) as unit:
        left = select(func.count()).where(Batch.broadcast_id == broadcast_id, Batch.state != BatchState.DONE)
        return unit.db.scalars(left).one()


if __name__ == "__main__":
    main()
