"""A request of equal texts that failed as a whole: what follows is the same for all of it, and written by few statements.

One by one a thousand would take a quarter of a minute, while a stop waits for them. Those with the same past are tried again
at the same moment, so that they make one request again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence

from gateway.db import UnitOfWork
from gateway.deliveries import contact, outcomes
from gateway.models import Delivery
from gateway.rules.retry import Cause, RetryAt, next_try
from gateway.runtime import Runtime
from gateway.states import BROADCASTS_OVER, AttemptOutcome, DeliveryState
from gateway.store import attempts, deliveries

logger = logging.getLogger(__name__)


def doubt(unit: UnitOfWork, attempt_ids: Sequence[int]) -> None:
    """Nobody knows whether they left."""
    cause = str(Cause.UNKNOWN)
    doubtful = attempts.end_asked(unit.db, attempt_ids, AttemptOutcome.UNKNOWN, cause)
    deliveries.settle_asked(unit.db, doubtful, DeliveryState.IN_DOUBT, cause)


def never_left(unit: UnitOfWork, rt: Runtime, attempt_ids: Sequence[int]) -> None:
    """They surely did not: each comes again as often as its own past allows. Texts of broadcasts only."""
    now, cause = rt.clock(), str(Cause.NETWORK)
    ended = attempts.end_asked(unit.db, attempt_ids, AttemptOutcome.FAILED, cause, ended_at=now)
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for delivery_id, *past in attempts.list_pasts(unit.db, ended):
        alike[tuple(past)].append(delivery_id)
    for same in alike.values():
        again = _again(unit, rt, same[0])
        if again is None:
            deliveries.settle_asked(unit.db, same, DeliveryState.FAILED, cause, ended_at=now)
        else:
            deliveries.settle_asked(unit.db, same, DeliveryState.QUEUED, cause, due_at=again.at)
    logger.info("a request failed as a whole texts=%s", len(ended))


def _again(unit: UnitOfWork, rt: Runtime, delivery_id: int) -> RetryAt | None:
    """Say when one of them comes again, and with it all that have its past."""
    delivery = unit.db.get_one(Delivery, delivery_id)
    situation = contact.load(unit.db, [delivery])[0]
    if situation.broadcast is None or situation.broadcast.state in BROADCASTS_OVER:
        return None
    plan = outcomes.plan_of(unit.db, rt, situation)
    follows = next_try(outcomes.tries_of(unit.db, delivery), plan, rt.clock())
    return follows if isinstance(follows, RetryAt) else None
