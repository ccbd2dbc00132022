"""Lists handed to one statement as arrays: a thousand ids are one parameter, and the statement is always the same text.

Written out here and not by the driver, which looks at each item by itself: a fifth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    LargeBinary,
    Numeric,
    TableValuedAlias,
    Text,
    column,
    func,
    literal,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine, UserDefinedType


class Listed(UserDefinedType[Sequence[Any]]):
    """A list as PostgreSQL writes an array of `item`; None is NULL."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, item: type[TypeEngine[Any]], name: str) -> None:
        self.item, self.name = item, name

    def get_col_spec(self, **_: Any) -> str:
        return f"{self.name}[]"

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[Any] | None], str | None]:
        write = _WRITTEN.get(self.item, str)
        return lambda items: (
            "{" + ",".join(["NULL" if each is None else write(each) for each in items or ()]) + "}"
        )


INTEGERS, TEXTS = Listed(BigInteger, "BIGINT"), Listed(Text, "TEXT")
AMOUNTS = Listed(Numeric, "NUMERIC")
BYTES, TRUTHS = Listed(LargeBinary, "BYTEA"), Listed(Boolean, "BOOLEAN")


def among(ids: Sequence[int]) -> ColumnElement[Any]:
    """SQL: any of these ids, for `column == among(ids)`."""
    return func.any(literal(ids, INTEGERS))


def listed(
    *,
    ids: Sequence[int],
    others: Sequence[int] | None = None,
    words: Sequence[str | None] | None = None,
    amounts: Sequence[Decimal | None] | None = None,
) -> TableValuedAlias:
    """SQL: a table of these lists side by side, in columns of the same names."""
    given: dict[str, tuple[Sequence[Any] | None, Listed]] = {
        "ids": (ids, INTEGERS),
        "others": (others, INTEGERS),
        "words": (words, TEXTS),
        "amounts": (amounts, AMOUNTS),
    }
    there = {name: (items, kind) for name, (items, kind) in given.items() if items is not None}
    columns = [column(name, kind.item) for name, (_, kind) in there.items()]
    arrays = [literal(items, kind) for items, kind in there.values()]
    return func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _as_hex(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


_WRITTEN: dict[type[TypeEngine[Any]], Callable[[Any], str]] = {Text: _quoted, LargeBinary: _as_hex}
