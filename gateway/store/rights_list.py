"""Requests, erasures and purges as staff look at them, limited to the viewer's unit; and counts of what is held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import (
    Call,
    Erasure,
    Member,
    Message,
    PhoneNumber,
    Purge,
    Report,
    RightsRequest,
    Unit,
    VoiceNote,
)
from gateway.store.units import is_under

SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """One request with its place and, where it was said who asks, the member."""

    request: RightsRequest
    place: str
    member_id: str | None
    name: str | None
    tail: str | None


@dataclass(frozen=True)
class Gone:
    """One erasure; all it tells is where somebody was."""

    erasure: Erasure
    place: str


def counts_of(db: Session, member_id: int | None, numbers: Collection[int]) -> dict[str, int]:
    """Count calls, messages, reports and recordings of a member, with what only a number of theirs says.

    Where nobody said who, everything on the number counts.
    """
    columns: list[ColumnElement[Any]] = []
    for name, model in (("calls", Call), ("messages", Message), ("reports", Report)):
        query = select(func.count(model.id)).where(_is_theirs(model, member_id, numbers))
        columns.append(query.scalar_subquery().label(name))
    notes = select(func.count(VoiceNote.id)).join(Call, Call.id == VoiceNote.call_id)
    kept = notes.where(_is_theirs(Call, member_id, numbers), VoiceNote.purged_at.is_(None))
    columns.append(kept.scalar_subquery().label("notes"))
    return dict(db.execute(select(*columns)).mappings().one())


def open_erasure_request(db: Session, number_id: int) -> RightsRequest | None:
    """Return the request to be forgotten that awaits a key on our own call."""
    query = select(RightsRequest).where(
        RightsRequest.number_id == number_id,
        RightsRequest.kind == "erasure",
        RightsRequest.done_at.is_(None),
    )
    return db.scalar(query.order_by(RightsRequest.id.desc()).limit(1))


def list_requests(db: Session, viewer_path: str) -> list[Asked]:
    """List what nobody has settled yet, the oldest first."""
    query = _asked(viewer_path).where(RightsRequest.done_at.is_(None))
    return [Asked(*row) for row in db.execute(query.order_by(RightsRequest.at).limit(SHOWN))]


def list_requests_of(db: Session, member_id: int) -> Sequence[RightsRequest]:
    """List what this member still waits for."""
    query = select(RightsRequest).where(RightsRequest.member_id == member_id, RightsRequest.done_at.is_(None))
    return db.scalars(query.order_by(RightsRequest.at)).all()


def get_request(db: Session, viewer_path: str, public_id: str) -> RightsRequest:
    row = db.execute(_asked(viewer_path).where(RightsRequest.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such request")
    found: RightsRequest = row[0]
    return found


def list_erasures(db: Session, viewer_path: str) -> list[Gone]:
    """List who was erased, the newest first: places and days, nobody's name."""
    query = (
        select(Erasure, Unit.name)
        .join(Member, Member.id == Erasure.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(is_under(Unit.path, viewer_path))
    )
    return [Gone(*row) for row in db.execute(query.order_by(Erasure.id.desc()).limit(SHOWN))]


def list_purges(db: Session) -> Sequence[Purge]:
    """List what the retention job did, the newest run first."""
    return db.scalars(select(Purge).order_by(Purge.id.desc()).limit(SHOWN)).all()


def _asked(viewer_path: str) -> Any:
    return (
        select(RightsRequest, Unit.name, Member.public_id, Member.name, PhoneNumber.tail)
        .join(Unit, Unit.id == RightsRequest.unit_id)
        .outerjoin(Member, Member.id == RightsRequest.member_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == RightsRequest.number_id)
        .where(is_under(Unit.path, viewer_path))
    )


def _is_theirs(model: Any, member_id: int | None, numbers: Collection[int]) -> ColumnElement[bool]:
    on_number: ColumnElement[bool] = model.number_id.in_(numbers)
    if member_id is None:
        return on_number
    return or_(model.member_id == member_id, and_(on_number, model.member_id.is_(None)))
