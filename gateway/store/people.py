"""Queries for whole lists of people: a thousand rows a statement, so that a large import stays quick and flat.

What one member needs is in `members`, `numbers` and `consents`; the rules of those hold here, too: numbers are sealed and
found by index, the ledger is append-only, `members.consent` is what `derive` says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, any_, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from gateway.models import Consent, Member, PhoneNumber, Post, Suppression, Unit
from gateway.phones import Number
from gateway.rules.consent import ConsentState, Entry
from gateway.states import MemberStatus
from gateway.store.numbers import TAIL_DIGITS
from gateway.store.suppressions import OPTED_OUT
from gateway.store.tree import take_turn as take_turn
from gateway.store.units import is_under
from gateway.vault import Vault


def units_by_code(db: Session, codes: Collection[str], path: str) -> dict[str, int]:
    """Return the ids of these open units by code, of those at or below the path; of a merged one, what it is part of."""
    is_open = Unit.closed_at.is_(None) | Unit.merged_into_id.is_not(None)
    query = select(Unit.code, func.coalesce(Unit.merged_into_id, Unit.id).label("id"))
    rows = db.execute(query.where(_is_any(Unit.code, set(codes)), is_under(Unit.path, path), is_open))
    return {row.code: row.id for row in rows}


def add_numbers(
    db: Session, vault: Vault, numbers: Mapping[bytes, Number], now: datetime
) -> dict[bytes, int]:
    """Return the ids of these numbers by index, adding those that are new; two at once agree on one row.

    One that was forgotten with an erased member and comes again can be dialled again.
    """
    found = find_numbers(db, numbers, PhoneNumber.sealed != b"")
    rows = [
        {
            "index": index,
            "sealed": vault.seal_number(number),
            "tail": number[-TAIL_DIGITS:],
            "created_at": now,
        }
        for index, number in numbers.items()
        if index not in found
    ]
    if rows:
        added = postgresql.insert(PhoneNumber)
        again = {name: added.excluded[name] for name in ("sealed", "tail", "created_at")}
        db.execute(
            added.on_conflict_do_update(
                index_elements=["index"], set_=again, where=PhoneNumber.sealed == b""
            ),
            rows,
        )
        found = find_numbers(db, numbers)
    return found


def find_numbers(db: Session, indexes: Iterable[bytes], *which: ColumnElement[bool]) -> dict[bytes, int]:
    query = select(PhoneNumber.index, PhoneNumber.id).where(_is_any(PhoneNumber.index, indexes), *which)
    rows = db.execute(query)
    return {row[0]: row[1] for row in rows}


def suppressed_among(db: Session, indexes: Iterable[bytes]) -> dict[bytes, str]:
    """Return why each of these numbers is suppressed, where it is; the gravest reason of each."""
    rows = db.execute(
        select(Suppression.number_index, Suppression.reason)
        .where(_is_any(Suppression.number_index, indexes), Suppression.lifted_at.is_(None))
        .order_by(Suppression.reason != OPTED_OUT)
    )
    return {row.number_index: row.reason for row in rows}


def members_on(db: Session, indexes: Iterable[bytes]) -> Sequence[Any]:
    """List everybody on these numbers: id, name, unit_id, number_id, language, status, is_adult, number_index."""
    return db.execute(
        select(
            Member.id,
            Member.name,
            Member.unit_id,
            Member.number_id,
            Member.language,
            Member.status,
            Member.is_adult,
            PhoneNumber.index.label("number_index"),
        )
        .join(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(_is_any(PhoneNumber.index, indexes))
        .order_by(Member.id)
    ).all()


def add_members(db: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert members; returns their ids in the order of the rows."""
    if not rows:
        return []
    statement = insert(Member).returning(Member.id, sort_by_parameter_order=True)
    return list(db.scalars(statement, list(rows)))


def change_members(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Update members by their ids; every row has the same columns."""
    if rows:
        db.execute(update(Member), list(rows))


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
    query = select(*columns).where(Consent.member_id.in_(member_ids)).order_by(Consent.at, Consent.id)
    for row in db.execute(query) if member_ids else ():
        found[row.member_id].append(Entry(row.purpose, row.action, row.how, row.at, row.expires_at))
    return found


def add_consents(db: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append to the ledger; the caller sets the state that follows with `set_consent`."""
    if rows:
        db.execute(insert(Consent), list(rows))


def set_consent(db: Session, state: ConsentState, member_ids: Collection[int]) -> None:
    """Write what `derive` said of these members; who agreed and has not left becomes active."""
    db.execute(update(Member).where(Member.id.in_(member_ids)).values(consent=state))
    if state >= ConsentState.ORGANISATIONAL:
        invited = (Member.id.in_(member_ids), Member.status == MemberStatus.INVITED)
        db.execute(update(Member).where(*invited).values(status=MemberStatus.ACTIVE))


def posts_of(db: Session, member_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the titles that each of these members holds now."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Post.member_id, Post.title).where(Post.member_id.in_(member_ids), Post.until.is_(None))
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
        .where(Member.number_id.in_(number_ids), Member.status != MemberStatus.LEFT)
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


def _is_any(column: Any, values: Iterable[bytes] | Iterable[str]) -> Any:
    # One array instead of a placeholder each: a statement takes 65,535 of those.
    return column == any_(literal(list(values), postgresql.ARRAY(column.type)))
