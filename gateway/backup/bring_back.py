"""Reads a backup into an empty database, and makes sure that an old state calls nobody.

What was under way when the backup was made has since been done, or not: nobody knows. So broadcasts come back paused, and
calls and SMS that were still owed are cancelled and counted, for a person to decide. Whoever was erased since stays erased.
"""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from typing import Any, BinaryIO

import psycopg
from psycopg import sql
from sqlalchemy import select, update

from gateway.backup import left_since
from gateway.backup.save import LEFT_OUT, MANIFEST, PLAIN, SEALED, connect, tables
from gateway.backup.sealing import BackupUnreadable, SealingReader
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Broadcast, Delivery
from gateway.rights.carry import write_list
from gateway.rights.restored import reapply_after_restore
from gateway.runtime import Runtime, sealed_folders
from gateway.states import BroadcastState, DeliveryState
from gateway.store.move import move

PAUSED_BECAUSE = "restored"
_PLAIN = re.compile(rf"(?:{'|'.join(PLAIN)})/[0-9a-f]{{32}}\.(?:wav|txt)")
_SEALED = re.compile(rf"(?:{'|'.join(SEALED)})/[0-9a-f]{{2}}/[0-9a-f]{{32}}")


def bring_back(rt: Runtime, source: Path, *, may_empty: bool = False) -> dict[str, int]:
    """Restore everything and return the rows by table, all or nothing; sounds are added to those that are there.

    The database must be at the newest migration and empty; with `may_empty` it is emptied first. Sealed files come with
    the keys that open them. Raises BackupUnreadable, KeysLocked, or Conflict where something is in the way.
    """
    erased = write_list(rt)
    with source.open("rb") as file, connect(rt) as connection:
        left_since.remember(connection)
        counts = _read(rt, connection, file, may_empty)
        have_left = left_since.bring_along(connection)
        connection.commit()
    rt.vault.keyring.look_again()
    left_since.rederive(rt, have_left)
    _rest(rt)
    reapply_after_restore(rt, erased)
    return counts


def _read(
    rt: Runtime, connection: psycopg.Connection[Any], file: BinaryIO, may_empty: bool
) -> dict[str, int]:
    counts: dict[str, int] = {}
    manifest: dict[str, Any] = {}
    keys: list[tuple[str, str, str]] = []
    places = sealed_folders(
        rt.settings, rt.vault
    )  # sealed files open only with the keys they came with: they replace
    sealed = SealingReader(file, rt.vault.keyring.wrapper.secrets)
    try:
        with tarfile.open(fileobj=sealed, mode="r|gz") as tar:
            for entry in tar:
                content = tar.extractfile(entry)
                if content is None:
                    continue
                if entry.name == MANIFEST:
                    manifest = json.load(content)
                    keys = _prepare(connection, manifest, may_empty)
                elif entry.name.startswith("tables/"):
                    name = entry.name.removeprefix("tables/")
                    counts[name] = _load(connection, name, manifest, content)
                elif _PLAIN.fullmatch(entry.name):
                    _keep(rt.settings.data_dir / entry.name, content.read())
                elif _SEALED.fullmatch(entry.name):
                    folder, _, name = entry.name.split("/")
                    places[folder].place.write(name, [content.read()])
        while sealed.read(65_536):  # to the very end: only there a cut is noticed
            continue
    except (tarfile.TarError, EOFError, KeyError, ValueError) as error:
        raise BackupUnreadable("the backup is damaged") from error
    _finish(connection, manifest, keys)
    return counts


def _prepare(
    connection: psycopg.Connection[Any], manifest: dict[str, Any], may_empty: bool
) -> list[tuple[str, str, str]]:
    """Check that it fits, empty what may be emptied, and take the foreign keys away for the time of loading."""
    revision = [list(row) for row in connection.execute("SELECT version_num FROM alembic_version").fetchall()]
    if revision != manifest["revision"]:
        raise Conflict("the backup was made by another version: restore with that version, then `db upgrade`")
    everything = sql.SQL(", ").join(sql.Identifier(name) for name in [*tables(), *LEFT_OUT])
    if may_empty:
        connection.execute(sql.SQL("TRUNCATE {}").format(everything))
    connection.execute("DELETE FROM vault_keys")  # a house that is empty has made keys, but sealed nothing
    for name in tables():
        if connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(name))).fetchone():
            raise Conflict("the database is not empty; --yes empties it first")
    query = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    keys = [(table, name, definition) for table, name, definition in connection.execute(query).fetchall()]
    for table, name, _ in keys:
        drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
        connection.execute(drop.format(sql.Identifier(table), sql.Identifier(name)))
    return keys


def _load(connection: psycopg.Connection[Any], name: str, manifest: dict[str, Any], content: Any) -> int:
    if name not in tables():
        raise BackupUnreadable("the backup holds a table that is unknown here")
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in manifest["columns"][name])
    with connection.cursor() as cursor:
        with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)) as rows:
            while piece := content.read(65_536):
                rows.write(piece)
        return cursor.rowcount


def _finish(
    connection: psycopg.Connection[Any], manifest: dict[str, Any], keys: list[tuple[str, str, str]]
) -> None:
    if not manifest:
        raise BackupUnreadable("the backup holds nothing")
    for table, name, definition in keys:
        add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
        connection.execute(add.format(sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)))
    left_out = {f"{table}_id_seq" for table in LEFT_OUT}  # those count on from what was noted while loading
    for name, last in manifest["sequences"].items():
        if name in left_out:
            continue
        connection.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, last))


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(content)


def _rest(rt: Runtime) -> None:
    """Nothing that the backup owed is sent: broadcasts wait for a person, what else was owed is cancelled."""
    under_way = (BroadcastState.STARTING, BroadcastState.RUNNING)
    with unit_of_work(rt.engine) as unit:
        for broadcast_id in unit.db.scalars(select(Broadcast.id).where(Broadcast.state.in_(under_way))).all():
            move(unit.db, Broadcast, broadcast_id, BroadcastState.RUNNING)
            move(unit.db, Broadcast, broadcast_id, BroadcastState.PAUSED, pause_reason=PAUSED_BECAUSE)
        unit.db.execute(
            update(Broadcast).where(Broadcast.state == BroadcastState.APPROVED).values(scheduled_at=None)
        )
        owed = (DeliveryState.QUEUED, DeliveryState.HELD)
        query = select(Delivery.id).where(Delivery.state.in_(owed), Delivery.broadcast_id.is_(None))
        for delivery_id in unit.db.scalars(query).all():
            move(unit.db, Delivery, delivery_id, DeliveryState.CANCELLED, ended_at=rt.clock())
