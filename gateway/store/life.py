"""Reports for which a time has come: late, to be told about, to be asked about, or whose owner has left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.models import Call, Delivery, Report, Staff
from gateway.states import DELIVERIES_OPEN, CallState, DeliveryState

AT_ONCE = 200
_IN_DOUBT_FOR = timedelta(hours=1)  # a call that was placed all the same has begun by then
_LONGEST_CALL = timedelta(hours=2)

LATE, TO_TELL, TO_ASK = Report.climb_at, Report.tell_at, Report.ask_at


def list_due(db: Session, column: InstrumentedAttribute[datetime | None], now: datetime) -> Sequence[int]:
    """List reports whose time by this column (LATE, TO_TELL, TO_ASK) has come, the longest due first."""
    return db.scalars(select(Report.id).where(column <= now).order_by(column).limit(AT_ONCE)).all()


def list_left(db: Session) -> Sequence[int]:
    """List open reports of people who work here no more."""
    query = select(Report.id).join(Staff, Staff.id == Report.assignee_id)
    return db.scalars(query.where(Report.is_waiting, Staff.disabled_at.is_not(None)).limit(AT_ONCE)).all()


def has_left(db: Session, staff_id: int) -> bool:
    return db.scalar(select(Staff.disabled_at).where(Staff.id == staff_id)) is not None


def lock_unless_busy(db: Session, report_id: int) -> bool:
    """Lock a report until the end of the transaction; False: somebody is at it, or it is gone."""
    query = select(Report.id).where(Report.id == report_id).with_for_update(skip_locked=True)
    return db.scalar(query) is not None


def lock_severable(db: Session, now: datetime) -> Sequence[Delivery]:
    """Lock calls to reporters who stay unnamed that have ended, however they did."""
    is_over = Delivery.state.not_in((*DELIVERIES_OPEN, DeliveryState.IN_DOUBT))
    is_lost = (Delivery.state == DeliveryState.IN_DOUBT) & (Delivery.due_at < now - _IN_DOUBT_FOR)
    query = select(Delivery).where(Delivery.dedupe.like("unnamed:%"), is_over | is_lost)
    return db.scalars(query.limit(AT_ONCE).with_for_update(skip_locked=True)).all()


def lock_silent_calls(db: Session, now: datetime) -> Sequence[Call]:
    """Lock calls of somebody unnamed of which no last word came: they name their report no longer."""
    query = select(Call).where(Call.state != CallState.ENDED, Call.is_sealed, Call.report_id.is_not(None))
    stale = query.where(Call.started_at < now - _LONGEST_CALL)
    return db.scalars(stale.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
