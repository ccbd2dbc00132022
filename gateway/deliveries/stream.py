"""Sends batch after batch as fast as the pace allows, for a worker that has time.

A dozen threads wait for the provider; few of them at a time are at the database. So the provider is asked as soon as the first
batch is claimed, and neither side waits for the other (performance.md, goal 10). Nothing is claimed that is not asked for at
once: a stop or a pause finds nothing that lies in wait.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Semaphore

from gateway.deliveries import batches
from gateway.runtime import Runtime

REQUESTS_AT_ONCE = (
    12  # ten keep a provider of 200 ms at 50 a second (performance.md E); two are being written down
)
CLAIMS_AT_ONCE = 2
KEPT_AT_ONCE = 1
TOKEN_SECONDS = 0.02  # until a pace of fifty a second allows the next request
LONGEST_BREATH = 0.64


@dataclass(frozen=True)
class _Turns:
    """Who may be at the database now; `is_over` once somebody found nothing more to claim."""

    claiming: Semaphore = field(default_factory=lambda: Semaphore(CLAIMS_AT_ONCE))
    keeping: Semaphore = field(default_factory=lambda: Semaphore(KEPT_AT_ONCE))
    is_over: Event = field(default_factory=Event)


def send_batches(rt: Runtime, line: str, until: float) -> bool:
    """Send batches until none is left or the time (monotonic) is over; says whether any was taken up."""
    turns = _Turns()
    with ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="send") as pool:
        at_work = [pool.submit(_send, rt, line, until, turns) for _ in range(REQUESTS_AT_ONCE)]
    has_sent = [each.result() for each in at_work]
    return any(has_sent)


def _send(rt: Runtime, line: str, until: float, turns: _Turns) -> bool:
    breath, has_sent = TOKEN_SECONDS, False
    while True:
        with turns.claiming:
            if turns.is_over.is_set() or time.monotonic() > until:
                return has_sent
            going, sent = batches.begin(rt, line)
            if sent.is_paced:
                time.sleep(breath)
                breath = min(2 * breath, LONGEST_BREATH)
                continue
            if not (sent.handed or sent.judged):
                turns.is_over.set()
                return has_sent
        if going is not None:
            batches.finish(rt, line, going, turns.keeping)
        breath, has_sent = TOKEN_SECONDS, True
