"""The append-only consent ledger; `members.consent` is derived from it here and written nowhere else (L5)."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import Consent, Member
from gateway.rules.consent import ConsentState, Entry, derive


def add_consent(db: Session, entry: Consent) -> ConsentState:
    """Write one entry and the state that follows from the whole ledger of that member."""
    db.add(entry)
    db.flush()
    state = derive(_entries(db, entry.member_id), entry.at)
    db.execute(update(Member).where(Member.id == entry.member_id).values(consent=state))
    return state


def _entries(db: Session, member_id: int) -> list[Entry]:
    rows = db.scalars(select(Consent).where(Consent.member_id == member_id).order_by(Consent.at, Consent.id))
    return [
        Entry(purpose=row.purpose, action=row.action, how=row.how, at=row.at, expires_at=row.expires_at)
        for row in rows
    ]
