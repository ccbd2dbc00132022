"""How PostgreSQL plans what follows in a transaction: settings that end with it."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

# A plan that was kept for any values fits a booth, or the state, but not both.
ANEW = {"plan_cache_mode": "force_custom_plan"}
# What is asked all day lies in memory: to jump about in it costs little more than to read on, and ten thousand units that
# are met once each are not worth keeping at hand.
WARM = {"random_page_cost": "1.1", "enable_memoize": "off"}


def plan(db: Session, **settings: str) -> None:
    """Set these until the transaction ends."""
    db.execute(select(*(func.set_config(name, value, True) for name, value in settings.items())))
