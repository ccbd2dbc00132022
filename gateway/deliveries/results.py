"""What the provider said when it was handed something: per number, or of the whole request.

Silence is a state of its own: what may have been sent is *in doubt* and waits for its callback (reliability.md A3).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway import faults, ledger
from gateway.channels.base import Handed, Outcome
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import halt, outcomes, whole
from gateway.deliveries.owe import SMS
from gateway.errors import ChannelError, NumberRefused, ProviderRefused, ProviderSilent, ProviderUnreachable
from gateway.models import Attempt, Delivery, Exchange
from gateway.phones import Number
from gateway.rules.retry import Cause
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from gateway.store import attempts, deliveries, numbers, paces
from gateway.store.move import move

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)  # longer than a request lasts at most (house.md, one page, 2)
LONGEST_REQUEST = timedelta(seconds=16)
ASK_AGAIN = timedelta(minutes=15)  # of what is held until staff change something
PAUSE_AFTER_REFUSAL = timedelta(minutes=1)


@dataclass(frozen=True)
class Sent:
    """What one round did: `handed` went to the provider, `judged` were held or refused instead.

    `is_paced`: nothing was looked at, because the pace allowed nothing yet.
    """

    handed: int
    judged: int
    is_paced: bool = False


@dataclass
class Claimed:
    """A delivery that is being tried, under the fence of this sender."""

    delivery_id: int
    fence: int
    attempt: Attempt
    number_id: int
    text: str
    number: Number = field(default=Number(""))


def ask(
    rt: Runtime, claimed_at: datetime, request: Callable[[], list[Handed]]
) -> list[Handed] | ChannelError:
    """Make the request; an error of the channel is an answer, too.

    Whoever was held up for so long that the lease might run out meanwhile does not ask any more.
    """
    faults.point(faults.BEFORE_REQUEST)
    if rt.clock() - claimed_at > LEASE - LONGEST_REQUEST:
        return ProviderUnreachable("we were held up and did not ask")
    try:
        said: list[Handed] | ChannelError = request()
    except ChannelError as error:
        said = error
    faults.point(faults.AFTER_REQUEST)
    return said


def keep(
    rt: Runtime,
    kind: str,
    line: str,
    batch: Sequence[Claimed],
    said: list[Handed] | ChannelError,
    took: timedelta,
) -> None:
    """Write what became of each; a callback that was quicker than our response stays."""
    with unit_of_work(rt.engine) as unit:
        attempts.lock_deliveries(unit.db, [each.delivery_id for each in batch])
        unit.db.add(exchange(rt, kind, len(batch), said, took))
        if isinstance(said, ChannelError) and kind == SMS and _are_of_broadcasts(batch):
            _failed_whole(unit, rt, batch, said)
        else:
            _keep_each(unit, rt, batch, said)
    if isinstance(said, ProviderRefused):
        close_line(rt, line, {each.attempt.broadcast_id for each in batch}, said)


def _are_of_broadcasts(batch: Sequence[Claimed]) -> bool:
    return all(each.attempt.broadcast_id is not None for each in batch)


def _failed_whole(unit: UnitOfWork, rt: Runtime, batch: Sequence[Claimed], error: ChannelError) -> None:
    attempt_ids = [each.attempt.id for each in batch]
    if isinstance(error, ProviderSilent):
        whole.doubt(unit, attempt_ids)
    else:
        whole.never_left(unit, rt, attempt_ids)


def _keep_each(
    unit: UnitOfWork, rt: Runtime, batch: Sequence[Claimed], said: list[Handed] | ChannelError
) -> None:
    answers = said if isinstance(said, list) else [Handed(each.number, error=said) for each in batch]
    pairs = list(zip(batch, answers, strict=True))
    _taken(unit, [(each, handed) for each, handed in pairs if handed.error is None])
    for each, handed in pairs:
        if handed.error is not None:
            _not_taken(unit, rt, each, handed)


def exchange(
    rt: Runtime, kind: str, recipients: int, said: list[Handed] | ChannelError, took: timedelta
) -> Exchange:
    """Return the line that says what this request came to."""
    error = said if isinstance(said, ChannelError) else None
    return Exchange(
        at=rt.clock(),
        provider=rt.provider,
        kind=kind,
        recipients=recipients,
        outcome=error.code if error else "taken",
        milliseconds=int(took.total_seconds() * 1000),
        error=type(error).__name__ if error else None,
    )


def _taken(unit: UnitOfWork, taken: Sequence[tuple[Claimed, Handed]]) -> None:
    attempts.accept_many(unit.db, {each.attempt.id: handed.provider_id for each, handed in taken})
    deliveries.mark_sent(unit.db, {each.delivery_id: each.fence for each, _ in taken})


def _not_taken(unit: UnitOfWork, rt: Runtime, each: Claimed, handed: Handed) -> None:
    attempt = unit.db.get_one(Attempt, each.attempt.id, with_for_update=True, populate_existing=True)
    if attempt.outcome != AttemptOutcome.PENDING:
        return
    cause = cause_of(unit, rt, attempt.number_id, handed)
    if cause is Cause.UNKNOWN:
        doubt(unit, attempt)
    else:
        outcomes.end_attempt(unit, rt, attempt, cause)


def cause_of(unit: UnitOfWork, rt: Runtime, number_id: int, handed: Handed) -> Cause:
    """Say why one was not taken, and note of the number what that tells: it left, or there is no such number."""
    if isinstance(handed.error, ProviderSilent):
        return Cause.UNKNOWN
    if not isinstance(handed.error, NumberRefused):
        return Cause.NETWORK
    if handed.outcome is Outcome.OPTED_OUT:
        ledger.leave_by_provider(unit, rt, number_id)
    if handed.outcome is not Outcome.INVALID:
        return Cause.FAILED
    numbers.mark_invalid(unit.db, number_id, rt.clock())
    return Cause.INVALID


def doubt(unit: UnitOfWork, attempt: Attempt) -> None:
    """The provider fell silent, or we did: it may have happened."""
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    if not move(unit.db, Attempt, attempt.id, AttemptOutcome.UNKNOWN, cause=str(Cause.UNKNOWN)):
        return
    move(
        unit.db,
        Delivery,
        attempt.delivery_id,
        DeliveryState.IN_DOUBT,
        last_cause=str(Cause.UNKNOWN),
        lease_until=None,
    )


def close_line(rt: Runtime, line: str, broadcast_ids: set[int | None], error: ProviderRefused) -> None:
    """Nobody's message would pass: stop the line for a while and the broadcasts until somebody looks."""
    logger.error("provider refuses everybody line closed provider=%s code=%s", rt.provider, error.code)
    with unit_of_work(rt.engine) as unit:
        paces.close_line(unit.db, line, rt.clock() + PAUSE_AFTER_REFUSAL, error.code)
        for broadcast_id in broadcast_ids:
            if broadcast_id is not None:
                halt.halt(unit.db, rt.clock(), broadcast_id, halt.REFUSED)
