"""When a number is answered, learned from what was answered before; and when to leave it alone for a while.

Per number: how many calls rang and how many of them a person answered, by part of the day. Few figures are smoothed
towards what the number does at other times of day, and that towards what most do, so that one lucky call decides nothing.
What a member asked for themselves goes before all that is learned (voice_design.md D25).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gateway.rules.slots import SLOTS, Slot

USUAL = 0.5  # of first calls are answered (reach_and_retries.md 2.1)
_WEIGHT = 2.0  # as many calls as the smoothing counts for
_LONGEST = 24  # calls; past them the old ones fade, since people move and change their work
_HARDLY = 0.12  # of calls are answered
_CLEARLY = 0.05  # by so much a part of the day must be better before anybody waits for it

SILENT_BROADCASTS, SILENT_FOR = 6, timedelta(weeks=6)  # Kilkari ends at six unanswered weeks (2.2, D33)
KNOCK_EVERY = timedelta(weeks=4)


@dataclass(frozen=True)
class Record:
    """Calls that rang and calls that were answered, in the order of `SLOTS`; broadcasts unanswered in a row, since when."""

    rang: tuple[int, ...] = (0,) * len(SLOTS)
    answered: tuple[int, ...] = (0,) * len(SLOTS)
    unanswered: int = 0
    silent_since: datetime | None = None


UNKNOWN = Record()


def chance(record: Record, slot: Slot) -> float:
    """Estimate how likely a call in this part of the day is answered, between 0 and 1."""
    nth = SLOTS.index(slot)
    return (record.answered[nth] + _WEIGHT * _overall(record)) / (record.rang[nth] + _WEIGHT)


def before_call(record: Record, slot: Slot, was_answered: bool) -> Record:
    """Return the record as it was before its last call, or nearly so: what faded is gone."""
    rang, answered = list(record.rang), list(record.answered)
    nth = SLOTS.index(slot)
    rang[nth] = max(0, rang[nth] - 1)
    answered[nth] = max(0, answered[nth] - was_answered)
    return replace(record, rang=tuple(rang), answered=tuple(answered))


def hardly_answers(record: Record) -> bool:
    """Say whether so few calls are answered at any time that more than a try or two are wasted: seven in vain, say."""
    return _overall(record) < _HARDLY


def best_slot(record: Record, among: Sequence[Slot] = SLOTS) -> Slot | None:
    """Return the part of the day that is clearly best; None where none stands out: then there is nothing to wait for."""
    known = sorted(((chance(record, slot), slot) for slot in among or SLOTS), key=lambda each: -each[0])
    stands_out = len(known) == 1 or known[0][0] - known[1][0] >= _CLEARLY
    return known[0][1] if stands_out else None


def counted(record: Record, slot: Slot, was_answered: bool) -> Record:
    """Return the record with one more call that rang; a person who answers ends the silence."""
    fades = sum(record.rang) >= _LONGEST
    rang, answered = ([n // 2 if fades else n for n in kept] for kept in (record.rang, record.answered))
    nth = SLOTS.index(slot)
    rang[nth] += 1
    answered[nth] += was_answered
    now = replace(record, rang=tuple(rang), answered=tuple(answered))
    return replace(now, unanswered=0, silent_since=None) if was_answered else now


def unreached(record: Record, at: datetime) -> Record:
    """Return the record after one more broadcast that ended without any answer."""
    return replace(record, unanswered=record.unanswered + 1, silent_since=record.silent_since or at)


def is_resting(record: Record, last_broadcast_at: datetime | None, now: datetime) -> bool:
    """Say whether a number has been silent for so long that only one broadcast in four weeks still tries it.

    `last_broadcast_at`: when another broadcast last rang it. Six unanswered ones in a hurry are no long silence.
    """
    is_silent = record.unanswered >= SILENT_BROADCASTS and record.silent_since is not None
    if not is_silent or record.silent_since is None or now - record.silent_since < SILENT_FOR:
        return False
    return last_broadcast_at is not None and now - last_broadcast_at < KNOCK_EVERY


def _overall(record: Record) -> float:
    return (sum(record.answered) + _WEIGHT * USUAL) / (sum(record.rang) + _WEIGHT)
