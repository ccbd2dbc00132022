"""Writes many rows at once, with ids known beforehand, so that rows may name each other. Called by this folder only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from gateway.models import Base

Row = dict[str, Any]


def reserve(db: Session, model: type[Base], count: int) -> list[int]:
    """Take `count` ids of a table, ascending."""
    query = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return [int(each) for each in db.execute(query, {"table": model.__tablename__, "count": count}).scalars()]


def write(db: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows that all name the same columns."""
    if rows:
        db.execute(insert(model), list(rows))
