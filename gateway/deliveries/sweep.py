"""Finds what was lost: leases that ran out, calls without a last word, bells that did not ring (house.md 5.3, 7)."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

from gateway.db import UnitOfWork
from gateway.deliveries import batches, results, send
from gateway.deliveries.owe import SMS, VOICE, ring_senders
from gateway.models import Attempt, Delivery
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from gateway.store import attempts, deliveries
from gateway.store.move import move

logger = logging.getLogger(__name__)

LONGEST_SILENCE = {VOICE: timedelta(minutes=20), SMS: timedelta(hours=72)}  # reliability.md 3


def sweep(unit: UnitOfWork, rt: Runtime) -> None:
    """Run every 15 s; running it twice, or in two places, changes nothing more."""
    _leases(unit, rt)
    batches.take_back(unit, rt)
    for kind in (VOICE, SMS):
        _silent(unit, rt, kind)
        if send.has_due(unit.db, rt, kind):
            ring_senders(unit, rt, kind)


def _leases(unit: UnitOfWork, rt: Runtime) -> None:
    """A sender that was cut off: what it had claimed may have been sent, so it is in doubt."""
    for delivery in deliveries.lock_expired(unit.db, rt.clock()):
        attempt = _last(unit, delivery)
        if attempt is not None and attempt.outcome == AttemptOutcome.PENDING:
            results.doubt(unit, attempt)
        else:
            move(unit.db, Delivery, delivery.id, DeliveryState.SENT, lease_until=None)
        logger.warning("a sender fell silent delivery_id=%s", delivery.id)


def _silent(unit: UnitOfWork, rt: Runtime, kind: str) -> None:
    """No last word came of these: they keep no line busy and no broadcast open any more (reliability.md B20)."""
    for attempt in attempts.list_stale(unit.db, kind, rt.clock() - LONGEST_SILENCE[kind]):
        results.doubt(unit, attempt)


def _last(unit: UnitOfWork, delivery: Delivery) -> Attempt | None:
    query = select(Attempt).where(Attempt.delivery_id == delivery.id, Attempt.try_number == delivery.tries)
    return unit.db.scalar(query)
