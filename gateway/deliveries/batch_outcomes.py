"""What the provider said of a batch, written for all of it at once: taken, refused by cause, or nobody knows.

A text that is refused for a cause of its own is over; one that surely never left is tried again by the rules, all of them at
the same moment, so that they still make one request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.channels.base import Handed
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import results
from gateway.deliveries.owe import SMS
from gateway.errors import ChannelError, ProviderRefused, ProviderSilent
from gateway.models import Broadcast
from gateway.rules.classes import Kind, MessageClass
from gateway.rules.retry import Cause, Plan, RetryAt, Try, next_try
from gateway.runtime import Runtime
from gateway.states import BROADCASTS_OVER, AttemptOutcome, DeliveryState
from gateway.store import batch_results as rows
from gateway.store import batches
from gateway.store.batches import Claim


@dataclass(frozen=True)
class Asked:
    """A batch for which the provider was asked: whom, on which line, and when it was claimed."""

    batch: Claim
    delivery_ids: Sequence[int]
    number_ids: Sequence[int]
    line: str
    at: datetime


def keep(rt: Runtime, asked: Asked, said: list[Handed] | ChannelError, took: timedelta) -> None:
    """Write what became of each; the batch is done."""
    with unit_of_work(rt.engine) as unit:
        batches.end(unit.db, asked.batch)
        unit.db.add(results.exchange(rt, SMS, len(asked.delivery_ids), said, took))
        match said:
            case list():
                _keep_each(unit, rt, asked, said)
            case ProviderSilent():
                rows.doubt(unit.db, asked.batch, asked.delivery_ids, str(Cause.UNKNOWN))
            case _:
                _end(unit, rt, asked, asked.delivery_ids, Cause.NETWORK)
    if isinstance(said, ProviderRefused):
        results.close_line(rt, asked.line, {asked.batch.broadcast_id}, said)


def _keep_each(unit: UnitOfWork, rt: Runtime, asked: Asked, said: Sequence[Handed]) -> None:
    taken: list[tuple[int, Handed]] = []
    others: dict[Cause, list[int]] = defaultdict(list)
    for delivery_id, number_id, handed in zip(asked.delivery_ids, asked.number_ids, said, strict=True):
        if handed.error is None:
            taken.append((delivery_id, handed))
        else:
            others[results.cause_of(unit, rt, number_id, handed)].append(delivery_id)
    if taken:
        ids, accepted = zip(*taken, strict=True)
        rows.accept(
            unit.db,
            asked.batch,
            ids,
            [each.provider_id for each in accepted],
            [each.cost for each in accepted],
            accepted[0].currency,
        )
    for cause, delivery_ids in others.items():
        if cause is Cause.UNKNOWN:
            rows.doubt(unit.db, asked.batch, delivery_ids, str(cause))
        else:
            _end(unit, rt, asked, delivery_ids, cause)


def _end(unit: UnitOfWork, rt: Runtime, asked: Asked, delivery_ids: Sequence[int], cause: Cause) -> None:
    now = rt.clock()
    broadcast = unit.db.get_one(Broadcast, asked.batch.broadcast_id)
    plan = Plan(
        profile=rt.profile,
        message_class=MessageClass(broadcast.message_class),
        kind=Kind.SMS,
        seed=f"batch:{asked.batch.id}",
        expires_at=broadcast.expires_at,
        open_all_day=rt.settings.open_all_day,
    )
    follows = next_try([Try(cause, asked.at)], plan, now)
    is_tried_again = isinstance(follows, RetryAt) and broadcast.state not in BROADCASTS_OVER
    rows.close(
        unit.db,
        asked.batch,
        delivery_ids,
        AttemptOutcome.FAILED,
        str(cause),
        DeliveryState.QUEUED if is_tried_again else DeliveryState.FAILED,
        now,
        due_at=follows.at if isinstance(follows, RetryAt) else None,
    )
