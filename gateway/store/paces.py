"""Lines that are closed for a while because the provider refuses everybody; how fast they go is `gateway.pace`'s."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Pace


def is_closed(db: Session, line: str, now: datetime) -> bool:
    """Say whether nobody may send on this line now."""
    return db.scalar(select(Pace.line).where(Pace.line == line, Pace.closed_until > now)) is not None


def close_line(db: Session, line: str, until: datetime, reason: str) -> None:
    """Nobody sends on this line until then: the provider refuses everybody."""
    closed = {"closed_until": until, "closed_reason": reason[:48]}
    row = insert(Pace).values(line=line, **closed)
    db.execute(row.on_conflict_do_update(index_elements=["line"], set_=closed))
