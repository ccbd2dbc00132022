"""What else runs in a session that we began: a worker's own child, or a server's, may outlive its parent."""

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path


def kill_sessions(sessions: Collection[int]) -> None:
    """Kill every process of these sessions; their leaders' groups too, where there is no /proc."""
    for pid in members(sessions):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    if not Path("/proc/self/stat").exists():
        for session in sessions:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(session, signal.SIGKILL)


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
