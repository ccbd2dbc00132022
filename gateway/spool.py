"""The last resort when the database is away: a provider's post is appended to a file and applied later (A7, B7).

One line per post, sealed, flushed to disk before the phone hears an apology. The sweep applies them in order.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag

from gateway.errors import CallbackInvalid
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

FILE, TAKEN, TORN = "spool", "spool.taken", "spool.torn"

Apply = Callable[[Runtime, Mapping[str, str], int | None], object]


def keep(rt: Runtime, kind: str, form: Mapping[str, str], turn: int | None) -> None:
    """Append one post that could not be applied; it is on the disk when this returns."""
    plain = json.dumps({"kind": kind, "form": dict(form), "turn": turn})
    line = base64.b64encode(rt.vault.seal_for_spool(plain.encode())) + b"\n"
    path = _folder(rt) / FILE
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def apply_all(rt: Runtime, apply: Mapping[str, Apply]) -> int:
    """Apply what was kept, in order; what fails again stays. A crash in between applies some twice: harmless."""
    folder = _folder(rt)
    taken = folder / TAKEN
    if not taken.exists():
        if not (folder / FILE).exists():
            return 0
        os.replace(folder / FILE, taken)
    lines = taken.read_bytes().splitlines()
    for line in lines:
        _apply(rt, apply, line)
    taken.unlink(missing_ok=True)
    logger.warning("posts from the spool applied count=%s", len(lines))
    return len(lines)


def _apply(rt: Runtime, apply: Mapping[str, Apply], line: bytes) -> None:
    try:
        kept = json.loads(rt.vault.open_from_spool(base64.b64decode(line)))
    except (ValueError, InvalidTag):
        _set_apart(rt, line)
        return
    try:
        apply[kept["kind"]](rt, kept["form"], kept["turn"])
    except CallbackInvalid as error:
        logger.warning("a spooled post cannot be read code=%s", error.code)


def _set_apart(rt: Runtime, line: bytes) -> None:
    """A line that was torn in the writing is kept for a person and holds up nothing."""
    with (_folder(rt) / TORN).open("ab") as file:
        file.write(line + b"\n")
    logger.error("a line of the spool cannot be read")


def _folder(rt: Runtime) -> Path:
    rt.settings.data_dir.mkdir(parents=True, exist_ok=True)
    return rt.settings.data_dir
