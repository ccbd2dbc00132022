"""One owner for a folder: an flock that the server inherits, so that it lasts as long as any of its processes.

A pid file would survive a kill -9 and a reused pid would make it lie; this lock does neither.
"""

import fcntl
import os
import time
from pathlib import Path

from gateway.errors import MemberlineError

PAUSE_SECONDS = 0.02


class ServerError(MemberlineError):
    """An embedded server cannot be had; one line that says what to do."""

    code = "embedded"


class FolderLock:
    """An exclusive lock on `folder/lock`; the file holds the pid of who took it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fd = -1

    def take(self, patience_seconds: float = 0.0) -> int:
        """Take the lock and return its descriptor, to be passed on to a server.

        Waits only for what an owner that is gone has left behind; raises ServerError at once where the
        owner still lives.
        """
        self.fd = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience_seconds
        while not self._took():
            owner = self._owner()
            if _lives(owner) or time.monotonic() > deadline:
                self._close()
                by = f" (process {owner})" if owner else ""
                raise ServerError(f"{self.folder} is in use by another memberline{by}")
            time.sleep(PAUSE_SECONDS)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, str(os.getpid()).encode(), 0)
        return self.fd

    def release(self) -> None:
        """Let go of our share; what is left of a killed server keeps its own until it is gone."""
        if self.fd >= 0:
            os.ftruncate(self.fd, 0)
            self._close()

    def _close(self) -> None:
        os.close(self.fd)
        self.fd = -1

    def _took(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _owner(self) -> int:
        text = os.pread(self.fd, 20, 0)
        return int(text) if text.isdigit() else 0


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
