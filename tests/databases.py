"""Databases for tests: each test has one of its own, empty and migrated, and gives it back swept clean.

To cut a database from a template takes a quarter of a second, to empty the few tables that a test wrote some milliseconds.
"""

from __future__ import annotations

import atexit
import itertools

import psycopg
from sqlalchemy import Engine, make_url

from gateway.db import make_engine
from tests import servers

POOL = 4
WORN_OUT = 24 * 1024 * 1024  # bytes; then rows that are gone slow down those that come
# Whoever is in a transaction or holds a lock; others may stay, since a pool looks before it hands a connection out.
LEFT_IN_THE_MIDDLE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (state <> 'idle' OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))
"""
_names = itertools.count(1)
_free: list[str] = []
# One of each a database: what SQLAlchemy and the server have learnt of its tables stays learnt.
_engines: dict[str, Engine] = {}
_brooms: dict[str, psycopg.Connection] = {}


def cut(name: str, template: str) -> str:
    """Make a database from a template; returns its URL."""
    _on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return make_url(servers.postgres()).set(database=name).render_as_string(hide_password=False)


def borrow(template: str) -> str:
    """Return the URL of an empty, migrated database."""
    return _free.pop() if _free else cut(f"test_{next(_names)}", template)


def engine_on(url: str) -> Engine:
    """Return the engine of a borrowed database; those that borrow it one after the other share it."""
    if url in _engines and _engines[url].pool.checkedout():  # type: ignore[attr-defined]
        _engines.pop(url).dispose()  # the test before kept a connection
    if url not in _engines:
        _engines[url] = make_engine(url, POOL)
    return _engines[url]


def give_back(url: str, pristine: dict[str, int]) -> None:
    """Empty it for the next test, or drop it where that would not make it as new; `pristine` as `rows_of` counted."""
    connection = _broom(url)
    connection.execute(LEFT_IN_THE_MIDDLE)
    if _sweep(connection, pristine):
        _free.append(url)
    else:
        _put_away(url)
        drop(str(make_url(url).database))


def drop(name: str) -> None:
    _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def rows_of(url: str) -> dict[str, int]:
    """Count the rows of every table: what a migrated database holds before anybody writes."""
    with psycopg.connect(_plain(url), autocommit=True) as connection:
        return {name: _count(connection, name) for name in _tables(connection)}


def _broom(url: str) -> psycopg.Connection:
    """The connection that sweeps this database; a test may have ended it."""
    try:
        _brooms[url].execute("SELECT 1")
    except (KeyError, psycopg.OperationalError):
        _brooms[url] = psycopg.connect(_plain(url), autocommit=True)
    return _brooms[url]


def _put_away(url: str) -> None:
    _brooms.pop(url).close()
    if url in _engines:
        _engines.pop(url).dispose()


@atexit.register
def _put_all_away() -> None:
    for url in list(_brooms):
        _put_away(url)


def _sweep(connection: psycopg.Connection, pristine: dict[str, int]) -> bool:
    tables = _tables(connection)
    if set(tables) != set(pristine):
        return False
    filled = ", ".join(f'(EXISTS (SELECT 1 FROM "{name}" OFFSET {pristine[name]}))' for name in tables)
    row = connection.execute(f"SELECT {filled}").fetchone()
    assert row is not None
    written = [name for name, is_filled in zip(tables, row, strict=True) if is_filled]
    if any(pristine[name] for name in written):
        return False
    size = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    if size is None or size[0] > WORN_OUT:
        return False
    _empty(connection, written)
    return all(_count(connection, name) == rows for name, rows in pristine.items() if rows)


def _empty(connection: psycopg.Connection, tables: list[str]) -> None:
    """Delete without triggers: keys between tables, logs that only grow and counts of units do not matter here."""
    deletes = "".join(f'DELETE FROM "{name}";' for name in tables)
    connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes} COMMIT")
    connection.execute(
        "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)"
        " FROM pg_sequences WHERE last_value IS NOT NULL"
    )


def _tables(connection: psycopg.Connection) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
    return [row[0] for row in connection.execute(query)]


def _count(connection: psycopg.Connection, name: str) -> int:
    row = connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()
    return int(row[0]) if row else 0


def _on_server(statement: str) -> None:
    with psycopg.connect(_plain(servers.postgres()), autocommit=True) as connection:
        connection.execute(statement)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
