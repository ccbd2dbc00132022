"""The numbers of one member: the one that is rung first, further ones, and those they had before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import Delivery, Member, OtherNumber, PhoneNumber, Unit
from gateway.states import DeliveryState, MemberStatus
from gateway.store.units import is_under

FIRST, FURTHER, BEFORE = "first", "further", "before"


@dataclass(frozen=True)
class Line:
    """One number of a member. `place` is first, further or before; `since` is not known of the first one."""

    number_id: int
    tail: str
    place: str
    since: datetime | None
    until: datetime | None
    reason: str | None
    invalid_at: datetime | None


def list_numbers(db: Session, member: Member) -> list[Line]:
    """List a member's numbers: the first, further ones, then those they had, the last one given up first."""
    first = db.get(PhoneNumber, member.number_id) if member.number_id else None
    lines = [Line(first.id, first.tail, FIRST, None, None, None, first.invalid_at)] if first else []
    others = db.execute(
        select(OtherNumber, PhoneNumber.tail, PhoneNumber.invalid_at)
        .join(PhoneNumber, PhoneNumber.id == OtherNumber.number_id)
        .where(OtherNumber.member_id == member.id)
        .order_by(OtherNumber.until.desc().nulls_first(), OtherNumber.id)
    )
    for other, tail, invalid_at in others:
        place = FURTHER if other.until is None else BEFORE
        lines.append(Line(other.number_id, tail, place, other.since, other.until, other.reason, invalid_at))
    return lines


def list_sharing(db: Session, viewer_path: str, member: Member) -> list[tuple[Member, str]]:
    """List who else is on this member's numbers, with the name of their unit; only those whom the viewer may know of."""
    in_use = select(OtherNumber.number_id).where(
        OtherNumber.until.is_(None), OtherNumber.member_id == member.id
    )
    mine = [number_id for number_id in (member.number_id, *db.scalars(in_use)) if number_id]
    further = select(OtherNumber.member_id).where(
        OtherNumber.number_id.in_(mine), OtherNumber.until.is_(None)
    )
    on_them = select(Member.id).where(Member.number_id.in_(mine)).union_all(further)
    query = (
        select(Member, Unit.name)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.id.in_(on_them), Member.id != member.id, Member.status != MemberStatus.LEFT)
        .where(is_under(Unit.path, viewer_path))
    )
    return [(found, place) for found, place in db.execute(query.order_by(Member.id).limit(20))]


def find_in_use(db: Session, member_id: int, number_id: int) -> OtherNumber | None:
    """Return the row of a further number that is in use."""
    query = select(OtherNumber).where(OtherNumber.member_id == member_id, OtherNumber.number_id == number_id)
    return db.scalar(query.where(OtherNumber.until.is_(None)))


def send_on(db: Session, member_id: int, from_id: int, to_id: int) -> None:
    """What waits to be sent to this member goes to the other number."""
    waiting = (DeliveryState.QUEUED, DeliveryState.HELD)
    owed = (Delivery.member_id == member_id, Delivery.number_id == from_id, Delivery.state.in_(waiting))
    db.execute(update(Delivery).where(*owed).values(number_id=to_id))


def list_waiting(db: Session, member_id: int, number_id: int) -> Sequence[int]:
    """List what waits to be sent to this member on this number."""
    waiting = (DeliveryState.QUEUED, DeliveryState.HELD)
    owed = (Delivery.member_id == member_id, Delivery.number_id == number_id, Delivery.state.in_(waiting))
    return db.scalars(select(Delivery.id).where(*owed)).all()
