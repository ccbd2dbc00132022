"""Queries for whole lists of people: a thousand rows a statement, so that a large import stays quick and flat.

What one member needs is in `members`, `numbers` and `consents`; the rules of those hold here, too: numbers are sealed and
found by index, the ledger is append-only, `members.consent` is what `derive` says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType, NoneType
from typing import Any

from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    LargeBinary,
    Select,
    String,
    Text,
    cast,
    column,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from gateway.models import Base, Consent, Member, OtherNumber, PhoneNumber, Post, Suppression, Unit
from gateway.phones import Number
from gateway.rules.consent import ConsentState, Entry
from gateway.states import MemberStatus
from gateway.store.arrays import BYTES, INTEGERS, TEXTS, TRUTHS, Listed
from gateway.store.numbers import TAIL_DIGITS
from gateway.store.planning import ANEW, plan
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
_LISTS: Mapping[Any, Listed] = {BigInteger: INTEGERS, Text: TEXTS, LargeBinary: BYTES, Boolean: TRUTHS}


def plan_anew(db: Session) -> None:
    """Let every statement of this transaction be planned for tables as they are now, and look rows up by their keys.

    A list makes them grow while it is taken; a plan that was kept from its first batches, or that is made of figures from
    before, reads all of them each time.
    """
    plan(db, **ANEW, enable_seqscan="off", enable_hashjoin="off", enable_mergejoin="off")


@contextmanager
def keeping_plans(db: Session) -> Iterator[None]:
    """For `copy_in`: its keys are looked up by plans that are kept. Six of them planned anew cost more than the row."""
    plan(db, plan_cache_mode="auto")
    yield
    plan(db, **ANEW)


def units_by_code(db: Session, codes: Collection[str], path: str) -> dict[str, int]:
    """Return the ids of these open units by code, of those at or below the path; of a merged one, what it is part of."""
    is_open = Unit.closed_at.is_(None) | Unit.merged_into_id.is_not(None)
    query = select(Unit.code, func.coalesce(Unit.merged_into_id, Unit.id).label("id"))
    rows = db.execute(query.where(_is_any(Unit.code, set(codes)), is_under(Unit.path, path), is_open))
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
    fresh = _rows_of({"index": LargeBinary, "sealed": LargeBinary, "tail": Text}, cells)
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
    """List everybody on these numbers, first or further ones, with what a list may change and the number's `index`."""
    own = ("id", "unit_id", "status", *CHANGEABLE, "merged_into_id", "erased_at")
    found = select(*(getattr(Member, each) for each in own), PhoneNumber.index).select_from(PhoneNumber)
    found = found.where(_is_any(PhoneNumber.index, indexes))
    first = found.join(Member, Member.number_id == PhoneNumber.id)
    further = found.join(OtherNumber, OtherNumber.number_id == PhoneNumber.id)
    further = further.join(Member, Member.id == OtherNumber.member_id).where(OtherNumber.until.is_(None))
    rows = [*db.execute(first).all(), *db.execute(further).all()]
    # Asked here and not in SQL: for a table that has just grown the planner takes "is null" for rare and reads all of it.
    here = (row for row in rows if row.merged_into_id is None and row.erased_at is None)
    return sorted(here, key=lambda row: int(row.id))


def namesakes(
    db: Session, units_and_names: Collection[tuple[int, str]], upto_id: int
) -> set[tuple[int, str]]:
    """Return those of these (unit, spelling of a name) that somebody has who was added up to this id and has not left."""
    if not units_and_names:
        return set()
    wanted = _rows_of({"unit_id": BigInteger, "search": Text}, list(units_and_names))
    query = (
        select(Member.unit_id, Member.search)
        .join(wanted, (Member.unit_id == wanted.c.unit_id) & (Member.search == wanted.c.search))
        .where(Member.id <= upto_id, Member.status != MemberStatus.LEFT)
    )
    return {(row.unit_id, row.search) for row in db.execute(query)}


def last_member_id(db: Session) -> int:
    """Return the id of the last member added, 0 where there is none."""
    return db.scalar(select(func.max(Member.id))) or 0


def reserve_ids(db: Session, model: type[Base], count: int) -> list[int]:
    """Take ids for rows to come, so that what hangs on them can be written beside them."""
    query = text("""
        WITH ids AS MATERIALIZED (SELECT CAST(pg_get_serial_sequence(:table, 'id') AS regclass) AS row)
        SELECT nextval(ids.row) FROM ids, generate_series(1, :count)
    """)
    table = model.__tablename__
    return list(db.execute(query, {"table": table, "count": count}).scalars()) if count else []


def copy_in(db: Session, model: type[Base], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows by COPY: values as the database has them (the word of an enum, JSON as text), nothing defaulted here.

    They are written out here: the driver, which takes each for whatever it may be, needs four times as long.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(model.__tablename__), names)
    lines = "".join(["\t".join([_COPIED[type(value)](value) for value in row]) + "\n" for row in rows])
    if lines:
        with db.connection().connection.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
            copy.write(lines)


def change_members(db: Session, rows: Sequence[Sequence[Any]]) -> None:
    """Write of these members: id, the spelling of the name, then the columns of CHANGEABLE; in one statement."""
    if not rows:
        return
    new = _rows_of({"id": BigInteger, "search": Text, **CHANGEABLE}, rows)
    values = {name: new.c[name] for name in ("search", *CHANGEABLE)}
    values["tags"] = cast(new.c.tags, postgresql.JSONB)
    statement = update(Member).where(Member.id == new.c.id).values(values)
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
    query = select(*columns).where(_is_any(Consent.member_id, member_ids)).order_by(Consent.at, Consent.id)
    for row in db.execute(query) if member_ids else ():
        found[row.member_id].append(Entry(row.purpose, row.action, row.how, row.at, row.expires_at))
    return found


def set_consent(db: Session, state: ConsentState, member_ids: Collection[int]) -> None:
    """Write what `derive` said of these members; who agreed and has not left becomes active."""
    db.execute(update(Member).where(_is_any(Member.id, member_ids)).values(consent=state))
    if state >= ConsentState.ORGANISATIONAL:
        invited = (_is_any(Member.id, member_ids), Member.status == MemberStatus.INVITED)
        db.execute(update(Member).where(*invited).values(status=MemberStatus.ACTIVE))


def posts_of(db: Session, member_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the titles that each of these members holds now."""
    found: dict[int, list[str]] = defaultdict(list)
    query = select(Post.member_id, Post.title).where(
        _is_any(Post.member_id, member_ids), Post.until.is_(None)
    )
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
        .where(_is_any(Member.number_id, number_ids), Member.status != MemberStatus.LEFT)
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


def _rows_of(columns: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> Any:
    """SQL: rows that come from Python as a table."""
    lists = zip(*rows, strict=True)
    arrays = [literal(items, _LISTS[kind]) for kind, items in zip(columns.values(), lists, strict=True)]
    kinds = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*kinds, name="given").render_derived()


def _is_any(attribute: Any, values: Iterable[bytes] | Iterable[str] | Iterable[int]) -> Any:
    """SQL: the attribute has one of these values."""
    kind = Text if isinstance(attribute.type, String) else type(attribute.type)
    return attribute == func.any(literal(list(values), _LISTS[kind]))


def list_of(kind: Any, values: Iterable[Any]) -> Select[Any]:
    """SQL: values that come from Python as the column `one`, as cheap as that can be."""
    given = func.unnest(literal(list(values), _LISTS[kind]))
    return select(given.table_valued(column("one", kind), name="given").render_derived().c.one)


def _copied_text(word: str) -> str:
    """Write a word as COPY reads it."""
    if word.isalnum():
        return word
    return word.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


_COPIED: Mapping[type, Callable[[Any], str]] = {
    NoneType: lambda nothing: "\\N",
    str: _copied_text,
    int: str,
    bool: str,
    datetime: lru_cache(maxsize=1024)(datetime.isoformat),  # a list says the same days again and again
}
