"""The retention job: each kind is kept as long as the country's profile says, then done away with (rules.md L13).

Some thousand rows at a time, each batch in a transaction of its own: nobody waits for long, and a run that was cut off
goes on where it stopped. What a run did is a row of `purges`; a dry run counts by the very queries that would delete.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Purge
from gateway.rights import carry, erase, forget
from gateway.runtime import Runtime
from gateway.store import retention as old

logger = logging.getLogger(__name__)

BATCH = 10_000
A_DAY = 86_400
FEW = 200  # of what takes work for each: files, sealed texts
GOES_ON_FOR = timedelta(hours=20)  # a run that was cut off longer ago is not taken up again

Counts = dict[str, int]


@dataclass(frozen=True)
class Kind:
    """One kind of row: which are past their time, and how to forget some of them."""

    name: str
    which: old.Ids
    forget: Callable[[UnitOfWork, Runtime, Sequence[int]], None]
    batch: int = BATCH


@dataclass(frozen=True)
class Plain:
    """A table that nothing points to: rows older than so many days go."""

    table: str
    column: str
    before: datetime


def kinds(rt: Runtime) -> list[Kind]:
    """List what is purged with care, in an order in which no kind makes another's count untrue: who is counted by what
    points to them comes before what is pointed from."""
    kept, now = rt.profile.retention, rt.clock()
    played, heard = _ago(rt, kept.voice_notes_playable), _ago(rt, kept.voice_notes)
    ended, rung, written = _ago(rt, kept.consents_after_end), _ago(rt, kept.calls), _ago(rt, kept.messages)
    return [
        Kind("numbers", old.numbers_of_nobody(rung), forget.blank_numbers),
        Kind("erasures", old.erasures_due(now), forget.purge_erasures, FEW),
        Kind("recordings_withheld", old.notes_to_withhold(played), forget.withhold_notes),
        Kind("recordings", old.notes_to_purge(heard), forget.purge_notes, FEW),
        Kind("reports_unnamed", old.reports_to_unname(heard), forget.unname_reports, FEW),
        Kind("calls", old.calls_over(rung), forget.delete_of("calls")),
        Kind("messages", old.messages_before(written), forget.delete_of("messages")),
        Kind("deliveries", old.deliveries_over(rung), forget.delete_deliveries),
        Kind("consents", old.consents_over(ended), forget.delete_of("consents")),
        Kind("lists", old.imports_with_files(_ago(rt, kept.imports)), forget.remove_lists, FEW),
        Kind("members", old.members_who_left(ended), forget.forget_who_left, FEW),
    ]


def tables(rt: Runtime) -> list[Plain]:
    """List the tables whose rows simply grow old."""
    kept = rt.profile.retention
    month, year = _ago(rt, kept.callbacks), _ago(rt, kept.calls)
    return [
        Plain("callbacks", "at", month),
        Plain("exchanges", "at", month),
        Plain("conversations", "updated_at", month),
        Plain("sign_in_failures", "at", _ago(rt, 1)),
        Plain("sign_ins", "seen_at", month),
        Plain("invitations", "expires_at", month),
        Plain("known_browsers", "at", year),
        Plain("news_heard", "at", year),
        Plain("unit_days", "asked_at", year),
        Plain("rollups", "until", _ago(rt, kept.audit)),  # counts of nobody's, as long as the audit
    ]


def run(rt: Runtime, seconds: float = float("inf")) -> tuple[Counts, bool]:
    """Purge for at most so long; returns what this run has done so far, and whether it is done."""
    until = time.monotonic() + seconds
    purge_id, counts = _take_up(rt)
    with unit_of_work(rt.engine) as unit:
        erase.seal_latecomers(unit, rt)
    rt.notes.forget_joined(rt.clock().timestamp() - A_DAY)
    for name, done in _batches(rt):
        counts[name] = counts.get(name, 0) + done
        _note(rt, purge_id, counts)
        if done and time.monotonic() > until:
            return counts, False
    carry.write_list(rt)
    _note(rt, purge_id, counts, finished_at=rt.clock())
    logger.info("purged %s", " ".join(f"{name}={count}" for name, count in counts.items()))
    return counts, True


def look(rt: Runtime) -> Counts:
    """Say what a run would do now; changes nothing."""
    with unit_of_work(rt.engine) as unit:
        counts = {kind.name: old.count(unit.db, kind.which) for kind in kinds(rt)}
        for each in tables(rt):
            counts[each.table] = old.count_before(unit.db, each.table, each.column, each.before)
        counts["audit_entries"] = forget.count_audit(unit.db, rt)
        counts["files"] = len(forget.stray_files(unit.db, rt))
    return counts


def _batches(rt: Runtime) -> Iterator[tuple[str, int]]:
    """Do one batch after another; every kind tells a count, be it none."""
    for kind in kinds(rt):
        yield from _until_none(kind.name, lambda kind=kind: _forget_some(rt, kind))  # type: ignore[misc]
    for each in tables(rt):
        yield from _until_none(each.table, lambda each=each: _delete_some(rt, each))  # type: ignore[misc]
    yield from _until_none("audit_entries", lambda: forget.delete_audit(rt, BATCH))
    yield "files", forget.remove_stray_files(rt)


def _until_none(name: str, some: Callable[[], int]) -> Iterator[tuple[str, int]]:
    while done := some():
        yield name, done
    yield name, 0


def _forget_some(rt: Runtime, kind: Kind) -> int:
    with unit_of_work(rt.engine) as unit:
        old.begin(unit.db)
        ids = list(unit.db.scalars(kind.which.limit(kind.batch)))
        if ids:
            kind.forget(unit, rt, ids)
    return len(ids)


def _delete_some(rt: Runtime, each: Plain) -> int:
    with unit_of_work(rt.engine) as unit:
        old.begin(unit.db)
        return old.delete_before(unit.db, each.table, each.column, each.before, BATCH)


def _take_up(rt: Runtime) -> tuple[int, Counts]:
    """Go on with the run that was cut off, or begin one."""
    with unit_of_work(rt.engine) as unit:
        purge = _open_run(unit.db, rt.clock())
        if purge is None:
            purge = Purge(at=rt.clock(), profile=rt.profile.version, counts={})
            unit.db.add(purge)
            unit.db.flush()
        return purge.id, dict(purge.counts)


def _open_run(db: Session, now: datetime) -> Purge | None:
    query = select(Purge).where(Purge.finished_at.is_(None), Purge.at > now - GOES_ON_FOR)
    return db.scalar(query.order_by(Purge.id.desc()).limit(1))


def _note(rt: Runtime, purge_id: int, counts: Counts, finished_at: datetime | None = None) -> None:
    with unit_of_work(rt.engine) as unit:
        purge = unit.db.get_one(Purge, purge_id)
        purge.counts, purge.finished_at = dict(counts), finished_at


def _ago(rt: Runtime, days: int) -> datetime:
    return rt.clock() - timedelta(days=days)
