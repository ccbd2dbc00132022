"""What `memberline doctor` looks at, one check a line, each with what to do about it. Reads only; calls nobody.

Every check answers, whatever is broken; those that need the database are left out where it does not answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from audio.errors import ClipError
from audio.tts.kokoro import Kokoro
from gateway import sounds
from gateway.channels.registry import new_client
from gateway.db import unit_of_work
from gateway.errors import ChannelError, MemberlineError
from gateway.keyring import KeysLocked
from gateway.migrate import alembic_config
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.settings_values import is_loopback
from gateway.store import consents, gaps

SEEN_WITHIN = timedelta(seconds=60)
REDIS_SECONDS = 2
NEWEST_MEMBERS = 10_000
LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Check:
    """One thing looked at; `fix` says what to do where it is not well."""

    name: str
    is_well: bool
    finding: str
    fix: str


def examine(settings: Settings) -> Iterator[Check]:
    """Yield what was found, in the order in which things build on each other."""
    yield Check("settings", True, "all there and readable", "")
    rt = build_runtime(settings, pool_size=1)
    try:
        database = _database(rt)
        yield database
        is_current = database.is_well and (yield from _tables(rt))
        yield from _queue(rt)
        yield _disk(rt)
        yield _store(rt)
        if is_current:
            yield _gaps(rt)
            yield from _kokoro(settings)
            yield _clips(rt)  # what a call says first is a row (`gateway.store.sender`)
        yield _public_url(settings)
        yield _provider(settings)
    finally:
        rt.close()


def _database(rt: Runtime) -> Check:
    fix = "start `memberline up`, or check DATABASE_URL and that PostgreSQL runs"
    try:
        with rt.engine.connect() as connection:
            version = connection.execute(text("SHOW server_version")).scalar_one()
    except SQLAlchemyError as error:
        return Check("database", False, f"does not answer ({type(error).__name__})", fix)
    return Check("database", True, f"PostgreSQL {version}", fix)


def _migrations(rt: Runtime) -> Check:
    head = ScriptDirectory.from_config(alembic_config("")).get_current_head()
    with rt.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Check(
        "migrations", current == head, f"at {current or 'none'}, newest {head}", "memberline db upgrade"
    )


def _tables(rt: Runtime) -> Generator[Check, None, bool]:
    """Yield what stands in the tables; returns whether they are those of this version, so that others may read them."""
    migrations = _migrations(rt)
    yield migrations
    if migrations.is_well:
        yield _keys(rt)
        yield _consents(rt)
    return migrations.is_well


def _keys(rt: Runtime) -> Check:
    try:
        rt.vault.keyring.look_again()
    except KeysLocked:
        fix = "set MEMBERLINE_SECRET_KEY to the secret that sealed them, or MEMBERLINE_OLD_SECRET_KEY to it"
        return Check("keys", False, "do not open with this secret", fix)
    return Check("keys", True, "open with this secret", "")


def _consents(rt: Runtime) -> Check:
    """Of the members who were added last: all of them would take too long where there are a million."""
    with unit_of_work(rt.engine) as unit:
        wrong = sum(1 for _ in consents.wrong_states(unit.db, rt.clock(), NEWEST_MEMBERS))
    finding = f"{wrong} members are kept otherwise than their ledger says" if wrong else "as the ledger says"
    return Check("consent", not wrong, finding, "memberline consent check --mend")


def _queue(rt: Runtime) -> Iterator[Check]:
    fix = "start `memberline up`, or check REDIS_URL and that Redis or Valkey runs"
    redis = Redis.from_url(
        rt.settings.redis_url, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
    )
    with redis:
        try:
            redis.ping()
            seen = [each.last_heartbeat for each in Worker.all(connection=redis)]
        except RedisError as error:
            yield Check("queue", False, f"does not answer ({type(error).__name__})", fix)
            return
    yield Check("queue", True, "answers", fix)
    # Workers write real time, whatever the clock of the service says.
    alive = sum(at is not None and datetime.now(UTC) - at < SEEN_WITHIN for at in seen)
    yield Check("workers", alive > 0, f"{alive} seen in the last minute", "start `memberline worker`")


def _disk(rt: Runtime) -> Check:
    free = shutil.disk_usage(rt.settings.data_dir).free
    fix = f"free some space where {rt.settings.data_dir} lies: voice notes need it"
    return Check("disk", free >= LEAST_FREE_BYTES, f"{free / 1e9:.1f} GB free", fix)


def _store(rt: Runtime) -> Check:
    """Ask for a file that nobody has: whoever says that it is not there has let us in."""
    where = "a bucket" if rt.settings.store else "the data folder"
    try:
        rt.files.size("0" * 32)
    except MemberlineError as error:
        fix = "check MEMBERLINE_STORE, its endpoint, key and secret, and that the extra `s3` is installed"
        return Check("store", False, str(error), fix)
    return Check("store", True, f"recordings, forms and lists lie in {where}", "")


def _clips(rt: Runtime) -> Check:
    missing = sounds.missing(rt)
    return Check(
        "clips", not missing, f"{missing} missing" if missing else "all there", "memberline clips build"
    )


def _kokoro(settings: Settings) -> Iterator[Check]:
    """Read the whole folder where there is one: a voice that cannot speak leaves its texts to the next in silence."""
    if not settings.kokoro:
        return
    fix = "bring the files that manifest.json lists, or empty MEMBERLINE_KOKORO"
    try:
        yield Check(
            "kokoro", True, f"all files of {Kokoro(Path(settings.kokoro)).checked()} are the listed ones", ""
        )
    except ClipError as error:
        yield Check("kokoro", False, str(error), fix)


def _gaps(rt: Runtime) -> Check:
    with unit_of_work(rt.engine) as unit:
        lacking = gaps.list_open(unit.db)
    finding = f"{len(lacking)} lacked in calls and lack still" if lacking else "none lacks that a call wanted"
    return Check("sounds", not lacking, finding, "memberline clips build")


def _public_url(settings: Settings) -> Check:
    parts = urlsplit(settings.public_url)
    fix = "set MEMBERLINE_PUBLIC_URL to the https address by which the provider reaches this machine"
    is_well = settings.is_emulated or (parts.scheme == "https" and not is_loopback(settings.public_url))
    return Check("public URL", is_well, settings.public_url, fix)


def _provider(settings: Settings) -> Check:
    if settings.is_emulated:
        return Check("provider", True, "the emulator: nobody is really called", "")
    fix = "check MEMBERLINE_AFRICASTALKING_USERNAME and …_API_KEY, and the account's balance"
    try:
        amount, currency = new_client(settings).balance()
    except ChannelError as error:
        return Check("provider", False, str(error), fix)
    return Check("provider", amount is None or amount > 0, f"balance {currency or ''} {amount}", fix)
