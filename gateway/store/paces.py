"""Lines that are closed for a while because the provider refuses everybody; how fast they go is `gateway.pace`'s."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Pace


def is_closed(db: Session, line: str, now: datetime) -> bool:
    """Say whether nobody may send on this line now."""
    return bool(db.scalar(select(is_closed_now(line, now))))


def is_closed_now(
    line: str | BindParameter[str], now: datetime | BindParameter[datetime]
) -> ColumnElement[bool]:
    """SQL: nobody may send on this line."""
    return exists().where(Pace.line == line, Pace.closed_until > now)


def close_line(db: Session, line: str, until: datetime, reason: str) -> None:
    """Nobody sends on this line until then: the provider refuses everybody."""
    closed = {"closed_until": until, "closed_reason": reason[:48]}
    row = insert(Pace).values(line=line, **closed)
    db.execute(row.on_conflict_do_update(index_elements=["line"], set_=closed))
