"""kill -9 in the middle of the sweep of reports: each climbs once, each reporter is rung once, nobody is forgotten."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest
from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Delivery, Report, ReportEvent
from gateway.reports import sweep
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from tests.conftest import TestClock
from tests.gateway.reports.desks import a_report, a_tree

pytestmark = pytest.mark.timeout(300)

REPORTS, KILLS, SEED = 40, 4, 7
SWEEPER = """
import sys
from dataclasses import replace
from datetime import datetime
from gateway.queue import Bells
from gateway.reports import sweep
from gateway.runtime import build_runtime
from gateway.settings import Settings
import os
now = datetime.fromisoformat(sys.argv[1])
rt = replace(build_runtime(Settings.from_env(os.environ)), bells=Bells(lambda *_: None), clock=lambda: now)
print("ready", flush=True)
sweep.sweep(rt)
"""


def killed_sweep(environment: dict[str, str], now: datetime, after: float) -> bool:
    """Sweep in a process of its own and kill it after that many seconds; False where it was done before."""
    with subprocess.Popen(
        [sys.executable, "-c", SWEEPER, now.isoformat()], env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        time.sleep(after)
        is_under_way = process.poll() is None
        process.send_signal(signal.SIGKILL)
    return is_under_way


def test_sweep_that_is_killed_calls_nobody_twice(rt: Runtime, clock: TestClock) -> None:
    a_tree(rt, "BOOTH-1", "BLOCK")
    made = [a_report(rt) for _ in range(REPORTS)]
    clock.forward(days=7)
    environment = {
        **os.environ,
        "DATABASE_URL": rt.settings.database_url,
        "REDIS_URL": rt.settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": rt.settings.public_url,
        "MEMBERLINE_SECRET_KEY": rt.settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": rt.settings.callback_secret,
        "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
        "MEMBERLINE_DATA": str(rt.settings.data_dir),
    }
    dice = random.Random(SEED)
    killed = sum(killed_sweep(environment, clock(), dice.uniform(0.1, 0.6)) for _ in range(KILLS))
    assert killed > 0
    sweep.sweep(rt)
    sweep.sweep(rt)
    with unit_of_work(rt.engine) as unit:
        counts = select(ReportEvent.kind, func.count()).group_by(ReportEvent.kind)
        found = {row[0]: row[1] for row in unit.db.execute(counts)}
        assert found == {"received": REPORTS, "climbed": REPORTS, "interim": REPORTS}
        calls = select(Delivery.report_id).where(
            Delivery.reason == DeliveryReason.INTERIM, Delivery.kind == "voice"
        )
        assert sorted(each for each in unit.db.scalars(calls) if each) == sorted(made)
        assert set(unit.db.scalars(select(Report.ups))) == {1}
