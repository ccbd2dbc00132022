"""Writes many rows at once, with ids known beforehand, so that rows may name each other. Called by this folder only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from gateway.models import Base

Row = dict[str, Any]


def reserve(db: Session, model: type[Base], count: int) -> list[int]:
    """Take `count` ids of a table, ascending."""
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return [int(each) for each in db.execute(query, {"table": model.__tablename__, "count": count}).scalars()]


def write(db: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns.

    By the table, not the mapper: the mapper makes a statement of its own for each mixture of absent values.
    """
    if rows:
        db.execute(insert(cast(Table, model.__table__)), list(rows))
