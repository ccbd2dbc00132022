"""Who has joined and is to be placed or looked at, whose number is lost, who rang in vain: limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import (
    Delivery,
    Enrolment,
    JoinCode,
    Member,
    NumberChange,
    OtherNumber,
    PhoneNumber,
    Unit,
    VoiceNote,
)
from gateway.states import DeliveryReason, DeliveryState, MemberStatus
from gateway.store.units import is_under

PAGE = 20
NameNote, PlaceNote = aliased(VoiceNote), aliased(VoiceNote)
Inviter = aliased(Member)


class JoinedRow(NamedTuple):
    """One joining with what staff need to place it: spoken or written, by whose code."""

    enrolment: Enrolment
    member: Member
    place: Unit
    tail: str | None
    name_note: VoiceNote | None
    place_note: VoiceNote | None
    inviter: str | None
    code: JoinCode | None

    @property
    def is_held(self) -> bool:
        return bool(self.enrolment.flags) and self.enrolment.cleared_at is None


class LostRow(NamedTuple):
    """A member whose number belongs to somebody else now."""

    member: Member
    place: Unit
    until: datetime | None


class VainRow(NamedTuple):
    """A ring that could not be answered; `member` where the number is known."""

    at: datetime
    tail: str
    member: Member | None


def list_waiting(db: Session, viewer_path: str, after: int = 0) -> tuple[list[JoinedRow], bool]:
    """List who is still to be placed, or is held, the longest waiting first; and whether more follow."""
    query = _rows(viewer_path).where(_waits(), Enrolment.id > after).order_by(Enrolment.id)
    found = [JoinedRow(*row) for row in db.execute(query.limit(PAGE + 1))]
    return found[:PAGE], len(found) > PAGE


def count_waiting(db: Session, viewer_path: str) -> int:
    query = (
        select(func.count(Enrolment.id))
        .join(Member, Member.id == Enrolment.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(_waits(), is_under(Unit.path, viewer_path))
    )
    return db.scalars(query).one()


def get_waiting(db: Session, viewer_path: str, public_id: str) -> JoinedRow:
    """Return the joining of one member; raises NotFound where the viewer has nothing to do with it."""
    found = db.execute(_rows(viewer_path).where(Member.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such member")
    return JoinedRow(*found)


def list_alike(db: Session, viewer_path: str, member: Member) -> Sequence[tuple[Member, str]]:
    """List other members of exactly this name, as `names` spells it: they may be the same person (S3-39)."""
    if not member.search:
        return []
    query = (
        select(Member, Unit.name)
        .join(Unit, Unit.id == Member.unit_id)
        .where(Member.search == member.search, Member.id != member.id, Member.status != MemberStatus.LEFT)
        .where(is_under(Unit.path, viewer_path))
    )
    return [(found, place) for found, place in db.execute(query.order_by(Member.id).limit(3))]


def list_lost(db: Session, viewer_path: str, since: datetime, limit: int = 30) -> list[LostRow]:
    """List members who have no number since theirs belongs to somebody else."""
    query = (
        select(Member, Unit, func.max(OtherNumber.until))
        .join(Unit, Unit.id == Member.unit_id)
        .join(OtherNumber, OtherNumber.member_id == Member.id)
        .where(Member.number_id.is_(None), Member.status != MemberStatus.LEFT)
        .where(OtherNumber.reason == "recycled", OtherNumber.until > since)
        .where(is_under(Unit.path, viewer_path))
        .group_by(Member.id, Unit.id)
        .order_by(func.max(OtherNumber.until).desc())
    )
    return [LostRow(*row) for row in db.execute(query.limit(limit))]


def list_in_vain(
    db: Session, viewer_path: str, root_path: str, since: datetime, limit: int = 30
) -> list[VainRow]:
    """List rings since then whose call-back was never picked up, and who was not reached after it either.

    Numbers nobody knows belong to the top: only who is bound to it sees them.
    """
    later = aliased(Delivery)
    was_reached = exists().where(
        later.number_id == Delivery.number_id,
        later.reason == DeliveryReason.RING,
        later.state == DeliveryState.HEARD,
        later.id > Delivery.id,
    )
    is_mine = is_under(Unit.path, viewer_path)
    query = (
        select(func.max(Delivery.created_at), PhoneNumber.tail, Member)
        .join(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .outerjoin(Member, and_(Member.number_id == Delivery.number_id, Member.status != MemberStatus.LEFT))
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .where(Delivery.reason == DeliveryReason.RING, Delivery.state == DeliveryState.FAILED)
        .where(Delivery.created_at > since, ~was_reached)
        .where(or_(is_mine, Member.id.is_(None)) if viewer_path == root_path else is_mine)
        .group_by(PhoneNumber.id, Member.id)
        .order_by(func.max(Delivery.created_at).desc())
    )
    return [VainRow(*row) for row in db.execute(query.limit(limit))]


def find_note(db: Session, viewer_path: str, public_id: str) -> tuple[VoiceNote, int | None]:
    """Return a name or village that was spoken, with its member; raises NotFound where the viewer may not hear it."""
    note = db.scalar(
        select(VoiceNote).where(VoiceNote.public_id == public_id, VoiceNote.withheld_at.is_(None))
    )
    if note is None:
        raise NotFound("there is no such recording")
    own = (
        select(Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(Enrolment, Enrolment.member_id == Member.id)
        .where(or_(Member.name_note_id == note.id, Enrolment.place_note_id == note.id))
        .where(is_under(Unit.path, viewer_path), Member.erased_at.is_(None))
    )
    said = (
        select(NumberChange.id)
        .join(Unit, Unit.id == NumberChange.unit_id)
        .where(NumberChange.note_id == note.id, is_under(Unit.path, viewer_path))
    )
    member_id = db.scalar(own.limit(1))
    if member_id is None and db.scalar(said.limit(1)) is None:
        raise NotFound("there is no such recording")
    return note, member_id


def _waits() -> Any:
    is_held = and_(func.jsonb_array_length(Enrolment.flags) > 0, Enrolment.cleared_at.is_(None))
    return and_(
        Enrolment.joined_at.is_not(None),
        Member.status == MemberStatus.ACTIVE,
        or_(Enrolment.placed_at.is_(None), is_held),
    )


def _rows(viewer_path: str) -> Any:
    return (
        select(Enrolment, Member, Unit, PhoneNumber.tail, NameNote, PlaceNote, Inviter.name, JoinCode)
        .join(Member, Member.id == Enrolment.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Member.number_id)
        .outerjoin(NameNote, NameNote.id == Member.name_note_id)
        .outerjoin(PlaceNote, PlaceNote.id == Enrolment.place_note_id)
        .outerjoin(Inviter, Inviter.id == Enrolment.inviter_id)
        .outerjoin(JoinCode, JoinCode.id == Enrolment.code_id)
        .where(is_under(Unit.path, viewer_path), Member.erased_at.is_(None))
    )
