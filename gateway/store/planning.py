"""How PostgreSQL plans what follows in a transaction: settings that end with it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# A plan that was kept for any values fits a booth, or the state, but not both.
ANEW = {"plan_cache_mode": "force_custom_plan"}


def plan(db: Session, **settings: str) -> None:
    """Set these until the transaction ends."""
    db.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
