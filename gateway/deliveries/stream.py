"""Sends batch after batch as fast as the pace allows, for a worker that has time.

One thread claims; whoever waits for the provider is a thread of its own, and what the provider said is written by one after the
other. So the provider is asked as soon as the first batch is claimed, and neither side waits for the other (performance.md,
goal 10). No more is claimed than is asked for at once: a stop or a pause finds nothing that lies in wait.
"""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Semaphore

from gateway.deliveries import batches
from gateway.runtime import Runtime

REQUESTS_AT_ONCE = (
    12  # ten keep a provider of 200 ms at 50 a second (performance.md E); two are being written down
)
TOKEN_SECONDS = 0.02  # until a pace of fifty a second allows the next request
LONGEST_BREATH = 0.64


def send_batches(rt: Runtime, line: str, until: float) -> bool:
    """Send batches until none is left or the time (monotonic) is over; says whether any was taken up."""
    keeping, breath, has_sent = Semaphore(), TOKEN_SECONDS, False
    asked: set[Future[None]] = set()
    with ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="send") as pool:
        while time.monotonic() < until:
            going, sent = batches.begin(rt, line)
            if going is not None:
                asked.add(pool.submit(batches.finish, rt, line, going, keeping))
                asked = _with_a_free_thread(asked)
            elif sent.is_paced:
                time.sleep(breath)
                breath = min(2 * breath, LONGEST_BREATH)
                continue
            elif not sent.judged:
                break
            breath, has_sent = TOKEN_SECONDS, True
    for each in asked:
        each.result()
    return has_sent


def _with_a_free_thread(asked: set[Future[None]]) -> set[Future[None]]:
    """Wait until one more may ask; what went wrong in those that are over is raised here."""
    over, under_way = wait(asked, 0 if len(asked) < REQUESTS_AT_ONCE else None, FIRST_COMPLETED)
    for each in over:
        each.result()
    return under_way
