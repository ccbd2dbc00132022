"""Lists that were uploaded and wait for a yes: sealed files, each for the person who brought it, gone after a day."""

from __future__ import annotations

import io
import re
import secrets
from datetime import timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag

from gateway.errors import NotFound
from gateway.runtime import Runtime

FOLDER, KEPT_FOR = "lists", timedelta(days=1)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def keep(rt: Runtime, staff_id: int, raw: bytes) -> str:
    """Seal a list until it is imported; returns the token of its address."""
    folder = rt.settings.data_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(rt, folder)
    token = secrets.token_urlsafe(16)
    (folder / token).write_bytes(rt.vault.seal(raw, _bound(staff_id, token)))
    return token


def reopen(rt: Runtime, staff_id: int, token: str) -> io.BytesIO:
    """Return the list; raises NotFound where it is gone, or is somebody else's."""
    try:
        return io.BytesIO(rt.vault.open(_path(rt, token).read_bytes(), _bound(staff_id, token)))
    except (OSError, InvalidTag) as error:
        raise NotFound("this list is no longer kept; upload it again") from error


def forget(rt: Runtime, token: str) -> None:
    """Remove a list that was imported."""
    _path(rt, token).unlink(missing_ok=True)


def _path(rt: Runtime, token: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise NotFound("there is no such list")
    return rt.settings.data_dir / FOLDER / token


def _bound(staff_id: int, token: str) -> bytes:
    return f"list {staff_id} {token}".encode()


def _forget_old(rt: Runtime, folder: Path) -> None:
    oldest = (rt.clock() - KEPT_FOR).timestamp()
    for each in folder.iterdir():
        if each.stat().st_mtime < oldest:
            each.unlink(missing_ok=True)
