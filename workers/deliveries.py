"""Sends what is due. One job sends for some seconds, then gives others a turn and rings for itself."""

from __future__ import annotations

import time

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.store import deliveries
from workers.process import job, runtime

SLICE_SECONDS = 8.0
BREATH_SECONDS = 0.1


@job
def send_due(kind: str) -> None:
    """Send all that is due of this kind; harmless when there is nothing, or when another sender is at it."""
    rt = runtime()
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until:
        sent = send_some(rt, kind)
        if sent.handed or sent.judged:
            continue
        with unit_of_work(rt.engine) as unit:
            if not deliveries.has_due(unit.db, kind, rt.clock()):
                return
        time.sleep(BREATH_SECONDS)
    rt.bells.send_due(kind)
