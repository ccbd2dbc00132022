"""Sends what is due. One job sends for some seconds, then gives others a turn and rings for itself."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from gateway.db import unit_of_work
from gateway.deliveries import send
from gateway.deliveries.owe import SMS
from gateway.runtime import Runtime
from workers.process import job, runtime

SLICE_SECONDS = 8.0
BREATH_SECONDS = 0.1
LONGEST_BREATH = 1.0


@job
def send_due(kind: str) -> None:
    """Send all that is due of this kind; harmless when there is nothing, or when another sender is at it.

    Where all that is due waits for others, for a line or a phone that is busy, the job ends: whoever hangs up rings again.
    """
    rt = runtime()
    until, breath = time.monotonic() + SLICE_SECONDS, BREATH_SECONDS
    while time.monotonic() < until:
        sent = send.send_single(rt, kind)
        has_sent = bool(sent.handed or sent.judged)
        if kind == SMS and send.has_batch(rt):
            has_sent = _send_batches(rt, until) or has_sent
        if has_sent:
            breath = BREATH_SECONDS
            continue
        with unit_of_work(rt.engine) as unit:
            if not send.has_due(unit.db, rt, kind):
                return
        if breath > LONGEST_BREATH and not sent.is_paced:
            return
        time.sleep(min(breath, LONGEST_BREATH))
        breath *= 2
    rt.bells.send_due(kind)


def _send_batches(rt: Runtime, until: float) -> bool:
    """Meanwhile another thread goes on with single texts: a reply never waits for a broadcast."""
    is_over = Event()
    with ThreadPoolExecutor(1) as beside:
        singles = beside.submit(_send_singles, rt, is_over)
        try:
            has_sent = send.send_batches(rt, until)
        finally:
            is_over.set()
    singles.result()
    return has_sent


def _send_singles(rt: Runtime, is_over: Event) -> None:
    while not is_over.is_set():
        if not send.send_single(rt, SMS).handed:
            is_over.wait(BREATH_SECONDS)
