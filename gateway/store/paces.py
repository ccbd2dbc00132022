"""One token bucket per line, a row that all senders share: claimed in the transaction that claims the deliveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Pace
from gateway.rules.pacing import Bucket


def lock_bucket(db: Session, line: str, burst: float, now: datetime) -> tuple[Bucket, datetime | None]:
    """Return the line's bucket, locked until the commit, and until when the line is closed (None: open)."""
    row = {"line": line, "tokens": burst, "refilled_at": now}
    db.execute(insert(Pace).values(row).on_conflict_do_nothing())
    pace = db.scalars(select(Pace).where(Pace.line == line).with_for_update()).one()
    db.refresh(pace)
    return Bucket(pace.tokens, pace.refilled_at), pace.closed_until


def save_bucket(db: Session, line: str, bucket: Bucket) -> None:
    db.execute(update(Pace).where(Pace.line == line).values(tokens=bucket.tokens, refilled_at=bucket.at))


def close_line(db: Session, line: str, until: datetime, reason: str) -> None:
    """Nobody sends on this line until then: the provider refuses everybody."""
    db.execute(update(Pace).where(Pace.line == line).values(closed_until=until, closed_reason=reason[:48]))
