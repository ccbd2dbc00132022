"""Rows of the settings: what staff, or the house itself, changes while it runs; each a JSON value under a name."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Setting


def find_value(db: Session, name: str) -> dict[str, Any]:
    """Return what is kept under a name; empty where nothing is."""
    return db.scalar(select(Setting.value).where(Setting.name == name)) or {}


def find_fields(db: Session, name: str) -> dict[str, Any]:
    """The same as the fields of a frozen class: lists are tuples."""
    kept = find_value(db, name)
    return {field: tuple(value) if isinstance(value, list) else value for field, value in kept.items()}


def keep_value(db: Session, name: str, value: dict[str, Any]) -> None:
    row = insert(Setting).values(name=name, value=value)
    db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"value": row.excluded.value}))
