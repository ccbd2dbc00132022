"""What else runs in a session that we began: a worker's own child, or a server's, may outlive its parent."""

import os
import signal
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

LONGEST_DEATH_SECONDS = 2.0


def kill_sessions(sessions: Collection[int]) -> None:
    """Kill every process of these sessions and see them gone; without /proc only their leaders' groups."""
    if not Path("/proc/self/stat").exists():
        for session in sessions:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(session, signal.SIGKILL)
        return
    deadline = time.monotonic() + LONGEST_DEATH_SECONDS
    while (left := members(sessions)) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def members(sessions: Collection[int]) -> list[int]:
    """List the live processes of these sessions (Linux), zombies not counted."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError, ValueError):
            continue
        if int(session) in sessions and state != "Z":
            found.append(int(folder.name))
    return found
