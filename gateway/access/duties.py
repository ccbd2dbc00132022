"""What a person must do before anything else: choose a password of their own, set up the second factor.

The second factor is demanded of whoever can do the most harm: administrators, and coordinators of the whole organisation;
they have some days for it. The demo organisation is only asked. The row `second-factor` of the settings decides otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access.permissions import Role
from gateway.models import Setting, Staff, Unit
from gateway.store.activity import DEMO

SETTING = "second-factor"  # {"is_forced": bool, "days": int}
DAYS = 7
PASSWORD, SECOND_FACTOR = "password", "second-factor"


@dataclass(frozen=True)
class Duty:
    """`must` is what bars the way now; `second_factor_by` until when the second factor may wait."""

    must: str | None = None
    second_factor_by: datetime | None = None


def of(db: Session, person: Staff, place: Unit, now: datetime) -> Duty:
    """Say what this person must do first."""
    if person.must_change_password:
        return Duty(PASSWORD)
    if person.totp_since is not None or not is_demanded(db, person, place):
        return Duty()
    by = person.created_at + timedelta(days=_days(db))
    return Duty(SECOND_FACTOR if now >= by else None, by)


def is_demanded(db: Session, person: Staff, place: Unit) -> bool:
    """Whether this role at this place may not do without the second factor."""
    is_top = person.role == Role.COORDINATOR and place.parent_id is None
    return (person.role == Role.ADMINISTRATOR or is_top) and _is_forced(db)


def _is_forced(db: Session) -> bool:
    kept = _settings(db)
    return bool(kept.get(SETTING, {}).get("is_forced", DEMO not in kept))


def _days(db: Session) -> int:
    days = _settings(db).get(SETTING, {}).get("days", DAYS)
    return days if isinstance(days, int) else DAYS


def _settings(db: Session) -> dict[str, dict[str, object]]:
    rows = db.execute(select(Setting.name, Setting.value).where(Setting.name.in_((SETTING, DEMO))))
    return {row.name: row.value for row in rows}
