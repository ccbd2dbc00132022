"""Answers to a report, and the calls that bring them to the member."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Answer, Delivery, Report
from gateway.states import DeliveryReason


def list_answers(db: Session, report_id: int) -> Sequence[Answer]:
    """List the answers given, oldest first."""
    return db.scalars(select(Answer).where(Answer.report_id == report_id).order_by(Answer.id)).all()


def list_rings(db: Session, report_id: int) -> dict[int, Delivery]:
    """Return by answer the delivery that takes it to the member."""
    query = select(Delivery).where(
        Delivery.report_id == report_id,
        Delivery.reason == DeliveryReason.ANSWER,
        Delivery.answer_id.is_not(None),
    )
    return {each.answer_id: each for each in db.scalars(query.order_by(Delivery.id)) if each.answer_id}


def lock_report(db: Session, report_id: int) -> None:
    """Let answers to one report pass one after the other until the end of this transaction."""
    db.execute(select(Report.id).where(Report.id == report_id).with_for_update())
