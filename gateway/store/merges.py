"""What a merge of two members moves, and which members look like one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    CursorResult,
    Select,
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Base, Call, Delivery, Member, Merge, OtherNumber, ToldApart, Unit
from gateway.states import CallState, DeliveryState, MemberStatus
from gateway.store.units import is_under

# Read through `merged_into_id`, because it is append-only; about the row itself, not about the person.
STAYING = frozenset({"consents", "erasures", "merges", "told_apart"})
ALIKE = 0.6  # of 1: how much given names on one number have in common before two members are proposed
WAITING = (DeliveryState.QUEUED, DeliveryState.HELD)
PAGE = 20


class Pair(NamedTuple):
    """Two members who may be one, the one known longer first. `why` is number or name."""

    one: Member
    other: Member
    one_place: str
    other_place: str
    why: str


def get_any(db: Session, member_id: str) -> Member:
    """Return a member by public or internal id, also one who was merged; raises NotFound."""
    found = db.scalar(select(Member).where(Member.public_id == member_id))
    if found is None and member_id.isascii() and member_id.isdecimal() and len(member_id) < 19:
        found = db.get(Member, int(member_id))
    if found is None or found.erased_at is not None:
        raise NotFound("there is no such member")
    return found


def move_rows(db: Session, gone_id: int, kept_id: int) -> dict[str, int]:
    """Point every row about one member to the other; returns how many by table.

    A row that the other one has already, by a key that holds one, stays where it is or is dropped where it says nothing more.
    """
    moved: dict[str, int] = {}
    for table, column in _keys_to_members():
        statement = update(table).where(column == gone_id, *_is_free(table, column, kept_id))
        done = cast("CursorResult[Any]", db.execute(statement.values({column.name: kept_id})))
        if done.rowcount:
            moved[table.name] = moved.get(table.name, 0) + done.rowcount
        if column.primary_key:
            db.execute(delete(table).where(column == gone_id))
    db.execute(update(Member).where(Member.merged_into_id == gone_id).values(merged_into_id=kept_id))
    return moved


def _keys_to_members() -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_key = any(key.target_fullname == "members.id" for key in column.foreign_keys)
            if is_key and table.name not in STAYING and table.name != "members":
                yield table, column


def _is_free(table: Table, column: Column[Any], kept_id: int) -> list[Any]:
    """SQL: no row of the kept member stands where this one would go."""
    there = table.alias("there")
    found = []
    for key, where in _uniques(table):
        if column.name in key:
            same = [there.c[name] == table.c[name] for name in key if name != column.name]
            ended = [there.c[name].is_(None) for name in where if name in there.c]
            found.append(~exists().where(there.c[column.name] == kept_id, *same, *ended))
    return found


def _uniques(table: Table) -> Iterator[tuple[list[str], list[str]]]:
    """The unique keys of a table: their columns, and those that must be empty for the key to hold."""
    yield [each.name for each in table.primary_key.columns], []
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [each.name for each in constraint.columns], []
    for index in table.indexes:
        if index.unique:
            is_partial = index.dialect_options["postgresql"]["where"] is not None
            yield [each.name for each in index.columns], ["until"] if is_partial else []


def list_doubled(db: Session, kept_id: int, gone_id: int) -> Sequence[tuple[Delivery, Delivery]]:
    """List what one broadcast owes to both: (the kept one's, the other's)."""
    other = aliased(Delivery)
    same = and_(other.broadcast_id == Delivery.broadcast_id, other.kind == Delivery.kind)
    query = select(Delivery, other).join(other, same)
    rows = db.execute(query.where(Delivery.member_id == kept_id, other.member_id == gone_id))
    return [(mine, theirs) for mine, theirs in rows]


def is_waiting(delivery: Delivery) -> bool:
    return delivery.state in WAITING


def send_on(db: Session, member_id: int, number_id: int) -> None:
    """What waits for this member goes to the number that is rung first."""
    waiting = (Delivery.member_id == member_id, Delivery.state.in_(WAITING))
    db.execute(update(Delivery).where(*waiting).values(number_id=number_id))


def tidy_numbers(db: Session, kept: Member, gone_id: int, now: datetime) -> None:
    """Let the one who is gone use no number, and the other none twice."""
    mine = (OtherNumber.member_id == kept.id, OtherNumber.number_id == kept.number_id)
    db.execute(delete(OtherNumber).where(*mine, OtherNumber.until.is_(None)))
    left = (OtherNumber.member_id == gone_id, OtherNumber.until.is_(None))
    db.execute(update(OtherNumber).where(*left).values(until=now, reason="merged"))


def is_on_the_phone(db: Session, member_ids: Collection[int], since: datetime) -> bool:
    """Say whether one of these is in a call that has taken a step since then."""
    query = select(Call.id).where(Call.member_id.in_(member_ids), Call.state != CallState.ENDED)
    return db.scalar(query.where(Call.stepped_at > since).limit(1)) is not None


def list_merged_into(db: Session, member_id: int) -> Sequence[Merge]:
    """List what was merged into this member, the last one first."""
    query = select(Merge).where(Merge.kept_id == member_id)
    return db.scalars(query.order_by(Merge.id.desc())).all()


def tell_apart(db: Session, one_id: int, other_id: int, staff_id: int | None, now: datetime) -> None:
    """Propose these two no more."""
    low, high = sorted((one_id, other_id))
    if db.get(ToldApart, (low, high)) is None:
        db.add(ToldApart(one_id=low, other_id=high, staff_id=staff_id, at=now))


def list_doubles(db: Session, path: str, after: tuple[int, int] = (0, 0), size: int = PAGE) -> list[Pair]:
    """List pairs below this path who may be one person, by their ids: one number and alike names, or one booth and one name."""
    one, other, here, there = aliased(Member), aliased(Member), aliased(Unit), aliased(Unit)
    pairs = _pairs(path).subquery()
    apart = exists().where(ToldApart.one_id == pairs.c.one_id, ToldApart.other_id == pairs.c.other_id)
    rows = db.execute(
        select(one, other, here.name, there.name, pairs.c.why)
        .join(one, one.id == pairs.c.one_id)
        .join(other, other.id == pairs.c.other_id)
        .join(here, here.id == one.unit_id)
        .join(there, there.id == other.unit_id)
        .where(~apart)
        .where(tuple_(pairs.c.one_id, pairs.c.other_id) > tuple_(*map(literal, after)))
        .order_by(pairs.c.one_id, pairs.c.other_id)
        .limit(size)
    )
    return [Pair(*row) for row in rows]


def _pairs(path: str) -> Select[Any]:
    columns = (Member.id, Member.unit_id, Member.search)
    below = (
        select(*columns, Member.number_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(is_under(Unit.path, path), Member.status != MemberStatus.LEFT, Member.search != "")
    )
    further = (
        below.with_only_columns(*columns, OtherNumber.number_id)
        .join(OtherNumber, OtherNumber.member_id == Member.id)
        .where(OtherNumber.until.is_(None))
    )
    people = below.cte("people")
    lines = union_all(select(people), further).cte("lines")
    both = union_all(_twice(lines, _on_one_number), _twice(people, _of_one_name)).subquery()
    # Who shares number and name is named once, by the number.
    return select(both.c.one_id, both.c.other_id, func.max(both.c.why).label("why")).group_by(
        both.c.one_id, both.c.other_id
    )


def _twice(people: CTE, alike: Callable[[Any, Any], tuple[str, ColumnElement[bool]]]) -> Select[Any]:
    one, other = people.alias(), people.alias()
    why, condition = alike(one.c, other.c)
    query = select(one.c.id.label("one_id"), other.c.id.label("other_id"), literal(why).label("why"))
    return query.join(other, and_(one.c.id < other.c.id, condition))


def _on_one_number(one: Any, other: Any) -> tuple[str, ColumnElement[bool]]:
    # The given name of each must be in the other's: couples and children share the second name, and the phone.
    alike = func.least(_given_in(one, other), _given_in(other, one))
    return "number", and_(one.number_id == other.number_id, alike >= ALIKE)


def _given_in(one: Any, other: Any) -> ColumnElement[float]:
    return func.word_similarity(func.split_part(one.search, " ", 1), other.search)


def _of_one_name(one: Any, other: Any) -> tuple[str, ColumnElement[bool]]:
    return "name", and_(one.unit_id == other.unit_id, one.search == other.search)
