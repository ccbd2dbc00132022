"""Writes a backup: every table as it stood at one moment, then sounds, and the sealed files as they lie there.

A plain logical dump by COPY, because the database that comes in a wheel brings no pg_dump. Sign-ins are left out: whoever
restores signs in anew (reliability.md C12).
"""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from gateway.backup.sealing import SealingWriter
from gateway.errors import Conflict, NotFound
from gateway.keys.rotate import alone
from gateway.models import Base
from gateway.runtime import FILES, VOICE_NOTES, Runtime, sealed_folders

# The counts of units come back by themselves: triggers note again what is loaded.
LEFT_OUT = frozenset({"sign_ins", "sign_in_failures", "unit_counts", "unit_count_changes"})
MANIFEST = "manifest.json"
PLAIN, SEALED = ("clips",), (VOICE_NOTES, FILES)
SPOOL_BYTES = 8_000_000
KEY_LETTERS = 32


def tables() -> list[str]:
    """Name the tables that a backup holds."""
    return [table.name for table in Base.metadata.tables.values() if table.name not in LEFT_OUT]


def connect(rt: Runtime) -> psycopg.Connection[Any]:
    """Open a connection of our own: COPY is the driver's, and it may take longer than a statement of the service."""
    url = make_url(rt.settings.database_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False))


def save(rt: Runtime, target: Path) -> dict[str, int]:
    """Write everything to `target` and return the rows by table. An existing file is never overwritten: Conflict.

    The file appears under its name only when it is whole. Service and workers may go on meanwhile; keys stay as they
    are, so that those in the tables open the files.
    """
    if target.exists():
        raise Conflict(f"{target} exists already")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            sealed = SealingWriter(out, rt.settings.secret_key)
            rt.vault.keyring.look_again()  # a house without keys makes them, so that they are in the backup
            with alone(rt), tarfile.open(fileobj=sealed, mode="w|gz", format=tarfile.PAX_FORMAT) as tar:
                counts = _save_all(rt, tar)
            sealed.finish()
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return counts


def _save_all(rt: Runtime, tar: tarfile.TarFile) -> dict[str, int]:
    with connect(rt) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        manifest = {
            "made_at": rt.clock().isoformat(),
            "revision": connection.execute("SELECT version_num FROM alembic_version").fetchall(),
            "sequences": dict(_sequences(connection)),
            "columns": {name: _columns(name) for name in tables()},
        }
        _add(tar, MANIFEST, io.BytesIO(json.dumps(manifest).encode()))
        counts = {name: _save_table(connection, tar, name) for name in tables()}
    for path in _sounds(rt):
        _add_file(tar, path, str(path.relative_to(rt.settings.data_dir)))
    for name, content in _sealed_files(rt):
        _add(tar, name, io.BytesIO(content))
    return counts


def _sequences(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, int]]:
    query = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
    for name, last in connection.execute(query).fetchall():
        if last is not None:
            yield name, last


def _columns(name: str) -> list[str]:
    """What PostgreSQL works out by itself is worked out again when it is brought back."""
    return [column.name for column in Base.metadata.tables[name].columns if column.computed is None]


def _save_table(connection: psycopg.Connection[Any], tar: tarfile.TarFile, name: str) -> int:
    columns = [sql.Identifier(column) for column in _columns(name)]
    copy = sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(name), sql.SQL(", ").join(columns))
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as spool, connection.cursor() as cursor:
        with cursor.copy(copy) as rows:
            for piece in rows:
                spool.write(piece)
        _add(tar, f"tables/{name}", spool)
        return cursor.rowcount


def _add(tar: tarfile.TarFile, name: str, file: Any) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = file.seek(0, os.SEEK_END)
    file.seek(0)
    tar.addfile(entry, file)


def _add_file(tar: tarfile.TarFile, path: Path, name: str) -> None:
    with suppress(FileNotFoundError):  # purged meanwhile
        tar.add(path, name, recursive=False)


def _sounds(rt: Runtime) -> Iterator[Path]:
    for folder in PLAIN:
        paths = (rt.settings.data_dir / folder).glob("*")
        yield from sorted(path for path in paths if path.suffix in (".wav", ".txt"))


def _sealed_files(rt: Runtime) -> Iterator[tuple[str, bytes]]:
    """Every sealed file as it lies there, wherever that is; one that is purged meanwhile is left out."""
    places = sealed_folders(rt.settings, rt.vault)
    for folder in SEALED:
        place = places[folder].place
        for name in sorted(each.name for each in place.all() if len(each.name) == KEY_LETTERS):
            with suppress(NotFound), place.open(name) as file:
                yield f"{folder}/{name[:2]}/{name}", file.read()
