"""Reports that may tell the same problem."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.models import Report, Unit
from gateway.store.reports import select_visible
from gateway.store.sight import Sight


def list_like(db: Session, sight: Sight, report: Report, within: timedelta, limit: int) -> Sequence[Report]:
    """List open reports of the same place or one beside it, of the same or no category, received within that time.

    Likeliest first: of the same category before those without one, of the same place before those beside it, near in
    time before far.
    """
    here = aliased(Unit)
    parent = select(here.parent_id).where(here.id == report.unit_id).scalar_subquery()
    is_near = or_(Report.unit_id == report.unit_id, Unit.parent_id == parent)
    apart = func.abs(func.extract("epoch", Report.received_at - report.received_at))
    query = select_visible(sight).where(
        Report.is_waiting,
        Report.id != report.id,
        is_near,
        Report.received_at.between(report.received_at - within, report.received_at + within),
    )
    if report.category is not None:
        query = query.where(or_(Report.category == report.category, Report.category.is_(None)))
    is_same = case((Report.category == report.category, 0), else_=1)
    is_here = case((Report.unit_id == report.unit_id, 0), else_=1)
    found: Sequence[Report] = db.scalars(
        query.order_by(is_same, is_here, apart, Report.id).limit(limit)
    ).all()
    return found
