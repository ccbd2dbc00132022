"""One process of ours under the supervisor: its command line, its log lines, its restarts."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from gateway.embedded.process import launched
from gateway.up.processes import kill_sessions, members

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
# Whoever lived that long is not in a crash loop.
STEADY_SECONDS = 60.0
# Finds the package without a console script, and reads `memberline worker …` in a process list.
ENTRY = "import sys; sys.argv[:] = sys.argv[1:]; from gateway.cli import main; main()"


def memberline(*arguments: str) -> list[str]:
    """Return the command that runs a sub-command of ours."""
    return [sys.executable, "-c", ENTRY, "memberline", *arguments]


class Child:
    """A program that is kept running, or, with `once`, run to its end."""

    def __init__(
        self, name: str, command: Sequence[str], environ: Mapping[str, str], once: bool = False
    ) -> None:
        self.name = name
        self.once = once
        self._command = command
        self._environ = dict(environ)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._pause = FIRST_PAUSE
        self._sessions: set[int] = set()
        self.due_at: float | None = None
        self.exit_code: int | None = None

    def start(self, now: float) -> IO[bytes]:
        """Start it; returns the pipe of what it says."""
        self._process = subprocess.Popen(
            launched(self._command, signal.SIGTERM),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**self._environ, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,  # Ctrl-C reaches the supervisor only, which ends everybody in order
        )
        self._sessions.add(self._process.pid)
        self._started_at, self.due_at, self.exit_code = now, None, None
        assert self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)
        return self._process.stdout

    @property
    def is_running(self) -> bool:
        """Whether it is there now."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id, 0 before the first start."""
        return self._process.pid if self._process else 0

    def note_end(self, now: float) -> bool:
        """Notice an end that was not noticed yet, and say when it is due again; true the first time."""
        if self._process is None or self.exit_code is not None or self.is_running:
            return False
        self.exit_code = self._process.returncode
        if now - self._started_at > STEADY_SECONDS:
            self._pause = FIRST_PAUSE
        if not self.once:
            self.due_at = now + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if self.name == "web":
            kill_sessions({self.pid})  # a server's orphan would keep the port
        if not members({self.pid}):
            self._sessions.discard(self.pid)  # the number may soon be somebody else's
        return True

    def ask_to_end(self) -> None:
        """Send SIGTERM; a second one makes a worker drop its job."""
        self.due_at = None
        if self._process and self.is_running:
            self._process.terminate()

    def kill(self) -> None:
        """Kill it and everything it ever started that is still there."""
        kill_sessions(self._sessions)
        if self._process:
            self._process.wait()
