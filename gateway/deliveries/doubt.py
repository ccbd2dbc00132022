"""Tries of which nobody knows what became: the provider is asked where it can be, then the rules say what follows.

A callback ends a doubt at any time. Until then the provider is asked once a minute at most, and what it says counts as its
callback would. It is asked, too, about calls that were accepted and then not heard of: posts that came while the web was
down are lost for good. After half an hour the rules of retry decide (reliability.md A3): a call comes again in another part
of the day, an SMS never, but both once more where there is danger. What is not repeated stays in doubt and counts as such.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.channels.base import Known, LookUp, MessageReported, VoiceEvent
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import contact, outcomes
from gateway.deliveries.owe import SMS, VOICE
from gateway.errors import ChannelError
from gateway.models import Attempt, Call, Delivery
from gateway.phones import Number
from gateway.rules.retry import Cause, RetryAt, next_try
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, CallState, DeliveryReason, DeliveryState
from gateway.store import attempts, doubts, numbers
from gateway.store.move import move

logger = logging.getLogger(__name__)

ASKED_EVERY = timedelta(minutes=1)
WAIT = timedelta(minutes=30)  # for a callback, before another try is thought of
LONGEST = timedelta(hours=72)  # reliability.md 3: then it stays unknown
EARLIER = timedelta(hours=3)  # one of two clocks may be wrong; what belongs to another try is left out anyway
SILENT_FOR = timedelta(minutes=2)  # longer than a turn and what is said in it: until then a call just goes on
AT_ONCE = 200  # of one kind in a request
AT_IT_FOR = timedelta(seconds=5)  # in one sweep: others get their turn
Hear = Callable[[VoiceEvent], object]
_ASKED_BY_ROOMS = (DeliveryReason.DAILY, DeliveryReason.TEST)  # whoever owes these says when they come again


@dataclass(frozen=True)
class _Question:
    attempt_id: int
    number: Number
    placed_at: datetime
    is_accepted: bool


def ask(rt: Runtime, hear: Hear) -> None:
    """Ask the provider about what is in doubt, where it can be asked; what it does not know stays as it is.

    Calls of which no last word came are asked about as well, long before they are in doubt: each keeps a line busy. `hear`
    takes a call's last word as if it had been posted now.
    """
    look_up, began = rt.channels.look_up, rt.clock()
    if look_up is None:
        return
    for kind in (VOICE, SMS):
        while rt.clock() - began < AT_IT_FOR and (questions := _next_questions(rt, kind)):
            known = _look_up(look_up, kind, questions)
            for each in questions:
                if rt.clock() - began >= AT_IT_FOR:
                    return  # the rest is asked about in a minute
                if each.number in known:
                    _learn(rt, each, known[each.number], hear)
            if len(questions) < AT_ONCE:
                break


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


def _next_questions(rt: Runtime, kind: str) -> list[_Question]:
    """Take what nobody has asked about for a minute, and note that we do now: what fails is asked again in a minute."""
    now = rt.clock()
    before = now - ASKED_EVERY
    with unit_of_work(rt.engine) as unit:
        asked = doubts.lock_unasked(unit.db, rt.provider, kind, now - LONGEST, before, AT_ONCE)
        if kind == VOICE and len(asked) < AT_ONCE:
            ours, left = [each.number for each in rt.settings.voice_numbers], AT_ONCE - len(asked)
            asked += doubts.lock_silent_calls(unit.db, rt.provider, ours, now - SILENT_FOR, before, left)
        doubts.note_asked(unit.db, [each.id for each in asked], now)
        opened = numbers.open_numbers(unit.db, rt.vault, [each.number_id for each in asked])
        return [
            _Question(
                each.id, opened[each.number_id], each.placed_at, each.outcome == AttemptOutcome.ACCEPTED
            )
            for each in asked
            if each.number_id in opened
        ]


def _look_up(look_up: LookUp, kind: str, questions: Sequence[_Question]) -> Mapping[Number, list[Known]]:
    since: dict[Number, datetime] = {}
    for each in questions:
        since[each.number] = min(each.placed_at - EARLIER, since.get(each.number, each.placed_at))
    try:
        return look_up.find(kind, since)
    except ChannelError as error:
        logger.info("the provider does not say what became of it error=%s", error.code)
        return {}


def _learn(rt: Runtime, question: _Question, known: Sequence[Known], hear: Hear) -> None:
    """Apply what the provider knows, unless a callback was quicker."""
    if question.is_accepted and not any(each.last for each in known):
        return  # it goes on, as far as anybody knows
    with unit_of_work(rt.engine) as unit:
        last = _last_word(unit, rt, question.attempt_id, known)
    if isinstance(last, VoiceEvent):
        hear(last)


def _last_word(unit: UnitOfWork, rt: Runtime, attempt_id: int, known: Sequence[Known]) -> VoiceEvent | None:
    """Note what is known of a try; returns the last word of a call that is still to be heard."""
    attempt = unit.db.get_one(Attempt, attempt_id)
    attempts.lock_deliveries(unit.db, [attempt.delivery_id])
    unit.db.refresh(attempt)
    is_doubtful = attempt.outcome == AttemptOutcome.UNKNOWN
    if not is_doubtful and attempt.outcome != AttemptOutcome.ACCEPTED:
        return None
    ours = _ours(unit.db, rt, attempt, known)
    if ours is None:
        if is_doubtful:
            outcomes.end_attempt(unit, rt, attempt, Cause.NETWORK)  # it surely never left
        return None
    if attempt.provider_id is None:
        attempt.provider_id = ours.provider_id
        unit.db.flush()
    match ours.last:
        case VoiceEvent():
            return _still_to_be_heard(unit, rt, ours.last)
        case MessageReported():
            outcomes.reported(unit, rt, ours.last)
        case None if is_doubtful:
            move(unit.db, Attempt, attempt.id, AttemptOutcome.ACCEPTED, cause=None)
            move(unit.db, Delivery, attempt.delivery_id, DeliveryState.SENT, last_cause=None)
    return None


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


def _still_to_be_heard(unit: UnitOfWork, rt: Runtime, last: VoiceEvent) -> VoiceEvent | None:
    """Where the call is over in our books, its last post came before anybody knew whose it was."""
    query = select(Call).where(Call.provider == rt.provider, Call.provider_id == last.provider_id)
    call = unit.db.scalar(query)
    if call is None or call.state != CallState.ENDED:
        return last
    outcomes.call_ended(unit, rt, call, last)
    return None
