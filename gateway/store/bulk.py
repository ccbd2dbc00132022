"""Thousands of rows at once: how they are written, handed to a statement, and looked up while the tables grow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import Any

from psycopg import sql
from sqlalchemy import (
    BigInteger,
    Boolean,
    LargeBinary,
    Select,
    String,
    Text,
    column,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.orm import Session

from gateway.models import Base
from gateway.store.arrays import BYTES, INTEGERS, TEXTS, TRUTHS, Listed
from gateway.store.planning import ANEW, plan

_LISTS: Mapping[Any, Listed] = {BigInteger: INTEGERS, Text: TEXTS, LargeBinary: BYTES, Boolean: TRUTHS}


def plan_anew(db: Session) -> None:
    """Let every statement of this transaction be planned for tables as they are now, and look rows up by their keys.

    A list makes them grow while it is taken; a plan that was kept from its first batches, or that is made of figures from
    before, reads all of them each time.
    """
    plan(db, **ANEW, enable_seqscan="off")


@contextmanager
def keeping_plans(db: Session) -> Iterator[None]:
    """For `copy_in`: its keys are looked up by plans that are kept. Six of them planned anew cost more than the row."""
    plan(db, plan_cache_mode="auto")
    yield
    plan(db, **ANEW)


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


def rows_of(columns: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> Any:
    """SQL: rows that come from Python as a table."""
    lists = zip(*rows, strict=True)
    arrays = [literal(items, _LISTS[kind]) for kind, items in zip(columns.values(), lists, strict=True)]
    kinds = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*kinds, name="given").render_derived()


def is_any(attribute: Any, values: Iterable[bytes] | Iterable[str] | Iterable[int]) -> Any:
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
