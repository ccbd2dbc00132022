"""Providers' posts as they came: sealed, kept for a month, for a person to look at."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Callback
from gateway.vault import Vault

PURPOSE = "callbacks.body"
LARGEST_KEPT = 16_384


def digest_of(form: dict[str, str]) -> bytes:
    """Return 32 bytes that are equal for posts of equal content, whatever the order of their fields."""
    return hashlib.sha256(repr(sorted(form.items())).encode("utf-8", "replace")).digest()


def seal_body(vault: Vault, form: dict[str, str], digest: bytes) -> bytes:
    return vault.seal_text(json.dumps(form)[:LARGEST_KEPT], PURPOSE, digest)


def add_callback(
    db: Session,
    vault: Vault,
    provider: str,
    kind: str,
    form: dict[str, str],
    outcome: str,
    now: datetime,
    number_id: int | None = None,
) -> None:
    """Keep one post with what became of it: applied, duplicate, unknown, unreadable or failed.

    `number_id`: of a receipt whose text is still to be found.
    """
    digest = digest_of(form)
    db.add(
        Callback(
            provider=provider,
            kind=kind,
            digest=digest,
            sealed_body=seal_body(vault, form, digest),
            outcome=outcome,
            number_id=number_id,
            at=now,
        )
    )


def open_body(vault: Vault, kept: Callback) -> dict[str, str]:
    """Return a kept post's fields; empty where it was too large to be kept whole."""
    try:
        return dict(json.loads(vault.open_text(kept.sealed_body, PURPOSE, kept.digest)))
    except ValueError:
        return {}


def list_unknown_receipts(db: Session, since: datetime, limit: int = 500) -> list[Callback]:
    """List receipts since then of which no message of ours was known."""
    query = select(Callback).where(
        Callback.at > since, Callback.kind == "receipt", Callback.outcome == "unknown"
    )
    return list(db.scalars(query.order_by(Callback.id).limit(limit).with_for_update(skip_locked=True)))
