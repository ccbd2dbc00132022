"""Past a restore: who was erased stays erased, also where the backup is older than the erasure (reliability.md B17).

A list of public ids, which say nothing of anybody, lies beside the database and not in it: written after each erasure and
every night, read before the database is emptied (`restored` applies it).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Erasure, Member
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

FILE = "erased.jsonl"


@dataclass(frozen=True)
class Erased:
    """One erasure as it outlives its database; instants in ISO 8601."""

    public_id: str
    how: str
    at: str
    purge_after: str


def write_list(rt: Runtime) -> list[Erased]:
    """Write the list anew and return it; what it said before stays, whatever became of the database."""
    with unit_of_work(rt.engine) as unit:
        query = select(Member.public_id, Erasure.how, Erasure.at, Erasure.purge_after)
        rows = unit.db.execute(query.join(Erasure, Erasure.member_id == Member.id).order_by(Erasure.id)).all()
    now = [Erased(row[0], row[1], row[2].isoformat(), row[3].isoformat()) for row in rows]
    known = list({each.public_id: each for each in (*_read(_path(rt)), *now)}.values())
    _write(_path(rt), known)
    return known


def note(rt: Runtime) -> None:
    """Write the list after an erasure; where the disk is full the nightly run writes it."""
    try:
        write_list(rt)
    except OSError as error:
        logger.error("list of the erased not written error=%s", type(error).__name__)


def _path(rt: Runtime) -> Path:
    return rt.settings.data_dir / FILE


def _write(path: Path, erased: list[Erased]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(json.dumps(asdict(each)) + "\n" for each in erased)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def _read(path: Path) -> list[Erased]:
    if not path.is_file():
        return []
    return [Erased(**json.loads(line)) for line in path.read_text().splitlines() if line]
