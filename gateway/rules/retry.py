"""When to try a delivery again: by what happened so far, and by what the number answered before (reach_and_retries.md 2.2).

The proposed default of 2.2, with two changes for which `bench reach` speaks: the third call after no answer comes on the
same day still, in another part of it, and a phone that was off is tried again two hours later, which disturbs nobody. Both
cost calls; who hardly ever answers therefore gets two and no more. The caps (three a day, six in all) cost some reach within a
day, too; they are the members' and stay.

A pure function of the tries, the number's record and the local time; the rows it leads to are written by `deliveries`.
Whether the try may be made at all is the guard's question, asked again when it is due.
"""

from __future__ import annotations

import enum
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.classes import Kind, MessageClass
from gateway.rules.contact import Caps
from gateway.rules.habits import Record, best_slot, hardly_answers
from gateway.rules.profiles import Profile
from gateway.rules.slots import SLOTS, Slot, slot_at, slot_hours, slot_start
from gateway.rules.windows import closing, local_day, next_opening

_JITTER_SECONDS = 300
_PATIENCE = timedelta(hours=2)  # asking the same person again sooner annoys (2.2)
_LONGEST_NIGHT = 3  # days in which a part of the day comes again, whatever the clocks do
_FEW = 2  # tries at a number that hardly ever answers


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
    """What the retries of one delivery hang on. `slots` are the parts of the day the member chose, `record` what the number
    answered before; `seed` spreads tries that fall due together and is the same at every asking, say the delivery's id."""

    profile: Profile
    message_class: MessageClass
    kind: Kind
    seed: int | str
    slots: Sequence[Slot] = SLOTS
    record: Record = Record()
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
    Cause.BUSY: (30 * _MINUTE, _OTHER, _NEXT),
    Cause.NO_ANSWER: (2 * _HOUR, _OTHER, _NEXT),
    Cause.OFF: (2 * _HOUR, _OTHER, _NEXT),
    Cause.REJECTED: (_NEXT,),
    Cause.FAILED: (_NEXT,),
    Cause.ANSWERED_NOT_HEARD: (_OTHER,),  # journeys.md M4
    Cause.NETWORK: (5 * _MINUTE, 15 * _MINUTE, _HOUR, _NEXT),  # surely not rung: reliability.md A3
    Cause.UNKNOWN: (_OTHER,),  # never again in the same part of the day: reliability.md A3 (3)
}
_SMS: Mapping[Cause, tuple[_Step, ...]] = {Cause.NETWORK: _VOICE[Cause.NETWORK]}
_ONCE_MORE: Mapping[Cause, tuple[_Step, ...]] = {
    Cause.UNKNOWN: (30 * _MINUTE,)
}  # danger: twice is better than not
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
    the network never took do not count, since nobody's phone rang. An unknown try comes again once: by voice in another
    part of the day, at once only for class emergency, and a text only then. The same arguments give the same answer.
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
    if len(_that_rang(tries)) >= _most(plan):
        return Done(Ending.TRIES_USED)
    return _settle(_due(steps[nth - 1], tries, plan), tries, plan, now)


def first_try(plan: Plan, now: datetime) -> datetime:
    """Say when a delivery is first tried: at once, or when the part of the day begins that was chosen or learned, where
    that is still to come today (D25)."""
    if plan.kind is Kind.SMS or plan.message_class is MessageClass.EMERGENCY:
        return now
    slot = best_slot(plan.record, plan.slots)
    if slot is None:
        return now
    starts = slot_start(
        plan.profile, plan.message_class, local_day(plan.profile, now), slot, plan.open_all_day
    )
    return starts if starts > now and (plan.expires_at is None or starts < plan.expires_at) else now


def _steps(plan: Plan) -> Mapping[Cause, tuple[_Step, ...]]:
    steps = _SMS if plan.kind is Kind.SMS else _VOICE
    return {**steps, **_ONCE_MORE} if plan.message_class is MessageClass.EMERGENCY else steps


def _most(plan: Plan) -> int:
    is_few = plan.message_class is not MessageClass.EMERGENCY and hardly_answers(plan.record)
    return min(_FEW, plan.caps.attempts_in_broadcast) if is_few else plan.caps.attempts_in_broadcast


def _due(step: _Step, tries: Sequence[Try], plan: Plan) -> datetime:
    last = tries[-1].rang_at
    if step is _Wait.NEXT_DAY:
        return _on_day_after(last, tries, plan)
    if step is _Wait.OTHER_SLOT:
        return _in_other_slot(last, tries, plan)
    return last + step


def _settle(due: datetime, tries: Sequence[Try], plan: Plan, now: datetime) -> RetryAt | Done:
    at = _in_hours(max(due, now), plan)
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
    learned = best_slot(plan.record, plan.slots)
    slot = learned or min(plan.slots or SLOTS, key=lambda s: (used.count(s), s == used[-1]))
    tomorrow = local_day(plan.profile, at) + timedelta(days=1)
    return slot_start(plan.profile, plan.message_class, tomorrow, slot, plan.open_all_day)


def _in_other_slot(last: datetime, tries: Sequence[Try], plan: Plan) -> datetime:
    """The next part of the day, today or tomorrow, that is not the last one's; two hours from then at the earliest."""
    earliest, today = last + _PATIENCE, local_day(plan.profile, last)
    last_slot = slot_at(plan.profile, plan.message_class, last, plan.open_all_day)
    for day in (today, today + timedelta(days=1)):
        hours = slot_hours(plan.profile, plan.message_class, day, plan.open_all_day)
        for slot, (begins, ends) in hours.items():
            if slot in (plan.slots or SLOTS) and slot is not last_slot and earliest < ends:
                return max(begins, earliest)
    return _on_day_after(last, tries, plan)


def _in_hours(at: datetime, plan: Plan) -> datetime:
    """Return the first instant from then on inside the soft window, and inside what the member chose of it."""
    at = next_opening(plan.profile, plan.message_class, at, plan.open_all_day, is_soft=True)
    if plan.message_class is MessageClass.EMERGENCY or not plan.slots:
        return at
    for later in range(_LONGEST_NIGHT):
        day = local_day(plan.profile, at) + timedelta(days=later)
        hours = slot_hours(plan.profile, plan.message_class, day, plan.open_all_day)
        for slot, (begins, ends) in hours.items():
            if slot in plan.slots and at < ends:
                return max(at, begins)
    return at


def _spread(at: datetime, nth: int, plan: Plan) -> datetime:
    """Move a try by up to five minutes, always the same for the same seed, unless that is too late."""
    later = at + timedelta(seconds=zlib.crc32(f"{plan.seed}:{nth}".encode()) % (_JITTER_SECONDS + 1))
    closes = closing(plan.profile, plan.message_class, at, plan.open_all_day, is_soft=True)
    return later if later < min(closes, plan.expires_at or closes) else at
