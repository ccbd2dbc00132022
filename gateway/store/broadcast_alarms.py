"""What should stop a broadcast, counted: who left after it reached them, and who complained; and which ones need somebody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import distinct, func, or_, select
from sqlalchemy.orm import Session

from gateway.models import Broadcast, Consent, Delivery, PhoneNumber, Suppression, Unit
from gateway.rules.consent import WITHDRAWN
from gateway.rules.contact import Suppressed
from gateway.states import BroadcastState, DeliveryReason
from gateway.store.units import is_under

BY_ITSELF = ("opt-outs", "complaints", "provider-refused", "budget")
SHOWN = 5


def count_opt_outs(db: Session, broadcast: Broadcast) -> int:
    """Count the members whom it tried and who have withdrawn since it began, from all calls or from campaigns."""
    query = (
        select(func.count(distinct(Delivery.member_id)))
        .join(Consent, Consent.member_id == Delivery.member_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.reason == DeliveryReason.BROADCAST)
        .where(Delivery.tries > 0, Consent.action == WITHDRAWN, Consent.at >= broadcast.started_at)
    )
    return db.scalars(query).one()


def count_complaints(db: Session, broadcast: Broadcast, since: datetime) -> int:
    """Count the numbers that it tried and that complained since then and since it began; what was lifted left out."""
    query = (
        select(func.count(distinct(Delivery.number_id)))
        .join(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .join(Suppression, Suppression.number_index == PhoneNumber.index)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.reason == DeliveryReason.BROADCAST)
        .where(Delivery.tries > 0, Suppression.reason == str(Suppressed.COMPLAINT))
        .where(Suppression.lifted_at.is_(None))
        .where(Suppression.at >= func.greatest(since, broadcast.started_at))
    )
    return db.scalars(query).one()


def list_troubled(db: Session, path: str) -> Sequence[Broadcast]:
    """List the broadcasts at or below a unit that have paused by themselves, or run while oddly few pick up."""
    has_paused = (Broadcast.state == BroadcastState.PAUSED) & Broadcast.pause_reason.in_(BY_ITSELF)
    is_odd = (Broadcast.state == BroadcastState.RUNNING) & Broadcast.warned_at.is_not(None)
    query = (
        select(Broadcast)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .where(is_under(Unit.path, path), or_(has_paused, is_odd))
    )
    return db.scalars(query.order_by(Broadcast.id.desc()).limit(SHOWN)).all()
