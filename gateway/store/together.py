"""Writes the steps of many calls together: one statement, one commit, for all who wait at that moment.

A durable commit costs a round trip and a sync of the disk, whoever asks; under load sixteen calls share one (performance.md
B: group commit). Nobody waits for company: the first to come writes at once, and who comes while it writes is written by
the next. A step is answered only after its commit, as if it had been written alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock

import psycopg

from gateway.errors import MemberlineError
from gateway.store.steps import Advance

MOST = 16  # steps a statement; each count has its own prepared text

Write = Callable[[Sequence[Advance]], set[int]]


class NotWritten(MemberlineError):
    """Whoever wrote for several was interrupted by something that is not the database's."""

    code = "not-written"


@dataclass(eq=False)
class _Waiting:
    """One step on its way; when `woken`, it was written (or failed), or it is this thread's turn to write."""

    step: Advance
    woken: Event = field(default_factory=Event)
    is_written: bool | None = None
    error: Exception | None = None


class Together:
    """Hands steps to `write`, which returns the ids of the calls that it advanced. One per process."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._lock = Lock()
        self._queue: deque[_Waiting] = deque()
        self._is_writing = False

    def advance(self, step: Advance) -> bool:
        """Write one step and return when it is durable; False: another post was first and nothing was written.

        Raises what the database raised; then nothing was written.
        """
        own = _Waiting(step)
        with self._lock:
            self._queue.append(own)
            leads, self._is_writing = not self._is_writing, True
        if not leads:
            own.woken.wait()
        if own.is_written is None and own.error is None:
            self._write_those_waiting()
        if own.error is not None:
            raise own.error
        return bool(own.is_written)

    def _write_those_waiting(self) -> None:
        batch = self._next_batch()
        try:
            self._write_batch(batch)
        finally:
            self._pass_on()
            for each in batch:
                if each.is_written is None and each.error is None:
                    each.error = NotWritten("the step was not written")
                each.woken.set()

    def _write_batch(self, batch: list[_Waiting]) -> None:
        try:
            advanced = self._write([each.step for each in batch])
        except psycopg.Error as error:
            if len(batch) == 1:
                batch[0].error = error
            for each in batch if len(batch) > 1 else ():  # one bad step fails nobody beside it
                self._write_batch([each])
            return
        for each in batch:
            each.is_written = each.step.call.id in advanced

    def _next_batch(self) -> list[_Waiting]:
        """Take the first of each call: of two posts of one turn the second must find the turn taken."""
        batch: dict[int, _Waiting] = {}
        with self._lock:
            for _ in range(len(self._queue)):
                each = self._queue.popleft()
                if len(batch) < MOST and each.step.call.id not in batch:
                    batch[each.step.call.id] = each
                else:
                    self._queue.append(each)
        return list(batch.values())

    def _pass_on(self) -> None:
        """Let the next who waits write; where nobody does, whoever comes next writes at once."""
        with self._lock:
            if self._queue:
                self._queue[0].woken.set()
            else:
                self._is_writing = False
