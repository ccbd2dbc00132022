"""Which take is heard for which prompt: a map that every process keeps, read again every few seconds beside the calls.

A call only looks into the map, so that a choice of staff costs it nothing; it is heard everywhere within seconds. While the
database is away the old map stays.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from threading import Lock, Thread

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

logger = logging.getLogger(__name__)

AGAIN_AFTER = 5.0  # seconds
_QUERY = """
    SELECT s.utterance_key, t.clip_key FROM takes t JOIN scripts s ON s.id = t.script_id
    WHERE t.is_chosen AND s.utterance_key IS NOT NULL AND s.retired_at IS NULL
"""

Read = Callable[[], Mapping[str, str]]


def read_chosen(pool: ConnectionPool) -> Mapping[str, str]:
    """Return the key of the clip of every chosen take, by the key of its utterance."""
    with pool.connection() as connection:
        return dict(connection.execute(_QUERY).fetchall())


class Chosen:
    """Answers for an utterance with the clip of its take; `changed` is told when another take is heard from now on."""

    def __init__(self, read: Read, changed: Callable[[], None] = lambda: None) -> None:
        self._read, self._changed = read, changed
        self._map: Mapping[str, str] = {}
        self._due = 0.0
        self._is_read = False
        self._reading = Lock()

    def __call__(self, utterance_key: str) -> str | None:
        if time.monotonic() >= self._due:
            self._look_again()
        return self._map.get(utterance_key)

    def forget(self) -> None:
        """Something was chosen in this process: whoever asks next waits for the new map."""
        self._is_read, self._due = False, 0.0

    def _look_again(self) -> None:
        """The first to find the map old has it read; a call never waits for that, but where there is no map at all."""
        if not self._reading.acquire(blocking=not self._is_read):
            return
        if self._is_read and time.monotonic() >= self._due:
            self._due = time.monotonic() + AGAIN_AFTER
            Thread(target=self._take_over, name="chosen-takes", daemon=True).start()
            return
        if not self._is_read:
            self._take_over()
        else:
            self._reading.release()

    def _take_over(self) -> None:
        try:
            found = self._read()
            if found != self._map:
                self._map = found
                self._changed()
        except (psycopg.Error, PoolClosed, PoolTimeout) as error:
            logger.warning("which takes were chosen could not be read error=%s", type(error).__name__)
        finally:
            self._is_read, self._due = True, time.monotonic() + AGAIN_AFTER
            self._reading.release()
