"""When keys change: new ones seal at once, what the old ones sealed is sealed again, then the old ones are destroyed.

Begun, a rotation is in the rows: a key that is retired and not yet destroyed. So whoever calls again goes on with it.
The key of the number index stays: numbers that were erased live on as their index alone and could not be found anew.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.keyring import ERASED, FILES, FRESH_SECONDS, SEAL
from gateway.keys import anew
from gateway.keys.cells import CELLS
from gateway.runtime import Runtime
from gateway.store import vault_keys
from gateway.store.staff import add_audit
from gateway.vault import FIRST

logger = logging.getLogger(__name__)

ROTATED = (SEAL, FILES, ERASED)
GRACE_SECONDS = 2 * FRESH_SECONDS  # after that no process seals with the old keys any more
LONGEST_WAIT_SECONDS = 90
KEPT_FOR = timedelta(days=1)
LOCK = 73_656_161  # "seal": one rotation at a time, and none while a backup is made

Tell = Callable[[str], None]


def rotate(rt: Runtime, tell: Tell) -> None:
    """Change the keys, or finish a change that was broken off. Raises Conflict where something is in the way."""
    with alone(rt):
        if not begin(rt):
            tell("an earlier change of keys is not finished: going on with it")
        began = time.monotonic()
        seal_all(rt, tell)
        time.sleep(max(0.0, began + GRACE_SECONDS - time.monotonic()))
        _wait_for_writers(rt)
        seal_all(rt, lambda _: None)
        tell(f"{_destroy_unused(rt, _retired_now(rt))} old keys destroyed")


def begin(rt: Runtime) -> bool:
    """Make new keys, which seal from now on; False where a change has begun and is not finished."""
    with unit_of_work(rt.engine) as unit:
        if has_begun := bool(set(_retired(unit.db)) - {FIRST}):
            logger.info("an earlier change of keys is not finished")
        else:
            for purpose in ROTATED:
                vault_keys.add_key(unit.db, rt.vault.keyring.wrapper, purpose, rt.clock())
            add_audit(unit.db, None, "keys.rotated", rt.clock())
    rt.vault.keyring.look_again()
    return not has_begun


def settle(rt: Runtime) -> None:
    """Seal again what retired keys still hold, and destroy those retired for a day of which nothing is left.

    For every start and every night; does nothing where a rotation or a backup is at work.
    """
    try:
        with alone(rt):
            seal_all(rt, logger.info)
            with unit_of_work(rt.engine) as unit:
                old = [
                    key.id
                    for key in vault_keys.list_retired(unit.db)
                    if key.retired_at and key.retired_at < rt.clock() - KEPT_FOR
                ]
            if old:
                _destroy_unused(rt, old)
    except Conflict as error:
        logger.info("keys are left as they are: %s", error)


def wrap_anew(rt: Runtime) -> int:
    """Wrap all keys with today's secret; returns how many. Raises KeysLocked where neither secret opens one."""
    with alone(rt), unit_of_work(rt.engine) as unit:
        count = vault_keys.wrap_anew(unit.db, rt.vault.keyring.wrapper)
        add_audit(unit.db, None, "keys.wrapped_anew", rt.clock())
    return count


def seal_all(rt: Runtime, tell: Tell) -> None:
    """Seal everything again that another key than the newest sealed."""
    for cell in CELLS:
        began = time.monotonic()
        if count := anew.seal_rows(rt, cell):
            tell(f"{cell.table_name}: {count} sealed anew ({time.monotonic() - began:.1f} s)")
    if count := anew.seal_files(rt):
        tell(f"files: {count} sealed anew")


@contextmanager
def alone(rt: Runtime) -> Iterator[None]:
    """Hold the keys still; raises Conflict where somebody else does."""
    with rt.engine.connect() as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
            raise Conflict(
                "a backup is being made, or keys are being changed already; try again when it is done"
            )
        connection.commit()
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


def _retired(db: Session) -> list[int]:
    return [key.id for key in vault_keys.list_retired(db)]


def _retired_now(rt: Runtime) -> list[int]:
    with unit_of_work(rt.engine) as unit:
        return _retired(unit.db)


def _destroy_unused(rt: Runtime, key_ids: list[int]) -> int:
    """Destroy these keys; raises Conflict where something under them is left, which would be lost."""
    with unit_of_work(rt.engine) as unit:
        left = {cell.table_name: anew.count_rows(unit.db, cell, key_ids) for cell in CELLS}
        left["files"] = anew.count_files(rt)
        if any(left.values()):
            rest = ", ".join(f"{name}: {count}" for name, count in left.items() if count)
            raise Conflict(
                f"something is still under the old keys, which are kept ({rest}); the log names it"
            )
        vault_keys.destroy(unit.db, key_ids)
    logger.info("old keys destroyed count=%s", len(key_ids))
    return len(key_ids)


def _wait_for_writers(rt: Runtime) -> None:
    """Wait for every transaction that may have sealed with the old keys and has not committed yet."""
    with unit_of_work(rt.engine) as unit:
        since = unit.db.scalar(text("SELECT clock_timestamp()"))
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND xact_start < :since"
    )
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < deadline:
        with unit_of_work(rt.engine) as unit:
            if unit.db.scalar(query, {"since": since}) == 0:
                return
        time.sleep(0.2)
    raise Conflict("somebody's transaction does not end; run `memberline keys rotate` again to finish")
