"""A ring that we declined so as to call back: once a minute, never to a stranger's premium number (D30, C16)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, select, update

from gateway.db import UnitOfWork
from gateway.deliveries.owe import VOICE, owe_call_back, ring_senders
from gateway.models import Attempt, Delivery, Member, OtherNumber, PhoneNumber
from gateway.phones import country_of, is_mobile, is_premium
from gateway.rules.call_back import Ring, may_call_back
from gateway.rules.verdicts import Reason, Refused
from gateway.runtime import Runtime
from gateway.states import DELIVERIES_OPEN, DeliveryReason, DeliveryState
from gateway.store import members, numbers

logger = logging.getLogger(__name__)

EXPIRES_AFTER = timedelta(hours=36)  # three tries: at once, two hours later, the next day
AGAIN_AFTER = timedelta(seconds=60)


def rang(unit: UnitOfWork, rt: Runtime, number_id: int | None) -> int | None:
    """Owe a call-back where the rules allow one; returns the delivery's id. A withheld number gets none."""
    if number_id is None:
        return None
    now = rt.clock()
    verdict = may_call_back(_ring(unit, rt, number_id, now))
    if isinstance(verdict, Refused) and verdict.reason is Reason.JUST_RANG:
        return _hurry(unit, rt, number_id, now)
    if isinstance(verdict, Refused):
        logger.info("ring not called back reason=%s", verdict.reason)
        return None
    return owe_call_back(unit, rt, number_id, now + EXPIRES_AFTER)


def _hurry(unit: UnitOfWork, rt: Runtime, number_id: int, now: datetime) -> int | None:
    """A call-back that was not reached waits for its next try: who rings again meanwhile is rung now."""
    waiting = (
        update(Delivery)
        .where(Delivery.number_id == number_id, Delivery.reason == DeliveryReason.RING)
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)), Delivery.due_at > now)
        .where(~exists().where(Attempt.delivery_id == Delivery.id, Attempt.placed_at > now - AGAIN_AFTER))
        .values(due_at=now)
        .returning(Delivery.id)
    )
    delivery_id = unit.db.scalar(waiting.execution_options(synchronize_session=False))
    if delivery_id is not None:
        ring_senders(unit, rt, VOICE)
    return delivery_id


def _ring(unit: UnitOfWork, rt: Runtime, number_id: int, now: datetime) -> Ring:
    number = numbers.open_number(unit.db, rt.vault, number_id)
    today = _agreed(unit, number_id, now - timedelta(days=1))
    return Ring(
        at=now,
        is_known=bool(members.list_on_number(unit.db, number_id)),
        is_foreign=country_of(number) != rt.settings.country,
        is_premium=is_premium(number),
        is_landline=not is_mobile(number),
        is_awaited=any(state in DELIVERIES_OPEN for state, _ in today),
        last_at=max((at for _, at in today), default=None),
        call_backs_today=len(today),
        unknown_this_hour=_strangers(unit, now - timedelta(hours=1)),
    )


def _agreed(unit: UnitOfWork, number_id: int, since: datetime) -> list[tuple[str, datetime]]:
    query = select(Delivery.state, Delivery.created_at).where(
        Delivery.number_id == number_id, Delivery.reason == DeliveryReason.RING, Delivery.created_at > since
    )
    return [(state, at) for state, at in unit.db.execute(query)]


def _strangers(unit: UnitOfWork, since: datetime) -> int:
    """Count call-backs to strangers since then. Prefixes are sealed with the numbers, so they are not counted apart."""
    query = (
        select(func.count(Delivery.id))
        .outerjoin(Member, Member.number_id == Delivery.number_id)
        .outerjoin(
            OtherNumber, and_(OtherNumber.number_id == Delivery.number_id, OtherNumber.until.is_(None))
        )
        .join(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .where(Delivery.reason == DeliveryReason.RING, Delivery.created_at > since)
        .where(Member.id.is_(None), OtherNumber.id.is_(None))
    )
    return unit.db.scalars(query).one()
