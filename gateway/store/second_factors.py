"""Steps of the second factor and codes on paper, each used at most once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.models import RecoveryCode, SignIn, Staff


def use_step(db: Session, staff_id: int, step: int) -> bool:
    """Use up a time step; False where it, or a later one, was used before."""
    is_new = or_(Staff.totp_step.is_(None), Staff.totp_step < step)
    claimed = update(Staff).where(Staff.id == staff_id, is_new).values(totp_step=step).returning(Staff.id)
    return db.scalar(claimed) is not None


def use_code(db: Session, staff_id: int, code_hash: bytes, now: datetime) -> bool:
    """Use up a code on paper; False where there is no such one left."""
    claimed = (
        update(RecoveryCode)
        .where(RecoveryCode.staff_id == staff_id, RecoveryCode.code_hash == code_hash)
        .where(RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    return db.scalar(claimed) is not None


def replace_codes(db: Session, staff_id: int, hashes: Sequence[bytes]) -> None:
    db.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    db.add_all(RecoveryCode(staff_id=staff_id, code_hash=each) for each in hashes)
    db.flush()


def count_codes(db: Session, staff_id: int) -> int:
    """Count the codes on paper that are left."""
    query = select(func.count(RecoveryCode.id)).where(RecoveryCode.staff_id == staff_id)
    return db.scalars(query.where(RecoveryCode.used_at.is_(None))).one()


def end_half(db: Session, token_hash: bytes, now: datetime) -> None:
    """End the sign-in that waited for its code: another took its place."""
    db.execute(update(SignIn).where(SignIn.token_hash == token_hash).values(revoked_at=now))
