"""Receipts that name an id nobody told us: a sender fell between the provider's yes and our writing it down.

A receipt brings nothing of ours back, only the provider's own id and the number (africastalking.md C4). So it is matched by
number and time, with the one text to that number that was begun before the receipt came and of whose id we know nothing.
Whatever is being handed over counts too: its id is about to be written, and until then the receipt may be its own. Where
two could be meant none is chosen: the receipt is kept with the number, and what is in doubt there is not sent again
(`store.doubts.lock_waited`), so that nobody is texted twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from gateway.channels.base import MessageReported
from gateway.db import UnitOfWork
from gateway.deliveries import outcomes
from gateway.deliveries.owe import SMS
from gateway.models import Attempt, Delivery
from gateway.phones import NumberUnreadable, parse_number
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from gateway.store import attempts, doubts, numbers
from gateway.store.move import move

logger = logging.getLogger(__name__)

LATEST = timedelta(hours=72)  # after its text; reliability.md 3


def number_of(unit: UnitOfWork, rt: Runtime, event: MessageReported) -> int | None:
    """Find the number that a receipt names; None where we have no such number."""
    try:
        number = parse_number(event.number, rt.settings.country)
    except NumberUnreadable:
        return None
    return numbers.find_number_id(unit.db, rt.vault, number)


def match(
    unit: UnitOfWork, rt: Runtime, event: MessageReported, number_id: int | None, came_at: datetime
) -> bool:
    """Apply a receipt of an unknown id to the one text that it must be of. False: there is none, or more than one."""
    if number_id is None:
        return False
    since = came_at - LATEST
    meant = doubts.list_without_id(unit.db, rt.provider, SMS, number_id, since, came_at)
    if len(meant) != 1 or not _is_still_without(unit, meant[0]):
        return False
    meant[0].provider_id = event.provider_id
    unit.db.flush()
    if not event.is_final:
        _has_left(unit, meant[0])
    logger.info("a receipt was matched by its number attempt_id=%s", meant[0].id)
    return outcomes.reported(unit, rt, event)


def _is_still_without(unit: UnitOfWork, attempt: Attempt) -> bool:
    """Nobody was quicker, and nobody is just asking the provider."""
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    unit.db.refresh(attempt)
    return attempt.provider_id is None and attempt.outcome in doubts.WITHOUT_ID


def _has_left(unit: UnitOfWork, attempt: Attempt) -> None:
    """It is on its way: no doubt any more."""
    if move(unit.db, Attempt, attempt.id, AttemptOutcome.ACCEPTED, cause=None):
        move(unit.db, Delivery, attempt.delivery_id, DeliveryState.SENT, last_cause=None)
