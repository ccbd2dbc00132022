"""When to try a delivery again, by what happened so far (reach_and_retries.md 2.2, proposed default).

A pure function of the tries and the local time; the rows it leads to are written by `deliveries`. Whether the try may be
made at all is the guard's question, asked again when it is due.
"""

from __future__ import annotations

import enum
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.classes import Kind, MessageClass
from gateway.rules.contact import Caps
from gateway.rules.profiles import Profile
from gateway.rules.slots import SLOTS, Slot, slot_at, slot_start
from gateway.rules.windows import closing, local_day, next_opening

_JITTER_SECONDS = 300
_PATIENCE = timedelta(hours=2)  # asking the same person again sooner annoys (2.2)


class Cause(enum.StrEnum):
    """How one try ended, in the words of the screens (contract: `not_reached: {cause: n}`)."""

    HEARD = "heard"
    ANSWERED_NOT_HEARD = "answered_not_heard"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    OFF = "off"
    INVALID = "invalid"
    NETWORK = "network"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"


class Ending(enum.StrEnum):
    """Why no further try comes."""

    REACHED = "reached"
    INVALID = "invalid"
    IN_DOUBT = "in-doubt"
    FAILED = "failed"
    TRIES_USED = "tries-used"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Try:
    """One try: how it ended, and when the phone rang (UTC), not when the news of it came."""

    cause: Cause
    rang_at: datetime


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the retries of one delivery hang on. `slots` are the parts of the day the member chose; `seed` spreads tries
    that fall due together and is the same at every asking, for instance the delivery's id."""

    profile: Profile
    message_class: MessageClass
    kind: Kind
    seed: int | str
    slots: Sequence[Slot] = SLOTS
    expires_at: datetime | None = None
    caps: Caps = Caps()
    open_all_day: bool = False


@dataclass(frozen=True)
class RetryAt:
    """Try again at this instant (UTC), inside the soft window."""

    at: datetime


@dataclass(frozen=True)
class Done:
    """No further try."""

    reason: Ending


class _Wait(enum.Enum):
    NEXT_DAY = "next day, in a part of the day not tried yet"
    OTHER_SLOT = "the next part of the day that is not the last one's"


_Step = timedelta | _Wait
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_NEXT, _OTHER = _Wait.NEXT_DAY, _Wait.OTHER_SLOT

# The nth time a cause is met takes the nth step; past the last one nothing more is tried.
_VOICE: Mapping[Cause, tuple[_Step, ...]] = {
    Cause.BUSY: (30 * _MINUTE, _NEXT, _NEXT),
    Cause.NO_ANSWER: (2 * _HOUR, _NEXT, _NEXT),
    Cause.OFF: (_NEXT, _NEXT, _NEXT),
    Cause.REJECTED: (_NEXT,),
    Cause.FAILED: (_NEXT,),
    Cause.ANSWERED_NOT_HEARD: (_OTHER,),  # journeys.md M4
    Cause.NETWORK: (5 * _MINUTE, 15 * _MINUTE, _HOUR, _NEXT),  # surely not rung: reliability.md A3
}
_SMS: Mapping[Cause, tuple[_Step, ...]] = {Cause.NETWORK: _VOICE[Cause.NETWORK]}
_URGENT_VOICE = {
    **_VOICE,
    Cause.UNKNOWN: (30 * _MINUTE,),
}  # reliability.md A3 (3): allowed for urgent voice only
_ENDINGS = {
    Cause.HEARD: Ending.REACHED,
    Cause.DELIVERED: Ending.REACHED,
    Cause.INVALID: Ending.INVALID,
    Cause.UNKNOWN: Ending.IN_DOUBT,
    Cause.FAILED: Ending.FAILED,
}


def next_try(tries: Sequence[Try], plan: Plan, now: datetime) -> RetryAt | Done:
    """Say when to try again after these tries, oldest first, or why not.

    Timed from the last ring, never before `now`, inside the soft window, at most 3 tries on a local day and 6 in all; tries
    the network never took do not count, since nobody's phone rang. An unknown try is not repeated unless it is urgent
    (class emergency) and voice. The same arguments give the same answer.
    """
    if not tries:
        return _settle(now, tries, plan, now)
    if any(_ENDINGS.get(t.cause) is Ending.REACHED for t in tries):  # late news of an earlier try counts
        return Done(Ending.REACHED)
    last = tries[-1]
    steps = _steps(plan).get(last.cause, ())
    nth = sum(t.cause is last.cause for t in tries)
    if nth > len(steps):
        return Done(_ENDINGS.get(last.cause, Ending.TRIES_USED))
    if len(_that_rang(tries)) >= plan.caps.attempts_in_broadcast:
        return Done(Ending.TRIES_USED)
    return _settle(_due(steps[nth - 1], tries, plan), tries, plan, now)


def is_heard(heard_seconds: float, length_seconds: float, has_answered: bool = False) -> bool:
    """Say whether a call counts as heard: half of it was listened to, or a key of its question was pressed (D32)."""
    return has_answered or (heard_seconds > 0 and heard_seconds * 2 >= length_seconds)


def _steps(plan: Plan) -> Mapping[Cause, tuple[_Step, ...]]:
    if plan.kind is Kind.SMS:
        return _SMS
    return _URGENT_VOICE if plan.message_class is MessageClass.EMERGENCY else _VOICE


def _due(step: _Step, tries: Sequence[Try], plan: Plan) -> datetime:
    last = tries[-1].rang_at
    if step is _Wait.NEXT_DAY:
        return _on_day_after(last, tries, plan)
    if step is _Wait.OTHER_SLOT:
        return _in_other_slot(last, tries, plan)
    return last + step


def _settle(due: datetime, tries: Sequence[Try], plan: Plan, now: datetime) -> RetryAt | Done:
    at = _opening(max(due, now), plan)
    today = local_day(plan.profile, at)
    if (
        sum(local_day(plan.profile, t.rang_at) == today for t in _that_rang(tries))
        >= plan.caps.attempts_today
    ):
        at = _on_day_after(at, tries, plan)
    at = _spread(at, len(tries), plan)
    if plan.expires_at is not None and at >= plan.expires_at:
        return Done(Ending.EXPIRED)
    return RetryAt(at)


def _that_rang(tries: Sequence[Try]) -> list[Try]:
    return [t for t in tries if t.cause is not Cause.NETWORK]


def _on_day_after(at: datetime, tries: Sequence[Try], plan: Plan) -> datetime:
    used = [slot_at(plan.profile, plan.message_class, t.rang_at, plan.open_all_day) for t in tries]
    slot = min(plan.slots or SLOTS, key=lambda s: (used.count(s), s == used[-1]))
    tomorrow = local_day(plan.profile, at) + timedelta(days=1)
    return slot_start(plan.profile, plan.message_class, tomorrow, slot, plan.open_all_day)


def _in_other_slot(last: datetime, tries: Sequence[Try], plan: Plan) -> datetime:
    today = local_day(plan.profile, last)
    last_slot = slot_at(plan.profile, plan.message_class, last, plan.open_all_day)
    for slot in SLOTS:
        start = slot_start(plan.profile, plan.message_class, today, slot, plan.open_all_day)
        if slot in plan.slots and slot is not last_slot and start >= last + _PATIENCE:
            return start
    return _on_day_after(last, tries, plan)


def _opening(at: datetime, plan: Plan) -> datetime:
    return next_opening(plan.profile, plan.message_class, at, plan.open_all_day, is_soft=True)


def _spread(at: datetime, nth: int, plan: Plan) -> datetime:
    """Move a try by up to five minutes, always the same for the same seed, unless that is too late."""
    later = at + timedelta(seconds=zlib.crc32(f"{plan.seed}:{nth}".encode()) % (_JITTER_SECONDS + 1))
    closes = closing(plan.profile, plan.message_class, at, plan.open_all_day, is_soft=True)
    return later if later < min(closes, plan.expires_at or closes) else at
