"""A row for every table that knows a member or a number, made from the tables' own description."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, LargeBinary, Numeric, String, Table, insert
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from gateway.models import Base
from gateway.models.base import Word

_next = itertools.count(1)
LONG_AGO = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def a_row(db: Session, of: Table, **values: Any) -> Any:
    """Insert a row with these values and something in every other column that must have one; returns its key."""
    row = dict(values)
    for column in of.columns:
        if column.name in row or _fills_itself(of, column):
            continue
        keys = list(column.foreign_keys)
        row[column.name] = a_row(db, keys[0].column.table) if keys else _something(column)
    made = db.execute(insert(of).values(row).returning(*of.primary_key.columns)).one()
    return made[0]


def _fills_itself(of: Table, column: Column[Any]) -> bool:
    is_counted = column.primary_key and len(of.primary_key.columns) == 1 and not column.foreign_keys
    counted = is_counted and not isinstance(column.type, String)
    return bool(column.nullable or column.server_default is not None or counted)


def _something(column: Column[Any]) -> Any:
    kind, number = column.type, next(_next)
    if column.name.startswith("sealed"):
        return b""
    if isinstance(kind, Word):
        return list(kind.kind)[0]
    if isinstance(kind, DateTime):
        return LONG_AGO
    if isinstance(kind, Date):
        return date(2026, 1, 2)
    for known, value in (
        (LargeBinary, f"canary {number}".encode()),
        (Boolean, False),
        (Numeric, number),
        (JSONB, {}),
        (String, f"c{number}"),
    ):
        if isinstance(kind, known):
            return value
    return {} if kind.__class__.__name__ == "JSON" else number
