"""Queries for whole lists of people: a thousand rows a statement, so that a large import stays quick and flat.

What one member needs is in `members`, `numbers` and `consents`; the rules of those hold here, too: numbers are sealed and
found by index, the ledger is append-only, `members.consent` is what `derive` says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    LargeBinary,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from gateway.models import Consent, Member, OtherNumber, PhoneNumber, Post, Suppression, Unit
from gateway.phones import Number
from gateway.rules.consent import ConsentState, Entry
from gateway.states import MemberStatus
from gateway.store.bulk import is_any, rows_of
from gateway.store.numbers import TAIL_DIGITS
from gateway.store.suppressions import OPTED_OUT
from gateway.store.tree import take_turn as take_turn
from gateway.store.units import is_under
from gateway.vault import Vault

# What a list may change of a member who is known, in the order of `change_members`.
CHANGEABLE: Mapping[str, Any] = {
    "name": Text,
    "language": Text,
    "is_adult": Boolean,
    "home_unit_id": BigInteger,
    "handset": Text,
    "slot": Text,
    "tags": Text,
}


class Known(NamedTuple):
    """A member on one of the numbers of a list, with what the list may change."""

    id: int
    unit_id: int
    status: MemberStatus
    name: str
    language: str | None
    is_adult: bool | None
    home_unit_id: int | None
    handset: str | None
    slot: str | None
    tags: list[str]
    number_index: bytes


def units_by_code(db: Session, codes: Collection[str], path: str) -> dict[str, int]:
    """Return the ids of these open units by code, of those at or below the path; of a merged one, what it is part of."""
    is_open = Unit.closed_at.is_(None) | Unit.merged_into_id.is_not(None)
    query = select(Unit.code, func.coalesce(Unit.merged_into_id, Unit.id).label("id"))
    rows = db.execute(query.where(is_any(Unit.code, set(codes)), is_under(Unit.path, path), is_open))
    return {row.code: row.id for row in rows}


def add_numbers(
    db: Session,
    vault: Vault,
    numbers: Mapping[bytes, Number],
    now: datetime,
    sealed: Mapping[bytes, bytes] = MappingProxyType({}),
) -> dict[bytes, int]:
    """Return the ids of these numbers by index, adding those that are new; two at once agree on one row.

    Some come `sealed` beforehand; where keys have changed meanwhile they are sealed again, within this transaction.
    One that was forgotten with an erased member and comes again can be dialled again.
    """
    found = find_numbers(db, numbers, PhoneNumber.sealed != b"")
    new = [index for index in numbers if index not in found]
    if not new:
        return found
    cells = []
    for each in new:
        number, cell = numbers[each], sealed.get(each, b"")
        if not vault.is_current(cell):
            cell = vault.seal(number.encode(), each)  # as `seal_number` does, with the hash that is known
        cells.append((each, cell, number[-TAIL_DIGITS:]))
    fresh = rows_of({"index": LargeBinary, "sealed": LargeBinary, "tail": Text}, cells)
    columns = ["index", "sealed", "tail", "created_at"]
    rows = select(fresh.c.index, fresh.c.sealed, fresh.c.tail, literal(now))
    adding = postgresql.insert(PhoneNumber).from_select(columns, rows)
    again = {name: adding.excluded[name] for name in columns[1:]}
    adding = adding.on_conflict_do_update(
        index_elements=["index"], set_=again, where=PhoneNumber.sealed == b""
    )
    added = db.execute(adding.returning(PhoneNumber.index, PhoneNumber.id))
    found.update({row[0]: row[1] for row in added})
    return found if len(found) == len(numbers) else find_numbers(db, numbers)


def find_numbers(db: Session, indexes: Iterable[bytes], *which: ColumnElement[bool]) -> dict[bytes, int]:
    query = select(PhoneNumber.index, PhoneNumber.id).where(is_any(PhoneNumber.index, indexes), *which)
    rows = db.execute(query)
    return {row[0]: row[1] for row in rows}


def suppressed_among(db: Session, indexes: Iterable[bytes]) -> dict[bytes, str]:
    """Return why each of these numbers is suppressed, where it is; the gravest reason of each."""
    rows = db.execute(
        select(Suppression.number_index, Suppression.reason)
        .where(is_any(Suppression.number_index, indexes), Suppression.lifted_at.is_(None))
        .order_by(Suppression.reason != OPTED_OUT)
    )
    return {row.number_index: row.reason for row in rows}


def members_on(db: Session, indexes: Iterable[bytes]) -> list[Known]:
    """List everybody on these numbers, first or further ones.

    Step by step and without a join: one is planned by figures from before the list, and reads all members for each batch.
    """
    on = {number_id: index for index, number_id in find_numbers(db, indexes).items()}
    if not on:
        return []
    further = select(OtherNumber.member_id, OtherNumber.number_id).where(OtherNumber.until.is_(None))
    also = list(db.execute(further.where(is_any(OtherNumber.number_id, on))))
    own = [
        getattr(Member, each) for each in (*Known._fields[:-1], "number_id", "merged_into_id", "erased_at")
    ]
    first = db.execute(select(*own).where(is_any(Member.number_id, on))).all()
    others = select(*own).where(is_any(Member.id, {each.member_id for each in also}))
    by_id = {row.id: row for row in db.execute(others)} if also else {}
    rows = [(row, row.number_id) for row in first]
    rows += [(by_id[each.member_id], each.number_id) for each in also if each.member_id in by_id]
    # Asked here and not in SQL: for a table that has just grown the planner takes "is null" for rare and reads all of it.
    here = [(row, on[at]) for row, at in rows if row.merged_into_id is None and row.erased_at is None]
    return [Known._make((*row[:-3], index)) for row, index in sorted(here, key=lambda each: int(each[0].id))]


def namesakes(
    db: Session, units_and_names: Collection[tuple[int, str]], upto_id: int
) -> set[tuple[int, str]]:
    """Return those of these (unit, spelling of a name) that somebody has who was added up to this id and has not left."""
    if not units_and_names or not upto_id:
        return set()
    wanted = rows_of({"unit_id": BigInteger, "search": Text}, list(units_and_names))
    same = (Member.unit_id == wanted.c.unit_id, Member.search == wanted.c.search)
    is_there = select(Member.id).where(*same, Member.id <= upto_id, Member.status != MemberStatus.LEFT)
    # The offset makes each be looked up for itself: as a join it may read all members for each.
    query = select(wanted.c.unit_id, wanted.c.search).where(is_there.correlate(wanted).offset(0).exists())
    return {(row.unit_id, row.search) for row in db.execute(query)}


def last_member_id(db: Session) -> int:
    """Return the id of the last member added, 0 where there is none."""
    return db.scalar(select(func.max(Member.id))) or 0


def change_members(db: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Write of these members: id, the spelling of the name, then the columns of CHANGEABLE; in one statement."""
    if not rows:
        return
    new = rows_of({"id": BigInteger, "search": Text, **CHANGEABLE}, rows)
    values = {name: new.c[name] for name in ("search", *CHANGEABLE)}
    values["tags"] = cast(new.c.tags, postgresql.JSONB)
    is_one = is_any(Member.id, [row[0] for row in rows])  # said again: by this they are looked up
    statement = update(Member).where(Member.id == new.c.id, is_one).values(values)
    db.execute(statement.execution_options(synchronize_session=False))


def ledgers(db: Session, member_ids: Collection[int]) -> dict[int, list[Entry]]:
    """Return the consent ledger of each of these members; one that is empty is an empty list."""
    found: dict[int, list[Entry]] = defaultdict(list)
    columns = (
        Consent.member_id,
        Consent.purpose,
        Consent.action,
        Consent.how,
        Consent.at,
        Consent.expires_at,
    )
    query = select(*columns).where(is_any(Consent.member_id, member_ids)).order_by(Consent.at, Consent.id)
    for row in db.execute(query) if member_ids else ():
        found[row.member_id].append(Entry(row.purpose, row.action, row.how, row.at, row.expires_at))
    return found


def set_consent(db: Session, state: ConsentState, member_ids: Collection[int]) -> None:
    """Write what `derive` said of these members; who agreed and has not left becomes active."""
    db.execute(update(Member).where(is_any(Member.id, member_ids)).values(consent=state))
    if state >= ConsentState.ORGANISATIONAL:
        invited = (is_any(Member.id, member_ids), Member.status == MemberStatus.INVITED)
        db.execute(update(Member).where(*invited).values(status=MemberStatus.ACTIVE))


def posts_of(db: Session, member_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the titles that each of these members holds now."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Post.member_id, Post.title).where(is_any(Post.member_id, member_ids), Post.until.is_(None))
    for member_id, title in db.execute(query.order_by(Post.id)) if member_ids else ():
        found[member_id].append(title)
    return found


def add_posts(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        db.execute(insert(Post), list(rows))


def sharing(db: Session, number_ids: Collection[int]) -> list[int]:
    """List the members with a name on those of these numbers that several share."""
    shared = (
        select(Member.number_id)
        .where(is_any(Member.number_id, number_ids), Member.status != MemberStatus.LEFT)
        .group_by(Member.number_id)
        .having(func.count() > 1)
    )
    query = select(Member.id).where(Member.number_id.in_(shared), Member.name != "")
    return list(db.scalars(query.where(Member.status != MemberStatus.LEFT).order_by(Member.id)))


def page_of_members(db: Session, path: str, after_id: int, limit: int) -> Sequence[Any]:
    """List members at or below the path who have not left, by id, for an export: one page after that id."""
    return db.execute(
        select(
            Member.id,
            Member.name,
            Member.language,
            Member.consent,
            Unit.code,
            PhoneNumber.index.label("number_index"),
            PhoneNumber.sealed,
        )
        .join(Unit, Unit.id == Member.unit_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(is_under(Unit.path, path), Member.id > after_id, Member.status != MemberStatus.LEFT)
        .order_by(Member.id)
        .limit(limit)
    ).all()
