"""Clocks that may run faster than the wall, and the one thread that wakes what is due.

A call lives on a timeline: the hurried one (speed set at run time) or the natural one (a person holds the
phone and hears real sound). No thread per call: thousands of pending moments wait in one heap.
"""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from typing import Any

logger = logging.getLogger(__name__)
LONGEST_NAP_SECONDS = 5.0


class Moment:
    """Something to do at a time; may be called off until then."""

    __slots__ = ("called_off", "do")

    def __init__(self, do: Callable[[], object]) -> None:
        self.do = do
        self.called_off = False

    def call_off(self) -> None:
        self.called_off = True


class Timeline:
    """Virtual seconds since the start, running `speed` times as fast as the wall."""

    def __init__(self, scheduler: "Scheduler", speed: float = 1.0) -> None:
        self._scheduler = scheduler
        self._speed = speed
        self._virtual = 0.0
        self._real = monotonic()
        self._order = itertools.count()
        self._heap: list[tuple[float, int, Moment]] = []
        scheduler.adopt(self)

    @property
    def speed(self) -> float:
        return self._speed

    def now(self) -> float:
        """Virtual seconds since this timeline began."""
        return self._virtual + (monotonic() - self._real) * self._speed

    def set_speed(self, speed: float) -> None:
        """Change the pace; what was pending keeps its virtual time."""
        with self._scheduler.lock:
            self._virtual, self._real, self._speed = self.now(), monotonic(), speed
            self._scheduler.lock.notify()

    def after(self, seconds: float, do: Callable[[], object]) -> Moment:
        """Do something `seconds` (virtual) from now."""
        moment = Moment(do)
        with self._scheduler.lock:
            heapq.heappush(self._heap, (self.now() + max(0.0, seconds), next(self._order), moment))
            self._scheduler.lock.notify()
        return moment

    def take_due(self) -> list[Moment]:
        """Remove and return what is due; the scheduler's lock is held."""
        now, due = self.now(), []
        while self._heap and (self._heap[0][0] <= now or self._heap[0][2].called_off):
            due.append(heapq.heappop(self._heap)[2])
        return [moment for moment in due if not moment.called_off]

    def real_seconds_to_next(self) -> float:
        """How long the scheduler may sleep as far as this timeline cares."""
        if not self._heap:
            return LONGEST_NAP_SECONDS
        return max(0.0, (self._heap[0][0] - self.now()) / self._speed)


class Scheduler:
    """One thread that waits for the next moment of any timeline, one that does what is due."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self._timelines: list[Timeline] = []
        self._doer = ThreadPoolExecutor(1, thread_name_prefix="emulator-doer")
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="emulator-clock", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End both threads; what was pending never happens."""
        with self.lock:
            self._stopped = True
            self.lock.notify()
        self._thread.join(timeout=5)
        self._doer.shutdown(wait=True, cancel_futures=True)

    def adopt(self, timeline: Timeline) -> None:
        with self.lock:
            self._timelines.append(timeline)

    def _run(self) -> None:
        while not self._stopped:
            with self.lock:
                due = [moment for timeline in self._timelines for moment in timeline.take_due()]
                if not due and not self._stopped:
                    self.lock.wait(min(line.real_seconds_to_next() for line in self._timelines))
            for moment in due:
                if not self._stopped:
                    self._doer.submit(_do, moment).add_done_callback(log_failure)


def _do(moment: Moment) -> None:
    if not moment.called_off:
        moment.do()


def log_failure(future: "Future[Any]") -> None:
    """A pool swallows what its jobs raise: say it once in the log."""
    if not future.cancelled() and (error := future.exception()):
        logger.error("a step of the emulator failed", exc_info=error)
