"""Lists handed to one statement as arrays: a thousand ids are one parameter, and the statement is always the same text."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Numeric, TableValuedAlias, Text, any_, column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY

INTEGER, TEXT, AMOUNT = ARRAY(BigInteger), ARRAY(Text), ARRAY(Numeric)


def among(ids: Sequence[int]) -> ColumnElement[Any]:
    """SQL: any of these ids, for `column == among(ids)`."""
    return any_(literal(list(ids), INTEGER))


def listed(
    *,
    ids: Sequence[int],
    others: Sequence[int] | None = None,
    words: Sequence[str | None] | None = None,
    amounts: Sequence[Decimal | None] | None = None,
) -> TableValuedAlias:
    """SQL: a table of these lists side by side, in columns of the same names."""
    given: dict[str, Any] = {"ids": literal(list(ids), INTEGER)}
    if others is not None:
        given["others"] = literal(list(others), INTEGER)
    if words is not None:
        given["words"] = literal(list(words), TEXT)
    if amounts is not None:
        given["amounts"] = literal(list(amounts), AMOUNT)
    columns = [column(name, value.type.item_type) for name, value in given.items()]
    return func.unnest(*given.values()).table_valued(*columns, name="given").render_derived()
