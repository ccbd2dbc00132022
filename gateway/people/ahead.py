"""Lets the next rows of a list be read while those before them are written: a thread that is a batch ahead, and no more.

PostgreSQL works on another core, and whoever waits for it needs none: reading costs no time then. Called by `members`.
"""

from __future__ import annotations

from collections.abc import Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

BATCHES = 1  # waiting, beside the one that is being read: memory stays flat
PATIENCE_SECONDS = 0.2  # of the thread, until it looks whether anybody still wants to read on

One = TypeVar("One")


def ahead(source: Iterator[One]) -> Iterator[One]:
    """Yield what `source` yields, in its order; what it raises is raised here, after all that came before.

    The source is used by one thread alone, and by none any more once this ends.
    """
    reader = _Reader(source)
    reader.start()
    try:
        while (told := reader.waiting.get()) is not None:
            if isinstance(told, BaseException):
                raise told
            yield told[0]
    finally:
        reader.stop()


class _Reader(Generic[One]):
    def __init__(self, source: Iterator[One]) -> None:
        self.waiting: Queue[tuple[One] | BaseException | None] = Queue(BATCHES)
        self._source = source
        self._is_over = Event()
        self._thread = Thread(target=self._read, name="list-reader", daemon=True)
        self.start, self._join = self._thread.start, self._thread.join

    def stop(self) -> None:
        """Let the source go; it is asked for one thing more at most."""
        self._is_over.set()
        self._join()

    def _read(self) -> None:
        try:
            for each in self._source:
                if not self._tell((each,)):
                    return
            self._tell(None)
        except BaseException as error:  # whatever it is belongs to whoever reads
            self._tell(error)

    def _tell(self, told: tuple[One] | BaseException | None) -> bool:
        """Hand something on; False where nobody reads any more."""
        while not self._is_over.is_set():
            try:
                self.waiting.put(told, timeout=PATIENCE_SECONDS)
                return True
            except Full:
                continue
        return False
