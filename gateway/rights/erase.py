"""Erasure: all use stops now, nobody sees the member any more, and what the law wants kept is sealed apart (rules.md L12).

Everything about the member goes into one text under a key of its own (`erased`), then each row is blanked in place: what
stays is that there was somebody, and problems of the place with what became of them. Twice changes nothing; what comes
late (a recording of the call on which it was asked) is sealed as well, by the call's end or by the nightly run.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gateway import ledger
from gateway.db import UnitOfWork
from gateway.errors import NotFound
from gateway.keyring import ERASED
from gateway.models import Addition, Answer, Delivery, Erasure, Member, Message, ReportEvent
from gateway.people.everything import everything, gather, numbers_of
from gateway.rights import carry
from gateway.rules import consent as rule
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import numbers, rights_rows, suppressions
from gateway.store.staff import add_audit

logger = logging.getLogger(__name__)

KEY, SMS, STAFF, RETENTION, RESTORED = "key", "sms", "staff", "retention", "restored"
PLACE = "erasures.sealed"
LATE = timedelta(days=3)


def erase(
    unit: UnitOfWork,
    rt: Runtime,
    member_id: int,
    how: str,
    *,
    scene: Scene | None = None,
    staff_id: int | None = None,
    wants_no_calls: bool = True,
) -> Erasure:
    """Forget one member, with every row that was merged into theirs. Raises NotFound where there is none.

    `wants_no_calls`: their number, where nobody else has it, is suppressed as an opt-out; one in force stays either way.
    """
    member = unit.db.scalar(select(Member).where(Member.id == member_id).with_for_update())
    if member is None or member.merged_into_id is not None:
        raise NotFound("there is no such member")
    known = find(unit.db, member_id)
    if known is None:
        known = _begin(unit, rt, member, how, staff_id)
        if how != RETENTION:  # who left long ago agreed to nothing any more
            _withdraw(unit, rt, member, how, scene, staff_id, wants_no_calls)
        add_audit(
            unit.db,
            staff_id,
            "member-erased",
            rt.clock(),
            "member",
            member.id,
            unit_id=member.unit_id,
            how=how,
        )
    seal_away(unit, rt, known)
    unit.ring(lambda: carry.note(rt))
    if known.purge_after <= rt.clock():
        unit.ring(rt.bells.purge)  # this country asks for no floor
    logger.info("member erased member_id=%s how=%s", member.id, how)
    return known


def find(db: Session, member_id: int) -> Erasure | None:
    return db.scalar(select(Erasure).where(Erasure.member_id == member_id))


def seal_away(unit: UnitOfWork, rt: Runtime, erasure: Erasure) -> None:
    """Seal what is still there of an erased member and blank it; forget their numbers as soon as they are idle."""
    unit.db.flush()
    _mean_it(unit.db)
    now, sealed = rt.clock(), _opened(rt, erasure)
    for member_id in rights_rows.same_person(unit.db, erasure.member_id):
        member = unit.db.get_one(Member, member_id, populate_existing=True)
        rows = gather(unit.db, member)
        if _has_anything(member, rows):
            sealed.append(everything(unit.db, rt, member))
            own, shared = numbers_of(unit.db, member)
            erasure.number_ids = sorted({*erasure.number_ids, *own, *shared})
            _blank(unit.db, member, rows, own, now)
    if erasure.purged_at is None:
        erasure.sealed = rt.vault.purpose(ERASED).seal_text(json.dumps(sealed), PLACE, erasure.member_id)
    forget_numbers(unit.db, erasure)


def forget_numbers(db: Session, erasure: Erasure) -> None:
    """Take away the numbers that nobody else has; one on a call of this minute waits for its end."""
    mine = set(erasure.number_ids) - rights_rows.numbers_in_use(db, erasure.number_ids)
    busy = rights_rows.numbers_busy(db, mine)
    rights_rows.blank_numbers(db, mine - busy)
    erasure.number_ids = sorted(busy)


def forget_idle_numbers(db: Session) -> None:
    """Forget numbers that were on a call, or awaited a last text, when their member was erased."""
    for erasure in db.scalars(select(Erasure).where(Erasure.number_ids != [])):
        forget_numbers(db, erasure)


def seal_latecomers(unit: UnitOfWork, rt: Runtime) -> None:
    """Look once more at those erased in the last days: a recording, a text may have come after them."""
    query = select(Erasure).where(Erasure.at > rt.clock() - LATE, Erasure.purged_at.is_(None))
    for erasure in unit.db.scalars(query).all():
        seal_away(unit, rt, erasure)


def after_call(unit: UnitOfWork, rt: Runtime, member_id: int | None) -> None:
    """A call is over: was it that of somebody who has been erased meanwhile?"""
    erasure = find(unit.db, member_id) if member_id else None
    if erasure is not None:
        seal_away(unit, rt, erasure)


def open_sealed(rt: Runtime, erasure: Erasure) -> list[dict[str, Any]]:
    """Open what was sealed: for a court that orders it and for the purge; no screen shows it."""
    return _opened(rt, erasure)


def _begin(unit: UnitOfWork, rt: Runtime, member: Member, how: str, staff_id: int | None) -> Erasure:
    floor = timedelta(days=rt.profile.retention.erased_floor_days)
    erasure = Erasure(
        member_id=member.id, how=how, staff_id=staff_id, at=rt.clock(), purge_after=rt.clock() + floor
    )
    unit.db.add(erasure)
    return erasure


def _withdraw(
    unit: UnitOfWork,
    rt: Runtime,
    member: Member,
    how: str,
    scene: Scene | None,
    staff_id: int | None,
    wants_no_calls: bool,
) -> None:
    """End what was agreed to; the ledger says so as long as it is kept."""
    where = scene or Scene(member.number_id, member.id, member.language or "")
    ledger.write(
        unit, rt, where, member.id, ledger.Line(rule.EVERYTHING, rule.WITHDRAWN, how, staff_id=staff_id)
    )
    own, _ = numbers_of(unit.db, member)
    for number_id in own if wants_no_calls else ():
        index = numbers.index_of(unit.db, number_id)
        suppressions.add_suppression(unit.db, index, suppressions.OPTED_OUT, rt.clock())


def _has_anything(member: Member, rows: dict[str, list[dict[str, Any]]]) -> bool:
    if member.erased_at is None or rows["reports"] or rows["posts"]:
        return True
    words = [*rows["messages"], *rows["deliveries"], *rows["rights_requests"]]
    talks = [row for row in rows["calls"] if row["state"] == "ended" and row["facts"] is not None]
    notes = [row for row in rows["voice_notes"] if row["withheld_at"] is None]
    return bool(talks or notes or any(row["sealed_text"] for row in words))


def _blank(
    db: Session, member: Member, rows: dict[str, list[dict[str, Any]]], own: set[int], now: datetime
) -> None:
    ids = {name: [row["id"] for row in found if "id" in row] for name, found in rows.items()}
    rights_rows.cancel_owed(db, [member.id], own, now)
    rights_rows.withhold_notes(db, ids["voice_notes"], now)
    rights_rows.forget_reports(db, ids["reports"])
    rights_rows.blank(db, ReportEvent, ids["report_events"], sealed_note=None)
    rights_rows.blank(db, Addition, ids["additions"], **rights_rows.NOTHING_ADDED)
    rights_rows.blank(db, Answer, ids["answers"], texts={}, sounds={})
    rights_rows.blank(db, Message, ids["messages"], sealed_text=b"")
    rights_rows.blank(db, Delivery, _over(rows["deliveries"]), sealed_text=None)
    rights_rows.forget_talks(db, ids["calls"])
    rights_rows.forget_ties(db, [member.id], own, now)
    rights_rows.close_requests(db, [member.id], now)
    rights_rows.blank_members(db, [member.id], now)
    db.flush()
    db.expire_all()


def _over(deliveries: Sequence[dict[str, Any]]) -> list[int]:
    """What is being sent this second still needs its words; the nightly run takes them."""
    return [row["id"] for row in deliveries if row["state"] != "sending"]


def _opened(rt: Runtime, erasure: Erasure) -> list[dict[str, Any]]:
    if erasure.sealed is None:
        return []
    opened = rt.vault.purpose(ERASED).open_text(erasure.sealed, PLACE, erasure.member_id)
    return list(json.loads(opened))


def _mean_it(db: Session) -> None:
    """Say to the ledgers' guard that rows may change in this transaction."""
    db.execute(text("SET LOCAL memberline.purging = 'on'"))
