"""Start a program that ends with us, and end it; how PostgreSQL gets to be somebody else than root."""

import os
import pwd
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from gateway.embedded.lock import ServerError

LAUNCHER = str(Path(__file__).with_name("launch.py"))
# 108 bytes with the closing zero on Linux, 104 on macOS.
LONGEST_SOCKET_PATH = 103
# The servers need nothing of our environment, and their messages must be readable by us.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
SAME = "same"
WAYS = ("namespace", "switch")


def launched(program: Sequence[str], ends_by: signal.Signals, identity: str = SAME) -> list[str]:
    """Return the command that becomes `program`, with `ends_by` sent to it when we die."""
    return [sys.executable, "-I", "-S", LAUNCHER, str(os.getpid()), str(int(ends_by)), identity, *program]


def identity_for(program: str, folders: Sequence[Path], ways: Sequence[str] = WAYS) -> str:
    """Choose as whom `program` runs, and make the folders theirs.

    Root is refused by PostgreSQL: a user namespace is preferred, since then the files stay root's and no
    parent folder must be opened to anybody; the uid of "nobody" is the fallback (containers often forbid
    namespaces). Raises ServerError where neither works.
    """
    if os.geteuid() != 0:
        return SAME
    nobody = _nobody()
    for way in ways:
        _give(folders, 0 if way == "namespace" else nobody)
        if _can_run(identity := f"{way}:{nobody}", program, folders):
            return identity
    _give(folders, 0)
    raise ServerError(
        "PostgreSQL does not run as root, and neither a user namespace nor another user can reach "
        f"{folders[0]}: start memberline as an ordinary user, choose a --data folder that others may enter, "
        "or set DATABASE_URL"
    )


def socket_folder(folder: Path, socket_name: str) -> Path:
    """Return where a socket for this folder may stand: the folder, or a short one of ours where its path is too long."""
    if len(os.fsencode(folder / socket_name)) <= LONGEST_SOCKET_PATH:
        return folder
    name = blake2b(os.fsencode(folder), digest_size=6).hexdigest()
    short = Path(f"/tmp/memberline-{name}")  # TMPDIR may be long itself
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if (
        short.is_symlink()
        or found.st_uid not in (os.geteuid(), folder.stat().st_uid)
        or found.st_mode & 0o077
    ):
        return Path(tempfile.mkdtemp(prefix="memberline-", dir="/tmp"))
    return short


def remove_socket_folder(sockets: Path, folder: Path) -> None:
    """Leave nothing in /tmp; what is not empty is somebody else's affair."""
    if sockets != folder:
        with suppress(OSError):
            sockets.rmdir()


def end(process: subprocess.Popen[bytes], *steps: tuple[signal.Signals, float]) -> None:
    """Send each signal in turn and wait for its seconds, until the process is gone."""
    for step, seconds in steps:
        if process.poll() is not None:
            return
        process.send_signal(step)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue


def last_line(log: Path) -> str:
    """Return the last line that tells why a server ended, or else its last line at all."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    fatal = [line for line in lines[-5:] if "FATAL" in line or "PANIC" in line]
    return (fatal or lines or ["it said nothing"])[-1]


def _can_run(identity: str, program: str, folders: Sequence[Path]) -> bool:
    script = 'test -x "$0" || exit 1; for folder; do test -w "$folder" || exit 1; done'
    probe = ["/bin/sh", "-c", script, program, *map(str, folders)]
    done = subprocess.run(
        launched(probe, signal.SIGKILL, identity), env=ENVIRONMENT, cwd="/", capture_output=True
    )
    return done.returncode == 0


def _nobody() -> int:
    names = {entry.pw_name: entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid}
    if not names:
        raise ServerError(
            "PostgreSQL does not run as root and this system knows no other user; set DATABASE_URL"
        )
    return names.get("nobody", min(names.values()))


def _give(folders: Sequence[Path], owner: int) -> None:
    for folder in folders:
        if folder.stat().st_uid != owner:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)
