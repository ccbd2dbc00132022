"""Tries of which nobody knows what became: the provider is asked where it can be, then the rules say what follows.

A callback ends a doubt at any time. Until then the provider is asked once a minute at most, and what it says counts as its
callback would. After half an hour the rules of retry decide (reliability.md A3): a call comes again in another part of the
day, an SMS never, but both once more where there is danger. What is not repeated stays in doubt and is counted as such.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.channels.base import Known, LookUp, MessageReported, VoiceEvent
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import contact, outcomes
from gateway.errors import ChannelError
from gateway.models import Attempt, Call, Delivery
from gateway.phones import Number
from gateway.rules.retry import Cause, RetryAt, next_try
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryReason, DeliveryState
from gateway.store import attempts, doubts, numbers
from gateway.store.move import move

logger = logging.getLogger(__name__)

ASKED_EVERY = timedelta(minutes=1)
WAIT = timedelta(minutes=30)  # for a callback, before another try is thought of
LONGEST = timedelta(hours=72)  # reliability.md 3: then it stays unknown
EARLIER = timedelta(hours=3)  # one of two clocks may be wrong; what belongs to another try is left out anyway
AT_ONCE = 50
_ASKED_BY_ROOMS = (DeliveryReason.DAILY, DeliveryReason.TEST)  # whoever owes these says when they come again


@dataclass(frozen=True)
class _Question:
    attempt_id: int
    kind: str
    number: Number
    placed_at: datetime


def ask(rt: Runtime) -> None:
    """Ask the provider about what is in doubt, where it can be asked; what it does not know stays as it is."""
    look_up = rt.channels.look_up
    if look_up is None:
        return
    with unit_of_work(rt.engine) as unit:
        questions = _questions(unit.db, rt)
    for each in questions:
        known = _look_up(look_up, each)
        if known is not None:
            with unit_of_work(rt.engine) as unit:
                _learn(unit, rt, each.attempt_id, known)


def give_up_waiting(unit: UnitOfWork, rt: Runtime) -> None:
    """Try again what was in doubt for long enough and may be repeated; doing it twice changes nothing more."""
    now = rt.clock()
    waited = doubts.lock_waited(unit.db, now - LONGEST, now - WAIT, _ASKED_BY_ROOMS)
    for situation in contact.load(unit.db, waited):
        delivery = situation.delivery
        follows = next_try(
            outcomes.tries_of(unit.db, delivery), outcomes.plan_of(unit.db, rt, situation), now
        )
        if isinstance(follows, RetryAt):
            move(unit.db, Delivery, delivery.id, DeliveryState.QUEUED, due_at=follows.at)
            logger.info("in doubt for too long, tried again delivery_id=%s", delivery.id)


def is_waiting(db: Session, broadcast_id: int, now: datetime) -> bool:
    """Say whether a broadcast has somebody in doubt who will be tried again: it is not over yet."""
    return doubts.has_repeatable(db, broadcast_id, now - WAIT - ASKED_EVERY)


def _questions(db: Session, rt: Runtime) -> list[_Question]:
    now = rt.clock()
    doubtful = doubts.lock_unasked(db, rt.provider, now - LONGEST, now - ASKED_EVERY, AT_ONCE)
    doubts.note_asked(db, [each.id for each in doubtful], now)
    opened = numbers.open_numbers(db, rt.vault, [each.number_id for each in doubtful])
    return [
        _Question(each.id, each.kind, opened[each.number_id], each.placed_at)
        for each in doubtful
        if each.number_id in opened
    ]


def _look_up(look_up: LookUp, each: _Question) -> list[Known] | None:
    try:
        return look_up.find(each.kind, each.number, each.placed_at - EARLIER)
    except ChannelError as error:
        logger.info("the provider does not say what became of it error=%s", error.code)
        return None


def _learn(unit: UnitOfWork, rt: Runtime, attempt_id: int, known: Sequence[Known]) -> None:
    """Apply what the provider knows, unless a callback was quicker."""
    attempt = unit.db.get_one(Attempt, attempt_id)
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    unit.db.refresh(attempt)
    if attempt.outcome != AttemptOutcome.UNKNOWN:
        return
    ours = _ours(unit.db, rt, attempt, known)
    if ours is None:
        outcomes.end_attempt(unit, rt, attempt, Cause.NETWORK)  # it surely never left
        return
    if attempt.provider_id is None:
        attempt.provider_id = ours.provider_id
        unit.db.flush()
    match ours.last:
        case VoiceEvent():
            _call_ended(unit, rt, attempt, ours.last)
        case MessageReported():
            outcomes.reported(unit, rt, ours.last)
        case None:
            move(unit.db, Attempt, attempt.id, AttemptOutcome.ACCEPTED, cause=None)
            move(unit.db, Delivery, attempt.delivery_id, DeliveryState.SENT, last_cause=None)


def _ours(db: Session, rt: Runtime, attempt: Attempt, known: Sequence[Known]) -> Known | None:
    """Return what belongs to this try: its own id, else the first that belongs to no other."""
    for each in known:
        if attempt.provider_id is not None and each.provider_id == attempt.provider_id:
            return each
        if attempt.provider_id is None:
            other = attempts.find_by_provider_id(db, rt.provider, each.provider_id)
            if other is None:
                return each
    return None


def _call_ended(unit: UnitOfWork, rt: Runtime, attempt: Attempt, event: VoiceEvent) -> None:
    """A call of which we heard nothing at all was answered by nobody who heard anything."""
    query = select(Call).where(Call.provider == rt.provider, Call.provider_id == event.provider_id)
    call = unit.db.scalar(query)
    if call is not None:
        outcomes.call_ended(unit, rt, call, event)
        return
    cause = outcomes.CAUSES.get(event.outcome, Cause.ANSWERED_NOT_HEARD) if event.outcome else Cause.FAILED
    outcomes.end_attempt(unit, rt, attempt, cause)
