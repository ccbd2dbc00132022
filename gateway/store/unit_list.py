"""Units as staff look for them: one with what is under it, counts of members, search, duty numbers. Limited to the viewer's unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import DutyNumber, Member, PhoneNumber, Post, Unit
from gateway.names import search_key
from gateway.states import MemberStatus
from gateway.store import unit_counts
from gateway.store.units import is_under

FOUND, CHILDREN, COMPARED = 50, 200, 1000


@dataclass(frozen=True)
class Child:
    """A unit right under another: open units and members at or below it."""

    unit: Unit
    units: int
    members: int

    @property
    def has_children(self) -> bool:
        return self.units > 1


@dataclass(frozen=True)
class Level:
    """A page of what lies right under a unit; `more` is the last one's id where others follow."""

    children: list[Child]
    more: int | None


@dataclass(frozen=True)
class Held:
    """A post of a unit; `member` is None where it is vacant, or its holder lives where the viewer sees nobody."""

    title: str
    member: Member | None
    is_held: bool


def get_visible(db: Session, viewer_path: str, unit_id: int) -> Unit:
    """Return a unit at or below the viewer's, as it is now; raises NotFound for any other."""
    query = select(Unit).where(Unit.id == unit_id, is_under(Unit.path, viewer_path))
    unit = db.scalar(query.execution_options(populate_existing=True))
    if unit is None:
        raise NotFound("there is no such unit")
    return unit


def list_children(db: Session, unit: Unit, after_id: int | None = None) -> Level:
    """List the open units right under one, by name: a page of them, behind the last one shown."""
    query = select(Unit).where(Unit.parent_id == unit.id, Unit.closed_at.is_(None))
    last = db.get(Unit, after_id) if after_id else None
    if last is not None:
        query = query.where(tuple_(Unit.name, Unit.id) > tuple_(last.name, last.id))
    found = db.scalars(query.order_by(Unit.name, Unit.id).limit(CHILDREN + 1)).all()
    shown = found[:CHILDREN]
    counts = unit_counts.below_children(db, unit.path, [each.id for each in shown])
    more = shown[-1].id if len(found) > CHILDREN else None
    return Level([Child(each, *counts[each.id]) for each in shown], more)


def find_fork(db: Session, unit: Unit) -> Unit:
    """Return the nearest unit at or below this one that has several open ones under it, else the unit itself."""
    here = unit
    while len(under := list_only(db, here)) == 1:
        here = under[0]
    return here if under else unit


def list_only(db: Session, unit: Unit) -> Sequence[Unit]:
    """List the open units right under one, two at most: enough to know whether there is only one."""
    query = select(Unit).where(Unit.parent_id == unit.id, Unit.closed_at.is_(None))
    return db.scalars(query.limit(2)).all()


def list_kinds(db: Session) -> Sequence[str]:
    """List the kinds of all units that are open."""
    return db.scalars(select(Unit.kind).where(Unit.closed_at.is_(None)).distinct()).all()


def list_closed(db: Session, unit: Unit) -> Sequence[Unit]:
    """List the closed units right under one that were not merged, the last closed first."""
    query = select(Unit).where(Unit.parent_id == unit.id, Unit.closed_at.is_not(None))
    return db.scalars(
        query.where(Unit.merged_into_id.is_(None)).order_by(Unit.closed_at.desc()).limit(FOUND)
    ).all()


def kinds_under(db: Session, path: str) -> set[str]:
    """Return the kinds of the open units below the path, without the one at it."""
    below = (is_under(Unit.path, path), Unit.path != path, Unit.closed_at.is_(None))
    return set(db.scalars(select(Unit.kind).where(*below).distinct()))


def point_to(db: Session, merged_id: int, kept_id: int, now: datetime) -> None:
    """Close a unit that was merged; it and all that had been merged into it point to the kept one."""
    earlier = update(Unit).where(Unit.merged_into_id == merged_id)
    db.execute(earlier.values(merged_into_id=kept_id))
    db.execute(update(Unit).where(Unit.id == merged_id).values(closed_at=now, merged_into_id=kept_id))


def search(db: Session, viewer_path: str, words: str, limit: int = FOUND) -> Sequence[Unit]:
    """Find open units by words of name or code in any spelling (`gateway.names`), the likeliest first.

    Where none has all the words, those that come near are found.
    """
    key = search_key(words)
    if not key:
        return []
    has_all = and_(*(Unit.search.contains(word, autoescape=True) for word in key.split()))
    is_near = Unit.search.op("%>", is_comparison=True)(key)
    return _likeliest(db, viewer_path, words, has_all, limit) or _likeliest(
        db, viewer_path, words, is_near, limit
    )


def _likeliest(
    db: Session, viewer_path: str, words: str, is_like: ColumnElement[bool], limit: int
) -> Sequence[Unit]:
    """Of a word that half the tree has, a thousand are compared and no more."""
    wanted = (is_like, is_under(Unit.path, viewer_path), Unit.closed_at.is_(None))
    some = select(Unit.id).where(*wanted).limit(COMPARED).subquery()
    order = (func.lower(Unit.code) == words.lower(), func.similarity(Unit.search, search_key(words)))
    query = select(Unit).where(Unit.id.in_(select(some.c.id)))
    return db.scalars(
        query.order_by(*(each.desc() for each in order), func.length(Unit.path), Unit.name).limit(limit)
    ).all()


def count_own(db: Session, unit_id: int) -> int:
    """Count the members of exactly this unit."""
    query = select(func.count(Member.id)).where(Member.unit_id == unit_id, Member.status != MemberStatus.LEFT)
    return db.scalars(query).one()


def list_posts(db: Session, viewer_path: str, unit_id: int) -> list[Held]:
    """List the posts of exactly this unit: who holds each, and titles that somebody held and nobody does now."""
    lives_at = aliased(Unit)
    query = (
        select(Post.title, Member, is_under(lives_at.path, viewer_path))
        .join(Member, Member.id == Post.member_id)
        .join(lives_at, lives_at.id == Member.unit_id)
        .where(Post.unit_id == unit_id, Post.until.is_(None), Member.status != MemberStatus.LEFT)
    )
    rows = db.execute(query.order_by(func.lower(Post.title), Member.name))
    held = [Held(title, member if is_seen else None, True) for title, member, is_seen in rows]
    taken = {each.title.lower() for each in held}
    once = select(func.max(Post.title)).where(Post.unit_id == unit_id).group_by(func.lower(Post.title))
    vacant = sorted(title for title in db.scalars(once) if title.lower() not in taken)
    return [*held, *(Held(title, None, False) for title in vacant)]


def list_duty(db: Session, unit_id: int) -> list[tuple[DutyNumber, str]]:
    """List the duty numbers of exactly this unit, each with the tail of its number."""
    query = (
        select(DutyNumber, PhoneNumber.tail)
        .join(PhoneNumber, PhoneNumber.id == DutyNumber.number_id)
        .where(DutyNumber.unit_id == unit_id)
        .order_by(DutyNumber.position, DutyNumber.id)
    )
    return [(duty, tail) for duty, tail in db.execute(query)]


def add_duty(db: Session, unit_id: int, number_id: int, name: str) -> None:
    """Add a duty number behind the others; one that is there already stays as it is."""
    there = list_duty(db, unit_id)
    if all(duty.number_id != number_id for duty, _ in there):
        last = max((duty.position for duty, _ in there), default=0)
        db.add(DutyNumber(unit_id=unit_id, number_id=number_id, name=name, position=last + 1))


def get_duty(db: Session, unit_id: int, duty_id: int) -> DutyNumber:
    """Return one duty number of this unit; raises NotFound."""
    duty = db.get(DutyNumber, duty_id)
    if duty is None or duty.unit_id != unit_id:
        raise NotFound("there is no such duty number")
    return duty
