"""Sends what is due. One job sends for some seconds, then gives others a turn and rings for itself."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from gateway.db import unit_of_work
from gateway.deliveries import send
from gateway.deliveries.owe import SMS
from gateway.runtime import Runtime
from workers.process import job, runtime

SLICE_SECONDS = 8.0
BREATH_SECONDS = 0.1
TOKEN_SECONDS = 0.02  # until a pace of fifty a second allows the next request
REQUESTS_AT_ONCE = (
    10  # of texts: as many as a provider that takes 200 ms is given at 50 a second (performance.md E)
)


@job
def send_due(kind: str) -> None:
    """Send all that is due of this kind; harmless when there is nothing, or when another sender is at it."""
    rt = runtime()
    until = time.monotonic() + SLICE_SECONDS
    while time.monotonic() < until:
        sent = send.send_some(rt, kind)
        if kind == SMS and sent.handed:
            _send_at_once(rt, until)
            continue
        if sent.handed or sent.judged:
            continue
        with unit_of_work(rt.engine) as unit:
            if not send.has_due(unit.db, kind, rt.clock()):
                return
        time.sleep(BREATH_SECONDS)
    rt.bells.send_due(kind)


def _send_at_once(rt: Runtime, until: float) -> None:
    """Batches go in several requests at once, each by a thread that waits for the provider most of the time.

    Meanwhile this one goes on with single texts: a reply never waits for a broadcast.
    """
    with ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="send") as pool:
        at_work = [pool.submit(_send_batches, rt, until) for _ in range(REQUESTS_AT_ONCE)]
        while not all(each.done() for each in at_work):
            if not send.send_single(rt, SMS).handed:
                time.sleep(BREATH_SECONDS)
    for each in at_work:
        each.result()


def _send_batches(rt: Runtime, until: float) -> None:
    while time.monotonic() < until:
        sent = send.send_batch(rt)
        if sent.handed or sent.judged:
            continue
        if not send.has_batch(rt):
            return
        time.sleep(TOKEN_SECONDS)
