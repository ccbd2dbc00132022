"""Links that let one person choose a password; found by the hash of what stands in the link."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import Invitation, Staff


def find_open(db: Session, token_hash: bytes, now: datetime) -> Invitation | None:
    """Return the invitation of this link while it can be used."""
    query = select(Invitation).join(Staff, Staff.id == Invitation.staff_id)
    return db.scalar(
        query.where(
            Invitation.token_hash == token_hash,
            Invitation.used_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
            Staff.disabled_at.is_(None),
        )
    )


def use(db: Session, token_hash: bytes, now: datetime) -> int | None:
    """Use a link up and return whose it was; None where somebody was faster."""
    found = find_open(db, token_hash, now)
    if found is None:
        return None
    claimed = update(Invitation).where(Invitation.id == found.id, Invitation.used_at.is_(None))
    return db.scalar(claimed.values(used_at=now).returning(Invitation.staff_id))


def revoke_all(db: Session, staff_id: int, now: datetime) -> None:
    """End every link of this person that was not used."""
    unused = update(Invitation).where(Invitation.staff_id == staff_id, Invitation.used_at.is_(None))
    db.execute(unused.where(Invitation.revoked_at.is_(None)).values(revoked_at=now))


def newest_of(db: Session, staff_id: int) -> Invitation | None:
    """Return the latest link that was made for this person, whatever became of it."""
    return db.scalar(
        select(Invitation).where(Invitation.staff_id == staff_id).order_by(Invitation.id.desc()).limit(1)
    )


def is_open(invitation: Invitation, now: datetime) -> bool:
    """Whether this link can still be used."""
    return invitation.used_at is None and invitation.revoked_at is None and invitation.expires_at > now
