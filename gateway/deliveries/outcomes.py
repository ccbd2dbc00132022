"""How a try ended, by the provider's later word; and what follows: heard, another try, or the end.

Later news never moves backwards: each attempt takes one outcome, the first final one, and a repeated post finds it taken.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from gateway import ledger
from gateway.channels.base import MessageReported, Outcome, VoiceEvent
from gateway.db import UnitOfWork
from gateway.deliveries import contact, missed
from gateway.models import Attempt, Call, Delivery
from gateway.rules.classes import Kind
from gateway.rules.retry import Cause, Done, Ending, Plan, RetryAt, Try, next_try
from gateway.rules.slots import SLOTS, Slot
from gateway.runtime import Runtime
from gateway.states import BROADCASTS_OVER, AttemptOutcome, DeliveryReason, DeliveryState
from gateway.store import attempts, numbers
from gateway.store.move import move

logger = logging.getLogger(__name__)

CAUSES = {
    Outcome.BUSY: Cause.BUSY,
    Outcome.NO_ANSWER: Cause.NO_ANSWER,
    Outcome.REJECTED: Cause.REJECTED,
    Outcome.OFF: Cause.OFF,
    Outcome.INVALID: Cause.INVALID,
    Outcome.NETWORK: Cause.NETWORK,
    Outcome.DELIVERED: Cause.DELIVERED,
    Outcome.OPTED_OUT: Cause.INVALID,
    Outcome.UNKNOWN: Cause.FAILED,
    Outcome.FAILED: Cause.FAILED,
}
_ATTEMPT = {
    Cause.HEARD: AttemptOutcome.ANSWERED,
    Cause.ANSWERED_NOT_HEARD: AttemptOutcome.ANSWERED,
    Cause.BUSY: AttemptOutcome.BUSY,
    Cause.NO_ANSWER: AttemptOutcome.NO_ANSWER,
    Cause.REJECTED: AttemptOutcome.REJECTED,
    Cause.OFF: AttemptOutcome.UNREACHABLE,
    Cause.INVALID: AttemptOutcome.FAILED,
    Cause.NETWORK: AttemptOutcome.FAILED,
    Cause.FAILED: AttemptOutcome.FAILED,
    Cause.DELIVERED: AttemptOutcome.DELIVERED,
}
_END = {
    Cause.HEARD: DeliveryState.HEARD,
    Cause.DELIVERED: DeliveryState.DELIVERED,
    Cause.ANSWERED_NOT_HEARD: DeliveryState.NOT_HEARD,
}
_REACHED = (Cause.HEARD, Cause.DELIVERED)
HALF = 0.5
LATER = "later"  # in what a conversation notes as heard: somebody else picked up
_HEARD_WHEN_ANSWERED = (DeliveryReason.RING, DeliveryReason.DUTY, DeliveryReason.TEST)


def call_ended(unit: UnitOfWork, rt: Runtime, call: Call, event: VoiceEvent) -> None:
    """A call of ours is over: close its attempt and decide what follows. Twice changes nothing."""
    if call.is_inbound:
        return
    attempt = attempts.find_by_provider_id(unit.db, rt.provider, event.provider_id)
    if attempt is None:
        return
    delivery = unit.db.get_one(Delivery, attempt.delivery_id, with_for_update=True)
    cause = _cause_of(call, event, delivery)
    delivery.heard_seconds = event.seconds if event.outcome is Outcome.ANSWERED else None
    if cause is Cause.INVALID:
        numbers.mark_invalid(unit.db, attempt.number_id, rt.clock())
    end_attempt(unit, rt, attempt, cause, event)


def reported(unit: UnitOfWork, rt: Runtime, event: MessageReported) -> bool:
    """A receipt for an SMS: the first final one decides, others change nothing. False: no such message."""
    attempt = attempts.find_by_provider_id(unit.db, rt.provider, event.provider_id)
    if attempt is None:
        return False
    if event.outcome is Outcome.OPTED_OUT:
        ledger.leave_by_provider(unit, rt, attempt.number_id)
    if event.is_final:
        end_attempt(unit, rt, attempt, CAUSES.get(event.outcome, Cause.FAILED))
    return True


def end_attempt(
    unit: UnitOfWork, rt: Runtime, attempt: Attempt, cause: Cause, event: VoiceEvent | None = None
) -> None:
    """Give an attempt its one outcome and its delivery what follows from it."""
    now = rt.clock()
    values = {"cost": event.cost, "currency": event.currency} if event else {}
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    if not move(unit.db, Attempt, attempt.id, _ATTEMPT[cause], cause=str(cause), ended_at=now, **values):
        return
    delivery = unit.db.get_one(Delivery, attempt.delivery_id)
    unit.db.flush()
    _settle(unit, rt, delivery, cause, now)
    logger.info("attempt ended attempt_id=%s cause=%s", attempt.id, cause)


def _settle(unit: UnitOfWork, rt: Runtime, delivery: Delivery, cause: Cause, now: datetime) -> None:
    values = {"last_cause": str(cause), "lease_until": None}
    if cause in _REACHED:
        move(unit.db, Delivery, delivery.id, _END[cause], ended_at=now, **values)
        return
    situation = contact.load(unit.db, [delivery])[0]
    follow = next_try(_tries(unit, delivery), _plan(rt, situation), now)
    match follow:
        case RetryAt(at) if not _is_last(situation, cause):
            move(unit.db, Delivery, delivery.id, DeliveryState.QUEUED, due_at=at, **values)
        case Done(Ending.EXPIRED) | Done(_) | RetryAt(_):
            end = _END.get(cause, DeliveryState.FAILED)
            move(unit.db, Delivery, delivery.id, end, ended_at=now, **values)
            missed.tell(unit, rt, delivery, cause)


def _tries(unit: UnitOfWork, delivery: Delivery) -> list[Try]:
    done = attempts.list_of(unit.db, delivery.id)
    return [Try(Cause(each.cause), each.placed_at) for each in done if each.cause]


def _is_last(situation: contact.Situation, cause: Cause) -> bool:
    """Reached is reached; and a broadcast that was stopped or is over tries nobody again."""
    broadcast = situation.broadcast
    is_in_round = situation.delivery.reason == DeliveryReason.BROADCAST
    if is_in_round and broadcast is not None and broadcast.state in BROADCASTS_OVER:
        return True
    if situation.delivery.reason == DeliveryReason.DAILY:
        return cause is not Cause.NETWORK  # who is rung next, and when, `days.asking` says
    return cause in _END and cause is not Cause.ANSWERED_NOT_HEARD


def _plan(rt: Runtime, situation: contact.Situation) -> Plan:
    delivery = situation.delivery
    return Plan(
        profile=rt.profile,
        message_class=contact.message_class_of(situation),
        kind=Kind(delivery.kind),
        seed=delivery.id,
        slots=_chosen(situation),
        expires_at=delivery.expires_at,
        open_all_day=rt.settings.open_all_day,
    )


def _chosen(situation: contact.Situation) -> Sequence[Slot]:
    """The part of the day this member asked to be rung in, or all of them (voice_design.md D25)."""
    wanted = situation.member.slot if situation.member else None
    return (Slot(wanted),) if wanted in set(SLOTS) else SLOTS


def _cause_of(call: Call, event: VoiceEvent, delivery: Delivery) -> Cause:
    outcome = event.outcome or Outcome.UNKNOWN
    was_answered = outcome is Outcome.ANSWERED or (
        call.conversation is not None and outcome is not Outcome.FAILED
    )
    if not was_answered:
        return CAUSES.get(outcome, Cause.FAILED)
    return Cause.HEARD if _was_heard(call, event, delivery) else Cause.ANSWERED_NOT_HEARD


def _was_heard(call: Call, event: VoiceEvent, delivery: Delivery) -> bool:
    """A key or the end of the message tells it; a hang-up before that is an estimate by the seconds (D32).

    Whoever is not meant was told nothing, however long they listened (journeys.md F12).
    """
    if LATER in (call.conversation or {}).get("heard", ()):
        return False
    if delivery.reason in _HEARD_WHEN_ANSWERED or (call.conversation or {}).get("heard"):
        return True
    said = (call.conversation or {}).get("said") or {}
    return (event.seconds or 0) >= HALF * float(said.get("seconds", 0)) > 0
