"""Members as staff look for them: by name, by exact number, by unit; one with ledger and last contacts. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Call, Consent, Delivery, Member, PhoneNumber, Post, Report, Suppression, Unit
from gateway.states import MemberStatus
from gateway.store.reports import select_visible
from gateway.store.units import is_under

PAGE, RECENT = 30, 10


@dataclass(frozen=True)
class Search:
    """What is looked for; `number_index` is the keyed hash of an exact number, `after` the last member shown."""

    name: str = ""
    number_index: bytes | None = None
    unit_path: str | None = None
    after: str | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.name or self.number_index or self.unit_path)


@dataclass(frozen=True)
class Row:
    """One member with place and number's tail; `is_usable`: the number can be dialled."""

    member: Member
    place: Unit
    tail: str | None
    invalid_at: datetime | None


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the key of the next (None at the end)."""

    rows: list[Row]
    next_key: str | None


def list_members(db: Session, viewer_path: str, search: Search, size: int = PAGE) -> Page:
    """List members by name; who has left is found only by an exact number."""
    query = _joined(viewer_path)
    if search.number_index is not None:
        query = query.where(PhoneNumber.index == search.number_index)
    else:
        query = query.where(Member.status != MemberStatus.LEFT)
    if search.name:
        query = query.where(Member.name.icontains(search.name, autoescape=True))
    if search.unit_path is not None:
        query = query.where(is_under(Unit.path, search.unit_path))
    if search.after:
        last = db.execute(
            select(Member.name, Member.id).where(Member.public_id == search.after)
        ).one_or_none()
        if last is not None:
            query = query.where(tuple_(Member.name, Member.id) > tuple_(*last))
    found = db.execute(query.order_by(Member.name, Member.id).limit(size + 1)).all()
    rows = [Row(*each) for each in found[:size]]
    return Page(rows, rows[-1].member.public_id if len(found) > size else None)


def get_row(db: Session, viewer_path: str, public_id: str) -> Row:
    """Return one member; raises NotFound where there is none at or below the viewer's unit."""
    here = (Member.public_id == public_id, Member.erased_at.is_(None), Member.merged_into_id.is_(None))
    found = db.execute(_joined(viewer_path).where(*here)).one_or_none()
    if found is None:
        raise NotFound("there is no such member")
    return Row(*found)


def find_merged(db: Session, viewer_path: str, public_id: str) -> str | None:
    """Return the public id of the member into whom this one was merged, where the viewer may know of them."""
    kept = aliased(Member)
    query = (
        select(kept.public_id)
        .join(Member, Member.merged_into_id == kept.id)
        .join(Unit, Unit.id == kept.unit_id)
        .where(Member.public_id == public_id, kept.erased_at.is_(None), is_under(Unit.path, viewer_path))
    )
    return db.scalar(query)


def ledger(db: Session, member_id: int) -> Sequence[Consent]:
    """List what this member agreed to and withdrew, the newest first."""
    query = select(Consent).where(Consent.member_id == member_id)
    return db.scalars(query.order_by(Consent.at.desc(), Consent.id.desc())).all()


def list_posts(db: Session, member_id: int) -> list[tuple[Post, str]]:
    """List the posts held now, each with the name of its unit."""
    query = (
        select(Post, Unit.name)
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.member_id == member_id, Post.until.is_(None))
    )
    return [(post, name) for post, name in db.execute(query.order_by(Post.since))]


def list_reports(db: Session, viewer_path: str, member_id: int) -> Sequence[Report]:
    """List this member's last reports that the viewer may know of."""
    query = select_visible(viewer_path).where(Report.member_id == member_id)
    found: Sequence[Report] = db.scalars(query.order_by(Report.received_at.desc()).limit(RECENT)).all()
    return found


def list_calls(db: Session, member_id: int) -> Sequence[Call]:
    """List this member's last calls, both directions."""
    query = select(Call).where(Call.member_id == member_id)
    return db.scalars(query.order_by(Call.started_at.desc()).limit(RECENT)).all()


def list_deliveries(db: Session, member_id: int) -> Sequence[Delivery]:
    """List what was last owed to this member."""
    query = select(Delivery).where(Delivery.member_id == member_id)
    return db.scalars(query.order_by(Delivery.id.desc()).limit(RECENT)).all()


def suppressed_as(db: Session, number_id: int | None) -> list[str]:
    """List why this number may not be contacted."""
    query = (
        select(Suppression.reason)
        .join(PhoneNumber, PhoneNumber.index == Suppression.number_index)
        .where(PhoneNumber.id == number_id, Suppression.lifted_at.is_(None))
    )
    return sorted(db.scalars(query)) if number_id else []


def _joined(viewer_path: str) -> Any:
    return (
        select(Member, Unit, PhoneNumber.tail, PhoneNumber.invalid_at)
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(is_under(Unit.path, viewer_path))
    )
