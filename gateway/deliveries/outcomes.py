"""How a try ended, by the provider's later word; and what follows: heard, another try, or the end.

Later news never moves backwards: each attempt takes one outcome, the first final one, and a repeated post finds it taken.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway import ledger
from gateway.channels.base import MessageReported, Outcome, VoiceEvent
from gateway.db import UnitOfWork
from gateway.deliveries import contact, fallback, heard, missed
from gateway.deliveries.owe import VOICE, ring_senders
from gateway.models import Attempt, Call, Delivery
from gateway.rules.classes import Kind, MessageClass
from gateway.rules.habits import counted, unreached
from gateway.rules.hearing import Evidence
from gateway.rules.retry import Cause, Done, Ending, Plan, RetryAt, Try, next_try
from gateway.rules.slots import SLOTS, Slot, slot_at
from gateway.runtime import Runtime
from gateway.states import BROADCASTS_OVER, AttemptOutcome, DeliveryReason, DeliveryState
from gateway.store import attempts, habits, numbers, zones
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
CALL_BACKS = 3  # to a missed call; then one SMS says so (journeys.md M1)
_ANSWERED = (Cause.HEARD, Cause.ANSWERED_NOT_HEARD)
_RANG = (*_ANSWERED, Cause.BUSY, Cause.NO_ANSWER, Cause.OFF, Cause.REJECTED)
_AT_OUR_TIME = (DeliveryReason.BROADCAST, DeliveryReason.INTRODUCTION, DeliveryReason.NUMBER_CHANGE)
_HEARD_WHEN_ANSWERED = (DeliveryReason.RING, DeliveryReason.DUTY, DeliveryReason.TEST)


@dataclass(frozen=True)
class CallEnding:
    """How one try ended: its cause, on what evidence it was heard, and whether a person picked up."""

    cause: Cause
    evidence: Evidence | None = None
    is_person: bool = True


def call_ended(unit: UnitOfWork, rt: Runtime, call: Call, event: VoiceEvent) -> None:
    """A call is over: close its attempt, if it was ours, and decide what follows. Twice changes nothing."""
    if call.is_inbound:
        if call.number_id is not None:
            habits.end_silence(unit.db, call.number_id)
        return
    attempt = attempts.find_by_provider_id(unit.db, rt.provider, event.provider_id)
    if attempt is None:
        return
    delivery = unit.db.get_one(Delivery, attempt.delivery_id, with_for_update=True)
    ending = _ending_of(unit.db, call, attempt, event, delivery)
    delivery.heard_seconds = event.seconds if event.outcome is Outcome.ANSWERED else None
    if ending.cause is Cause.INVALID:
        numbers.mark_invalid(unit.db, attempt.number_id, rt.clock())
    _end(unit, rt, attempt, ending, event)
    ring_senders(unit, rt, VOICE)  # a line is free, and a phone: somebody may have waited for either


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


def end_attempt(unit: UnitOfWork, rt: Runtime, attempt: Attempt, cause: Cause) -> None:
    """Give an attempt its one outcome and its delivery what follows from it."""
    _end(unit, rt, attempt, CallEnding(cause), None)


def tries_of(db: Session, delivery: Delivery) -> list[Try]:
    """List the tries that have a cause, the first first, timed from the ring."""
    done = attempts.list_of(db, delivery.id)
    return [Try(Cause(each.cause), each.placed_at) for each in done if each.cause]


def plan_of(db: Session, rt: Runtime, situation: contact.Situation) -> Plan:
    """Gather what the retries of this delivery hang on: its unit's clock, what the member chose, what the number answered."""
    delivery = situation.delivery
    return Plan(
        profile=zones.profile_at(db, rt.profile, situation.unit_path),
        message_class=contact.message_class_of(situation),
        kind=Kind(delivery.kind),
        seed=delivery.id,
        slots=_chosen(situation),
        record=habits.find_record(db, delivery.number_id),
        expires_at=delivery.expires_at,
        open_all_day=rt.settings.open_all_day,
    )


def _end(
    unit: UnitOfWork, rt: Runtime, attempt: Attempt, ending: CallEnding, event: VoiceEvent | None
) -> None:
    now, cause = rt.clock(), ending.cause
    values = {"cost": event.cost, "currency": event.currency} if event else {}
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    if not move(unit.db, Attempt, attempt.id, _ATTEMPT[cause], cause=str(cause), ended_at=now, **values):
        return
    delivery = unit.db.get_one(Delivery, attempt.delivery_id)
    unit.db.flush()
    situation = contact.load(unit.db, [delivery])[0]
    _learn(unit.db, rt, situation, attempt, ending)
    if (
        cause in _REACHED or attempt.try_number == delivery.tries
    ):  # late news of an earlier try moves nothing else
        _settle(unit, rt, situation, ending, now)
    logger.info("attempt ended attempt_id=%s cause=%s", attempt.id, cause)


def _learn(
    db: Session, rt: Runtime, situation: contact.Situation, attempt: Attempt, ending: CallEnding
) -> None:
    """Count a call that rang at a time of our own choosing: once an attempt, since an attempt takes one outcome."""
    delivery = situation.delivery
    if delivery.kind != VOICE or delivery.reason not in _AT_OUR_TIME or ending.cause not in _RANG:
        return
    profile = zones.profile_at(db, rt.profile, situation.unit_path)
    slot = slot_at(profile, MessageClass.ORGANISATIONAL, attempt.placed_at)
    was_answered = ending.cause in _ANSWERED and ending.is_person
    habits.save_record(
        db, delivery.number_id, counted(habits.lock_record(db, delivery.number_id), slot, was_answered)
    )


def _settle(
    unit: UnitOfWork, rt: Runtime, situation: contact.Situation, ending: CallEnding, now: datetime
) -> None:
    delivery, cause = situation.delivery, ending.cause
    values = {"last_cause": str(cause), "lease_until": None}
    if cause in _REACHED:
        move(unit.db, Delivery, delivery.id, _END[cause], ended_at=now, evidence=ending.evidence, **values)
        if delivery.tries > 1:
            fallback.take_back(unit, rt, situation)
        return
    tries = tries_of(unit.db, delivery)
    follow = next_try(tries, plan_of(unit.db, rt, situation), now)
    match follow:
        case RetryAt(at) if not _is_last(situation, cause):
            move(unit.db, Delivery, delivery.id, DeliveryState.QUEUED, due_at=at, **values)
        case Done(Ending.EXPIRED) | Done(_) | RetryAt(_):
            end = _END.get(cause, DeliveryState.FAILED)
            if move(unit.db, Delivery, delivery.id, end, ended_at=now, **values):
                _unreached(unit, rt, situation, tries, now)
                # Not where the doubt had it called again by now: who is to be called would get both.
                fallback.owe_text(unit, rt, situation, cause)
            missed.tell(unit, rt, delivery, cause)


def _unreached(
    unit: UnitOfWork, rt: Runtime, situation: contact.Situation, tries: Sequence[Try], now: datetime
) -> None:
    """A broadcast that nobody answered makes the number's silence longer (D33); one that was stopped says nothing."""
    delivery, broadcast = situation.delivery, situation.broadcast
    is_round = delivery.kind == VOICE and delivery.reason == DeliveryReason.BROADCAST
    causes = {each.cause for each in tries}
    if not is_round or broadcast is None or broadcast.state in BROADCASTS_OVER:
        return
    if causes & set(_RANG) and not causes & set(_ANSWERED):
        record = unreached(habits.lock_record(unit.db, delivery.number_id), now)
        habits.save_record(unit.db, delivery.number_id, record)


def _is_last(situation: contact.Situation, cause: Cause) -> bool:
    """Reached is reached; and a broadcast that was stopped or is over tries nobody again."""
    broadcast = situation.broadcast
    is_in_round = situation.delivery.reason == DeliveryReason.BROADCAST
    if is_in_round and broadcast is not None and broadcast.state in BROADCASTS_OVER:
        return True
    if situation.delivery.reason == DeliveryReason.RING and situation.delivery.tries >= CALL_BACKS:
        return True
    if situation.delivery.reason == DeliveryReason.DAILY:
        return cause is not Cause.NETWORK  # who is rung next, and when, `days.asking` says
    return cause in _END and cause is not Cause.ANSWERED_NOT_HEARD


def _chosen(situation: contact.Situation) -> Sequence[Slot]:
    """The part of the day this member asked to be rung in, or all of them (voice_design.md D25)."""
    wanted = situation.member.slot if situation.member else None
    return (Slot(wanted),) if wanted in set(SLOTS) else SLOTS


def _ending_of(
    db: Session, call: Call, attempt: Attempt, event: VoiceEvent, delivery: Delivery
) -> CallEnding:
    outcome = event.outcome or Outcome.UNKNOWN
    was_answered = outcome is Outcome.ANSWERED or (
        call.conversation is not None and outcome is not Outcome.FAILED
    )
    if not was_answered:
        return CallEnding(CAUSES.get(outcome, Cause.FAILED))
    evidence, is_person = heard.listened(db, call, attempt, event)
    if delivery.reason in _HEARD_WHEN_ANSWERED and heard.LATER not in (call.conversation or {}).get(
        "heard", ()
    ):
        return CallEnding(Cause.HEARD, evidence)
    return CallEnding(Cause.HEARD if evidence else Cause.ANSWERED_NOT_HEARD, evidence, is_person)
