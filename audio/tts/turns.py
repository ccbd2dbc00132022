"""One request at a time, a second apart, among all processes that use a remote voice; through a small locked file.

A worker and the command line may build at once, and a worker forks for each job. The remote voice calls this.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

BETWEEN = timedelta(seconds=1)


class Turns:
    """When the service was last asked; without a file only this object knows."""

    def __init__(
        self, clock: Callable[[], datetime], sleep: Callable[[float], None], file: Path | None
    ) -> None:
        self._clock, self._sleep, self._file = clock, sleep, file
        self._asked_at: datetime | None = None

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for one's turn and keep it until the answer is there; a file that cannot be used costs only the sharing."""
        try:
            shared = self._file.open("a+") if self._file else None
        except OSError:
            shared = None
        if shared is None:
            self._wait(self._asked_at)
            yield
            return
        with shared:
            fcntl.flock(shared, fcntl.LOCK_EX)
            shared.seek(0)
            self._wait(_moment(shared.read()))
            shared.truncate(0)
            shared.write((self._asked_at or self._clock()).isoformat())
            shared.flush()
            yield

    def _wait(self, asked_at: datetime | None) -> None:
        early = (asked_at + BETWEEN - self._clock()).total_seconds() if asked_at else 0
        if 0 < early <= BETWEEN.total_seconds():  # more is another clock's
            self._sleep(early)
        self._asked_at = self._clock()


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
