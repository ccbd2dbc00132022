"""Seals again what another key than the newest sealed: rows in batches, files one by one, beside those who work.

A batch is one short transaction that waits for nobody: rows that somebody holds are passed over and found by the next
pass. Killed anywhere, nothing is lost and the next run goes on where this one was.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.keys.cells import Cell
from gateway.places import UNFINISHED
from gateway.runtime import VOICE_NOTES, Runtime, sealed_folders
from gateway.vault import FIRST, Sealer

logger = logging.getLogger(__name__)

BATCH = 2000
LONGEST_WRITING_SECONDS = 3600.0
_WRITE = (
    "UPDATE {table} SET {column} = fresh.sealed FROM unnest(CAST(:ids AS bigint[]), CAST(:sealed AS bytea[]))"
    " AS fresh (id, sealed) WHERE {table}.id = fresh.id"
)


def seal_rows(rt: Runtime, cell: Cell) -> int:
    """Seal one column again where another key sealed it; returns how many. What does not open is left, and logged."""
    current = rt.vault.keyring.for_sealing(cell.purpose).id
    last, done = 0, 0
    while True:
        with unit_of_work(rt.engine) as unit:
            rows = _batch(unit.db, cell, current, last)
            if not rows:
                return done
            done += _seal_batch(unit.db, rt.vault.purpose(cell.purpose), cell, rows)
        last = rows[-1][0]


def count_rows(db: Session, cell: Cell, key_ids: Sequence[int]) -> int:
    """Count what these keys sealed in one column."""
    names = [bytes((key_id,)) for key_id in key_ids]
    query = select(func.count()).select_from(cell.table).where(cell.key.in_(names))
    return int(db.scalars(query).one())


def seal_files(rt: Runtime) -> int:
    """Seal every file again that another key sealed, and what lies unsealed from before; returns how many."""
    done = seal_plain_notes(rt)
    for folder in sealed_folders(rt.settings, rt.vault).values():
        folder.forget_unfinished(time.time() - LONGEST_WRITING_SECONDS)
        for name in folder.list_outdated():
            if not name.endswith(UNFINISHED):
                done += _seal_file(folder.seal_anew, name)
    return done


def count_files(rt: Runtime) -> int:
    """Count the files that another key than the newest sealed, also those that are being written."""
    return sum(len(folder.list_outdated()) for folder in sealed_folders(rt.settings, rt.vault).values())


def seal_plain_notes(rt: Runtime) -> int:
    """Seal voice notes that were kept plain before files were sealed; returns how many."""
    sealed, folder = sealed_folders(rt.settings, rt.vault)[VOICE_NOTES], rt.settings.data_dir / VOICE_NOTES
    plain = sorted(folder.glob("*.wav"))
    for path in plain:
        sealed.seal_plain(path, path.stem)
    for unfinished in folder.glob(".*.wav.*"):
        unfinished.unlink(missing_ok=True)
    return len(plain)


def _batch(
    db: Session, cell: Cell, current: int, last: int
) -> Sequence[tuple[int, bytes, str | int | bytes | None]]:
    query = (
        select(cell.table.c.id, cell.column, cell.row_column)
        .where(cell.key.not_in((b"", bytes((current,)))), cell.table.c.id > last)
        .order_by(cell.table.c.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return [(row_id, sealed, row) for row_id, sealed, row in db.execute(query)]


def _seal_batch(
    db: Session, sealer: Sealer, cell: Cell, rows: Sequence[tuple[int, bytes, str | int | bytes | None]]
) -> int:
    fresh: dict[int, bytes] = {}
    for row_id, sealed, row in rows:
        try:
            plain = sealer.open(sealed, cell.bound_to(row, is_old=sealed[0] == FIRST))
        except InvalidTag:
            logger.error("a sealed value does not open table=%s id=%s", cell.table_name, row_id)
            continue
        fresh[row_id] = sealer.seal(plain, cell.bound_to(row))
    write = _WRITE.format(table=cell.table_name, column=cell.column_name)
    db.execute(text(write), {"ids": list(fresh), "sealed": list(fresh.values())})
    return len(fresh)


def _seal_file(seal_anew: Callable[[str], None], name: str) -> bool:
    try:
        seal_anew(name)
    except NotFound:
        return False  # removed meanwhile
    except InvalidTag:
        logger.error("a sealed file does not open")
        return False
    return True
