"""The rows of the keys: each wrapped by the secret outside the database. No decisions: those are `gateway.keys`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import Conflict
from gateway.keyring import ERASED, FILES, INDEX, KEY_BYTES, SEAL, WrappedKey, Wrapper, derive
from gateway.models import VaultKey
from gateway.vault import FIRST

MOST = 255


def load(db: Session, wrapper: Wrapper, now: datetime) -> list[WrappedKey]:
    """List all keys, making the first ones where there are none; two at once agree on one set."""
    found = list_keys(db)
    if not found:
        _add_first(db, wrapper, now)
        found = list_keys(db)
    return [WrappedKey(row.id, row.purpose, row.wrapped, row.retired_at is not None) for row in found]


def list_keys(db: Session) -> Sequence[VaultKey]:
    """List the keys in the order of their age; one that was destroyed is an empty row."""
    return db.scalars(select(VaultKey).order_by(VaultKey.made_at, VaultKey.id)).all()


def list_retired(db: Session) -> list[VaultKey]:
    """List the keys that seal nothing more and are not destroyed yet."""
    return [key for key in list_keys(db) if key.retired_at is not None and key.wrapped]


def add_key(db: Session, wrapper: Wrapper, purpose: str, now: datetime) -> int:
    """Make a new key that seals from now on, and retire the one before it; returns its id."""
    db.execute(
        update(VaultKey)
        .where(VaultKey.purpose == purpose, VaultKey.retired_at.is_(None))
        .values(retired_at=now)
    )
    key_id = _free_id(db)
    db.add(_row(wrapper, key_id, purpose, os.urandom(KEY_BYTES), now))
    db.flush()
    return key_id


def destroy(db: Session, key_ids: Sequence[int]) -> None:
    """Forget retired keys; what was sealed with them can be opened by nobody any more."""
    db.execute(
        update(VaultKey).where(VaultKey.id.in_(key_ids), VaultKey.retired_at.is_not(None)).values(wrapped=b"")
    )


def wrap_anew(db: Session, wrapper: Wrapper) -> int:
    """Wrap every key with the first secret; returns how many. Raises KeysLocked where none opens one."""
    rows = db.scalars(select(VaultKey).where(VaultKey.wrapped != b"").with_for_update()).all()
    for row in rows:
        key = wrapper.unwrap(row.id, row.purpose, row.wrapped)
        row.wrapped = wrapper.wrap(row.id, row.purpose, key)
    return len(rows)


def _free_id(db: Session) -> int:
    """A key is named by one byte: when all are used the name of the key that was destroyed first comes again."""
    last = db.scalar(select(func.max(VaultKey.id))) or 0
    if last < MOST:
        return last + 1
    gone = db.scalars(select(VaultKey).where(VaultKey.wrapped == b"").order_by(VaultKey.made_at)).first()
    if gone is None:
        raise Conflict("there are 255 keys and none is done with: `memberline keys rotate` finishes them")
    db.delete(gone)
    db.flush()
    return gone.id


def _add_first(db: Session, wrapper: Wrapper, now: datetime) -> None:
    """What was sealed before keys had rows came from two derived keys: they get rows, so that all of it still opens.

    The oldest secret made them, where two are valid.
    """
    oldest = wrapper.secrets[-1]
    known = [
        _row(wrapper, FIRST, SEAL, derive(oldest, "seal 1"), now, retired_at=now),
        _row(wrapper, 2, INDEX, derive(oldest, "number index 1"), now),
    ]
    fresh = [
        _row(wrapper, key_id, purpose, os.urandom(KEY_BYTES), now)
        for key_id, purpose in enumerate((SEAL, FILES, ERASED), start=3)
    ]
    rows = [
        {name: getattr(row, name) for name in ("id", "purpose", "wrapped", "made_at", "retired_at")}
        for row in (*known, *fresh)
    ]
    db.execute(insert(VaultKey).values(rows).on_conflict_do_nothing())


def _row(
    wrapper: Wrapper, key_id: int, purpose: str, key: bytes, now: datetime, retired_at: datetime | None = None
) -> VaultKey:
    wrapped = wrapper.wrap(key_id, purpose, key)
    return VaultKey(id=key_id, purpose=purpose, wrapped=wrapped, made_at=now, retired_at=retired_at)
