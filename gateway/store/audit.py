"""The log of who did and saw what: written by `store.staff.add_audit`; counted, read and sealed here. Nothing changes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.models import AuditEntry, AuditSeal


def count_about(db: Session, action: str, subject: str, subject_id: int, since: datetime) -> int:
    """Count how often this was noted about one subject since then."""
    query = select(func.count(AuditEntry.id)).where(AuditEntry.at > since, AuditEntry.action == action)
    return db.scalars(query.where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)).one()


def count_by(db: Session, action: str, staff_id: int, since: datetime) -> int:
    """Count how often this person did this since then."""
    query = select(func.count(AuditEntry.id)).where(AuditEntry.at > since, AuditEntry.action == action)
    return db.scalars(query.where(AuditEntry.staff_id == staff_id)).one()


def is_noted(db: Session, action: str, staff_id: int, subject: str, subject_id: int, since: datetime) -> bool:
    """Whether this person did this to that subject since then."""
    query = select(AuditEntry.id).where(AuditEntry.at > since, AuditEntry.action == action)
    about = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
    return db.scalar(query.where(AuditEntry.staff_id == staff_id, *about).limit(1)) is not None


def is_any_unsealed(db: Session, before: datetime) -> bool:
    """Whether an entry from before then is not part of a seal."""
    sealed = select(func.coalesce(func.max(AuditSeal.last_entry_id), 0)).scalar_subquery()
    query = select(AuditEntry.id).where(AuditEntry.id > sealed, AuditEntry.at < before)
    return db.scalar(query.order_by(AuditEntry.id).limit(1)) is not None


def lock_for_sealing(db: Session) -> None:
    """Wait until nobody writes entries, and let nobody begin until the end of this transaction."""
    db.execute(text("SET LOCAL lock_timeout = '5s'"))
    db.execute(text("LOCK TABLE audit_entries IN SHARE MODE"))
    db.execute(text("LOCK TABLE audit_seals IN EXCLUSIVE MODE"))


def last_seal(db: Session) -> AuditSeal | None:
    return db.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))


def all_seals(db: Session) -> Iterable[AuditSeal]:
    """Yield the seals in their order, some at a time."""
    return db.scalars(select(AuditSeal).order_by(AuditSeal.id).execution_options(yield_per=50))


def entries_between(
    db: Session, after: int, up_to: int | None = None, limit: int | None = None
) -> Sequence[AuditEntry]:
    """List entries with a greater number than `after`, in their order."""
    query = select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(limit)
    return db.scalars(query if up_to is None else query.where(AuditEntry.id <= up_to)).all()


def count_after(db: Session, after: int) -> int:
    return db.scalars(select(func.count(AuditEntry.id)).where(AuditEntry.id > after)).one()
