"""Brings the database to the newest schema; called by `up`, by `memberline db upgrade` and by tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"
_NUMBERED = re.compile(r"(\d{4})_")


def alembic_config(database_url: str) -> Config:
    """Return Alembic's configuration for this database; nothing is read from an ini file."""
    # Start-up cost: a database that is up to date, the usual case, needs no Alembic.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str) -> None:
    """Run every migration that has not run yet; running it twice changes nothing."""
    if is_current(database_url):
        return
    from alembic import command

    command.upgrade(alembic_config(database_url), "head")
    spell_names(database_url)


def spell_names(database_url: str) -> int:
    """Spell the names that are kept from before names could be searched (`gateway.names`); returns how many.

    A few thousand at a time, each in its own transaction: nobody waits for it, and cut off it goes on where it was.
    """
    from gateway.names import search_key

    done = 0
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        for table, name in (("members", "name"), ("units", "name || ' ' || code")):
            last, query = (
                0,
                f"SELECT id, {name} FROM {table} WHERE search = '' AND name <> '' AND id > %s ORDER BY id LIMIT 5000",
            )
            while rows := connection.execute(query, (last,)).fetchall():
                last = rows[-1][0]
                spelt = [[each[0] for each in rows], [search_key(each[1]) for each in rows]]
                connection.execute(
                    f"UPDATE {table} t SET search = n.search"
                    " FROM unnest(%s::bigint[], %s::text[]) AS n (id, search) WHERE t.id = n.id",
                    spelt,
                )
                done += len(rows)
    return done


def newest() -> str:
    """Return the number of the newest migration, from the names of the files."""
    found = (_NUMBERED.match(each.name) for each in (SCRIPTS / "versions").glob("*.py"))
    return max(match[1] for match in found if match)


def is_current(database_url: str) -> bool:
    """Say whether the database has the newest schema; False for an empty one."""
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return False
        versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return versions == [(newest(),)]


def _plain(database_url: str) -> str:
    return re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", database_url)
