"""Numbers nobody may contact, by keyed hash, apart from members (rules.md L7).

An entry is never taken away, only lifted; an opt-out by the person's own act alone (`lift_opt_out`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from gateway.errors import NotAllowed, NotFound
from gateway.models import Member, OtherNumber, PhoneNumber, Staff, Suppression, Unit
from gateway.rules.contact import Suppressed
from gateway.store.units import is_under

OPTED_OUT = str(Suppressed.OPT_OUT)
DO_NOT_DISTURB = str(Suppressed.DO_NOT_DISTURB)
MEMBER, STAFF, PROVIDER, SCRUB, ERASURE = "member", "staff", "provider", "scrub", "erasure"
GRAVITY = (
    Suppressed.COURT,
    Suppressed.COMPLAINT,
    Suppressed.RECYCLED,
    Suppressed.INVALID,
    Suppressed.OPT_OUT,
    Suppressed.DO_NOT_DISTURB,
)
PAGE = 30


@dataclass(frozen=True)
class Row:
    """One entry as staff see it: the number's last digits where we know the number, who entered it."""

    entry: Suppression
    tail: str | None
    staff_name: str | None


def add_suppression(
    db: Session,
    number_index: bytes,
    reason: str,
    now: datetime,
    source: str = MEMBER,
    staff_id: int | None = None,
    scrub_id: int | None = None,
) -> bool:
    """Suppress; a reason already in force stays as it is. Says whether it is new."""
    row = {
        "number_index": number_index,
        "reason": reason,
        "source": source,
        "staff_id": staff_id,
        "scrub_id": scrub_id,
        "at": now,
    }
    query = insert(Suppression).values(row).on_conflict_do_nothing().returning(Suppression.id)
    return db.scalar(query) is not None


def add_listed(db: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Enter what a round with the register brought; an entry of an earlier round now is this one's."""
    if not rows:
        return
    query = insert(Suppression).values(list(rows))
    db.execute(
        query.on_conflict_do_update(
            index_elements=["number_index", "reason"],
            index_where=Suppression.lifted_at.is_(None),
            set_={"scrub_id": query.excluded.scrub_id, "at": query.excluded.at},
            where=Suppression.source == SCRUB,
        )
    )


def lift_opt_out(db: Session, number_index: bytes, now: datetime) -> None:
    """The person asked to be called again: their own opt-out ends, other reasons stay."""
    db.execute(
        update(Suppression)
        .where(Suppression.number_index == number_index, Suppression.reason == OPTED_OUT)
        .where(Suppression.lifted_at.is_(None))
        .values(lifted_at=now)
    )


def lift_recycled(db: Session, number_index: bytes, now: datetime) -> None:
    """Whoever has this number now has agreed themselves: it need not be silent for its former owner's sake."""
    db.execute(
        update(Suppression)
        .where(Suppression.number_index == number_index, Suppression.reason == str(Suppressed.RECYCLED))
        .where(Suppression.lifted_at.is_(None))
        .values(lifted_at=now)
    )


def lift(db: Session, viewer_path: str, suppression_id: int, now: datetime) -> Suppression:
    """End an entry that was wrong or is over; twice changes nothing.

    Raises NotFound where the viewer may not see it, NotAllowed for an opt-out: nobody but its owner ends that (L7).
    """
    query = select(Suppression).where(Suppression.id == suppression_id, is_seen_by(viewer_path))
    found = db.scalar(query.with_for_update())
    if found is None:
        raise NotFound("there is no such entry")
    if found.reason == OPTED_OUT:
        raise NotAllowed("an opt-out ends only when the person agrees again themselves", "opt-out")
    found.lifted_at = found.lifted_at or now
    return found


def find_suppression(db: Session, number_index: bytes) -> str | None:
    """Return why this number is suppressed, the gravest first, or None."""
    query = select(Suppression.reason).where(
        Suppression.number_index == number_index, Suppression.lifted_at.is_(None)
    )
    return min(db.scalars(query), key=_gravity, default=None)


def find_suppression_of(db: Session, number_id: int) -> str | None:
    """The same, for a number that is known by its id."""
    index = db.scalar(select(PhoneNumber.index).where(PhoneNumber.id == number_id))
    return find_suppression(db, index) if index else None


def last_opt_out(db: Session, number_index: bytes) -> datetime | None:
    """Return when this number was last opted out, also where that was lifted since."""
    query = select(func.max(Suppression.at))
    return db.scalar(query.where(Suppression.number_index == number_index, Suppression.reason == OPTED_OUT))


def list_of(db: Session, viewer_path: str, number_index: bytes) -> list[Row]:
    """List everything entered about one number, the newest first; what was lifted too."""
    return _rows(db, and_(Suppression.number_index == number_index, is_seen_by(viewer_path)), None)


def list_visible(
    db: Session, viewer_path: str, reason: str | None = None, after: int | None = None
) -> list[Row]:
    """List a page of what is in force, the newest first; `after` is the last entry of the page before."""
    wanted = [Suppression.lifted_at.is_(None), is_seen_by(viewer_path)]
    if reason:
        wanted.append(Suppression.reason == reason)
    if after:
        wanted.append(Suppression.id < after)
    return _rows(db, and_(*wanted), PAGE + 1)


def count_by_reason(db: Session, viewer_path: str) -> dict[str, int]:
    """Count what is in force."""
    query = select(Suppression.reason, func.count()).where(Suppression.lifted_at.is_(None))
    rows = db.execute(query.where(is_seen_by(viewer_path)).group_by(Suppression.reason))
    return {row[0]: row[1] for row in rows}


def is_seen_by(viewer_path: str) -> ColumnElement[bool]:
    """SQL: the number is that of a member at or below the viewer's unit; whoever is at the root sees all."""
    if is_root(viewer_path):
        return true()
    number = aliased(PhoneNumber)
    return exists().where(number.index == Suppression.number_index, _has_member(viewer_path, number.id))


def is_number_of(db: Session, viewer_path: str, number_index: bytes) -> bool:
    """Whether this is the number of a member at or below the viewer's unit; at the root every number is theirs."""
    found = select(PhoneNumber.id).where(
        PhoneNumber.index == number_index, _has_member(viewer_path, PhoneNumber.id)
    )
    return is_root(viewer_path) or db.scalar(found) is not None


def is_root(path: str) -> bool:
    return path.strip("/").count("/") == 0


def _has_member(viewer_path: str, number_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    first = exists().where(
        Member.number_id == number_id, Unit.id == Member.unit_id, is_under(Unit.path, viewer_path)
    )
    further = exists().where(
        OtherNumber.number_id == number_id,
        OtherNumber.until.is_(None),
        Member.id == OtherNumber.member_id,
        Unit.id == Member.unit_id,
        is_under(Unit.path, viewer_path),
    )
    return or_(first, further)


def _rows(db: Session, wanted: ColumnElement[bool], limit: int | None) -> list[Row]:
    query = (
        select(Suppression, PhoneNumber.tail, Staff.name)
        .outerjoin(PhoneNumber, PhoneNumber.index == Suppression.number_index)
        .outerjoin(Staff, Staff.id == Suppression.staff_id)
    )
    return [Row(*row) for row in db.execute(query.where(wanted).order_by(Suppression.id.desc()).limit(limit))]


def _gravity(reason: str) -> int:
    return GRAVITY.index(Suppressed(reason)) if reason in set(Suppressed) else 1
