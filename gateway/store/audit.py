"""The log of who did and saw what: written by `store.staff.add_audit`, searched and counted here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import AuditEntry


def count_about(db: Session, action: str, subject: str, subject_id: int, since: datetime) -> int:
    """Count how often this was noted about one subject since then."""
    query = select(func.count(AuditEntry.id)).where(AuditEntry.at > since, AuditEntry.action == action)
    return db.scalars(query.where(AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)).one()


def count_by(db: Session, action: str, staff_id: int, since: datetime) -> int:
    """Count how often this person did this since then."""
    query = select(func.count(AuditEntry.id)).where(AuditEntry.at > since, AuditEntry.action == action)
    return db.scalars(query.where(AuditEntry.staff_id == staff_id)).one()
