"""Members as staff look for them: by name, by exact number, by unit; one with ledger and last contacts. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import (
    Call,
    Consent,
    Delivery,
    Member,
    OtherNumber,
    PhoneNumber,
    Post,
    Report,
    Suppression,
    Unit,
)
from gateway.names import search_key
from gateway.states import MemberStatus
from gateway.store import member_search
from gateway.store.reports import select_visible
from gateway.store.sight import Sight
from gateway.store.units import is_under

PAGE, RECENT = 30, 10
MOST_WORDS = 6
BOOTH = "booth"


@dataclass(frozen=True)
class Search:
    """What is looked for; `number_index` is the keyed hash of an exact number, `after` the last member shown.

    `post` is a title held now; `lacks_booth`: holds a post above the booth and has no home booth (activities.md S4-58).
    """

    name: str = ""
    number_index: bytes | None = None
    unit_path: str | None = None
    after: str | None = None
    post: str = ""
    tag: str = ""
    handset: str = ""
    lacks_booth: bool = False

    @property
    def is_narrowed(self) -> bool:
        return bool(self.name or self.number_index or self.unit_path or self.is_filtered)

    @property
    def is_filtered(self) -> bool:
        return bool(self.post or self.tag or self.handset or self.lacks_booth)


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
    """List members: the best match of a name first, else by name, or the newest first where there are very many.

    Who has left is found only by an exact number; who was merged or erased never.
    """
    query = _joined(viewer_path).where(Member.erased_at.is_(None), Member.merged_into_id.is_(None))
    if search.number_index is not None:
        return _page(
            db, query.where(Member.id.in_(_on_number(search.number_index))), (Member.name,), search, size
        )
    path = search.unit_path if search.unit_path is not None else viewer_path
    query = query.where(Member.status != MemberStatus.LEFT, is_under(Unit.path, path), *_filters(search))
    if search.name:
        words = search_key(search.name).split()[:MOST_WORDS]
        found = member_search.find(db, path, words) if words else []
        best_first = (-member_search.score(words), Member.name)
        is_found = Member.id == any_(literal(found, ARRAY(BigInteger)))  # one value, not hundreds
        return _page(db, query.where(is_found), best_first, search, size)
    return _page(db, query, () if member_search.is_wide(db, path) else (Member.name,), search, size)


def _page(db: Session, query: Any, order: tuple[Any, ...], search: Search, size: int) -> Page:
    key = (*order, Member.id) if order else (-Member.id,)
    if search.after:
        last = db.execute(select(*key).where(Member.public_id == search.after)).one_or_none()
        if last is not None:
            query = query.where(tuple_(*key) > tuple_(*last) if order else Member.id < -last[0])
    found = db.execute(query.order_by(*(key if order else (Member.id.desc(),))).limit(size + 1)).all()
    rows = [Row(*each) for each in found[:size]]
    return Page(rows, rows[-1].member.public_id if len(found) > size else None)


def _filters(search: Search) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    held = select(Post.member_id).where(Post.until.is_(None))
    if search.post:
        wanted.append(Member.id.in_(held.where(func.lower(Post.title) == search.post.lower())))
    if search.tag:
        wanted.append(Member.tags.contains([search.tag]))
    if search.handset:
        wanted.append(Member.handset == search.handset)
    if search.lacks_booth:
        wanted += [Member.id.in_(held), Member.home_unit_id.is_(None), Unit.kind != BOOTH]
    return wanted


def _on_number(index: bytes) -> Any:
    number_id = select(PhoneNumber.id).where(PhoneNumber.index == index).scalar_subquery()
    further = select(OtherNumber.member_id).where(
        OtherNumber.number_id == number_id, OtherNumber.until.is_(None)
    )
    return select(Member.id).where(Member.number_id == number_id).union_all(further)


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


def list_reports(db: Session, sight: Sight, member_id: int) -> Sequence[Report]:
    """List this member's last reports that the viewer may know of."""
    query = select_visible(sight).where(Report.member_id == member_id)
    found: Sequence[Report] = db.scalars(query.order_by(Report.received_at.desc()).limit(RECENT)).all()
    return found


def list_calls(db: Session, member_id: int) -> Sequence[Call]:
    """List this member's last calls, both directions."""
    query = select(Call).where(Call.member_id == member_id, ~Call.is_sealed)
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
