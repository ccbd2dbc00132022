"""What every seed stands on: one migrated database with the same people in it, put back between seeds in milliseconds.

The people are made once by the real rooms; a copy of their rows waits in a schema of its own.
"""

from __future__ import annotations

import gc
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url, select

from audio.clips import JOINED, Clip, Pause, Utterance, joined_key, utterance_key
from audio.library import ClipLibrary
from gateway.db import unit_of_work
from gateway.migrate import upgrade
from gateway.models import Member, PhoneNumber
from gateway.phones import Number
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests import databases
from tests.builders import a_member, a_number, a_unit

MADE_AT = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
LETTERS_PER_SECOND = 14
BOOTHS = ("BOOTH-A", "BOOTH-B", "BOOTH-C")
MEMBERS = 10
SHARED = (4, 8)  # these have the phone of the member before them
LANGUAGES = ("hi", "hi", "bn")
CONSENTS = ("paper", "paper", "paper", "sms", "paper", None, "paper", "coordinator", "paper", "paper")


@dataclass(frozen=True)
class Person:
    """A member as the simulation knows them."""

    member_id: int
    number_id: int
    number: Number
    unit: str
    language: str
    has_agreed: bool


class Shelf(ClipLibrary):
    """A library on which every sound lies, as long as its words take; no files."""

    def find(self, utterance: Utterance) -> Clip | None:
        key = utterance_key(utterance.text, utterance.language)
        return Clip(key, self.folder, len(utterance.text) / LETTERS_PER_SECOND, "silent")

    def compose(self, parts: Sequence[Clip | Pause], lead_in: bool = False) -> Clip:
        seconds = sum(each.seconds if isinstance(each, Clip) else each.milliseconds / 1000 for each in parts)
        return Clip(joined_key(parts), self.folder, seconds, JOINED)


class Quick:
    """The hot path's pool with one connection and no thread: one that was cut fails once, whatever the machine does."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._kept: psycopg.Connection | None = None

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        if self._kept is None or self._kept.closed:
            self._kept = psycopg.connect(self._url, autocommit=True, prepare_threshold=1)
        yield self._kept

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None


class Ground:
    """The database, the runtime on it, and the people; `clear` makes it as new."""

    def __init__(self, template: str | None = None) -> None:
        """`template`: a migrated database, where there is one already."""
        self.folder = Path(tempfile.mkdtemp(prefix="memberline-sim-", dir="/tmp"))
        url = databases.cut("sim", template or "template0")
        if template is None:
            upgrade(url)
        built = build_runtime(_settings(url, self.folder), pool_size=2)
        built.quick.close()
        self.rt: Runtime = replace(
            built, quick=Quick(_plain(url)), clips=Shelf(self.folder / "clips", None), clock=lambda: MADE_AT
        )
        self.look = psycopg.connect(_plain(url), autocommit=True, prepare_threshold=1)
        self.people = self._populate()
        keyring = (
            self.rt.vault.keyring
        )  # looks at its rows again by the clock of the wall: no part of a seed's story
        kept = keyring._load()
        keyring._load = lambda: kept
        self._keep()
        gc.freeze()  # what stands from now on is not looked through again and again

    def close(self) -> None:
        self.look.close()
        self.rt.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look at what is committed, beside everybody's transactions."""
        return self.look.execute(query, values).fetchall()

    def clear(self) -> None:
        """Put every row back as it was when the people had been made, and where it was: no seed sees traces of another."""
        self.rt.quick.close()
        asked = ", ".join(f'EXISTS (SELECT 1 FROM public."{name}")' for name in self._tables)
        (found,) = self.rows(f"SELECT {asked}")
        filled = [
            f'public."{name}"' for name, is_filled in zip(self._tables, found, strict=True) if is_filled
        ]
        self.look.execute(
            "BEGIN; SET LOCAL session_replication_role = replica;"
            f" TRUNCATE {', '.join(filled)} CASCADE; {self._put_back} COMMIT"
        )
        for name in ("spool", "spool.taken", "spool.torn"):
            (self.folder / name).unlink(missing_ok=True)

    def cut_connections(self) -> None:
        """End every connection of the rooms, as a restart of the database does; returns when they are gone."""
        self.look.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )

    def _populate(self) -> tuple[Person, ...]:
        with unit_of_work(self.rt.engine) as unit:
            a_unit(unit.db, "DISTRICT", "District", "district")
            for booth in BOOTHS:
                a_unit(unit.db, booth, booth.title(), under="BLOCK-1" if booth != "BOOTH-C" else "BLOCK-2")
        made: list[Person] = []
        for nth in range(MEMBERS):
            number = made[-1].number if nth in SHARED else a_number(400_000 + nth)
            unit = made[-1].unit if nth in SHARED else BOOTHS[nth % 3]
            language = LANGUAGES[nth // 3 % 3]
            consent = CONSENTS[nth % len(CONSENTS)]
            member_id = a_member(
                self.rt, f"Sita {nth}", number=number, unit=unit, language=language, consent=consent
            )
            has_agreed = consent in ("paper", "sms")
            made.append(Person(member_id, self._number_id(member_id), number, unit, language, has_agreed))
        return tuple(made)

    def _number_id(self, member_id: int) -> int:
        with unit_of_work(self.rt.engine) as unit:
            query = select(PhoneNumber.id).join(Member, Member.number_id == PhoneNumber.id)
            return unit.db.scalars(query.where(Member.id == member_id)).one()

    def _keep(self) -> None:
        """Copy every row beside, and write the one statement that brings them back."""
        tables = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        self._tables = [name for (name,) in tables]
        for name in self._tables:  # or what lies where would hang on the hour
            self.look.execute(f'ALTER TABLE public."{name}" SET (autovacuum_enabled = false)')
        filled = [name for name in self._tables if self.rows(f'SELECT 1 FROM "{name}" LIMIT 1')]
        self.look.execute("CREATE SCHEMA kept")
        for name in filled:
            self.look.execute(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"')
        inserts = "".join(f'INSERT INTO public."{name}" {self._kept_rows(name)};' for name in filled)
        self._put_back = f"{inserts} {self._counters()}"

    def _kept_rows(self, name: str) -> str:
        """An identity column takes what it is given only when told so."""
        return f'OVERRIDING SYSTEM VALUE SELECT * FROM kept."{name}"'

    def _counters(self) -> str:
        found = self.rows(
            "SELECT sequencename, last_value, start_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        return "".join(
            f"SELECT setval('public.\"{name}\"', {last if last is not None else start}, {str(last is not None).lower()});"
            for name, last, start in found
        )


def _settings(url: str, folder: Path) -> Settings:
    return Settings.from_env(
        {
            "DATABASE_URL": url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8000",
            "MEMBERLINE_SECRET_KEY": "secret-key-of-the-tests",
            "MEMBERLINE_CALLBACK_SECRET": "callback-secret-of-the-tests",
            "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
            "MEMBERLINE_TTS": "silent",
            "MEMBERLINE_DATA": str(folder),
        }
    )


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
