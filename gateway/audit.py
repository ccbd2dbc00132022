"""Makes tampering with the audit log visible: a chain of seals over what was written (reliability.md C24).

The database refuses to change an entry; whoever is master of the database can do so all the same. Therefore every quarter
of an hour a seal takes in what is new: a mark for each entry, and a digest over the marks and the seal before, under a key
that does not lie in the database. `verify` names the first entry that is not as it was. The newest digest also stands in
the log of the service and can be compared later, so that cutting off the end shows too.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import OperationalError

from gateway.db import UnitOfWork, unit_of_work
from gateway.models import AuditEntry, AuditSeal
from gateway.runtime import Runtime
from gateway.store import audit

logger = logging.getLogger(__name__)

SEAL_AFTER = timedelta(minutes=15)
MOST_IN_A_SEAL = 5_000
MARGIN = timedelta(days=1)  # between an entry and its seal, generously
_ID, _MARK = 8, 16


@dataclass(frozen=True)
class Verified:
    """What the check found: `broken` is empty where all is as it was; `head` is the newest digest."""

    entries: int
    seals: int
    unsealed: int
    purged: int
    head: str
    broken: str = ""
    entry_id: int | None = None
    is_head_known: bool | None = None


def seal_due(rt: Runtime) -> int:
    """Seal what is new where something has waited long enough; returns how many entries. Called by the sweep."""
    with unit_of_work(rt.engine) as unit:
        if not audit.is_any_unsealed(unit.db, rt.clock() - SEAL_AFTER):
            return 0
    try:
        return seal_all(rt)
    except OperationalError:
        logger.warning("audit not sealed, somebody writes all the time; the next sweep tries again")
        return 0


def seal_all(rt: Runtime) -> int:
    """Seal everything that is not sealed yet; two at once pass one after the other."""
    total = 0
    while True:
        with unit_of_work(rt.engine) as unit:
            sealed = _seal_some(unit, rt)
        total += sealed
        if sealed < MOST_IN_A_SEAL:
            return total


def verify(rt: Runtime, head: str = "") -> Verified:
    """Recompute the whole chain. `head` is a digest noted earlier: whether it is still part of the chain is told."""
    key, kept_since = _key(rt), rt.clock() - timedelta(days=rt.profile.retention.audit) + MARGIN
    digest, after, seals, entries, purged, heads = b"", 0, 0, 0, 0, set()
    broken: tuple[str, int | None] | None = None
    with unit_of_work(rt.engine) as unit:
        for seal in audit.all_seals(unit.db):
            wrong = _wrong_in(unit, key, seal, digest, after, seal.at < kept_since)
            purged += wrong.purged
            entries += wrong.entries
            broken = broken or wrong.broken
            digest, after, seals = seal.digest, seal.last_entry_id, seals + 1
            heads.add(digest.hex())
        unsealed = audit.count_after(unit.db, after)
    what, entry_id = broken or ("", None)
    known = head.lower() in heads if head else None
    return Verified(entries, seals, unsealed, purged, digest.hex(), what, entry_id, known)


@dataclass(frozen=True)
class _Checked:
    entries: int
    purged: int
    broken: tuple[str, int | None] | None


def _wrong_in(
    unit: UnitOfWork, key: bytes, seal: AuditSeal, before: bytes, after: int, may_lack: bool
) -> _Checked:
    """Compare one seal with the entries it was made of; `may_lack`: it is older than entries are kept."""
    if not hmac.compare_digest(_digest(key, before, seal.last_entry_id, seal.marks), seal.digest):
        return _Checked(0, 0, ("a seal was altered or removed before this entry", seal.last_entry_id))
    kept = dict(_pairs(seal.marks))
    there = {each.id: _mark(key, each) for each in audit.entries_between(unit.db, after, seal.last_entry_id)}
    lacking = kept.keys() - there.keys()
    for entry_id in sorted(kept.keys() | there.keys()):
        if entry_id not in kept:
            return _Checked(len(there), 0, ("added afterwards", entry_id))
        if entry_id not in there and not may_lack:
            return _Checked(len(there), 0, ("removed", entry_id))
        if entry_id in there and not hmac.compare_digest(kept[entry_id], there[entry_id]):
            return _Checked(len(there), 0, ("altered", entry_id))
    return _Checked(len(there), len(lacking), None)


def _seal_some(unit: UnitOfWork, rt: Runtime) -> int:
    # Waits for whoever is writing: an entry with a smaller number must not appear after its seal.
    audit.lock_for_sealing(unit.db)
    last = audit.last_seal(unit.db)
    after, before = (last.last_entry_id, last.digest) if last else (0, b"")
    entries = audit.entries_between(unit.db, after, limit=MOST_IN_A_SEAL)
    if not entries:
        return 0
    key = _key(rt)
    marks = b"".join(each.id.to_bytes(_ID, "big") + _mark(key, each) for each in entries)
    digest = _digest(key, before, entries[-1].id, marks)
    unit.db.add(AuditSeal(last_entry_id=entries[-1].id, marks=marks, digest=digest, at=rt.clock()))
    logger.info("audit sealed entries=%s up_to=%s head=%s", len(entries), entries[-1].id, digest.hex())
    return len(entries)


def _mark(key: bytes, entry: AuditEntry) -> bytes:
    fields = (
        entry.id,
        _instant(entry.at),
        entry.staff_id,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.unit_id,
        entry.details,
    )
    told = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, b"entry " + told.encode(), "sha256")[:_MARK]


def _digest(key: bytes, before: bytes, last_entry_id: int, marks: bytes) -> bytes:
    return hmac.digest(key, b"seal " + before + last_entry_id.to_bytes(_ID, "big") + marks, "sha256")


def _pairs(marks: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(marks), _ID + _MARK):
        yield (
            int.from_bytes(marks[start : start + _ID], "big"),
            marks[start + _ID : start + _ID + _MARK],
        )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _key(rt: Runtime) -> bytes:
    """A key that stays for the life of the installation and lies in the database only under the secret outside."""
    return hmac.digest(rt.vault.keyring.for_index(), b"audit chain", "sha256")
