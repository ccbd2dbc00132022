"""How members took a call: tries until heard, or until no more are made (shares after reach_and_retries.md 2.1). Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from gateway.demo.outbox import Tried
from gateway.rules.retry import Cause

SHARES = {
    Cause.HEARD: 46,
    Cause.ANSWERED_NOT_HEARD: 13,
    Cause.NO_ANSWER: 23,
    Cause.OFF: 9,
    Cause.BUSY: 7,
    Cause.REJECTED: 2,
}
UNREACHABLE = 0.16
# How long until the next try, and how often a cause is tried again at all (reach_and_retries.md 2.2).
WAITS = {
    Cause.BUSY: timedelta(minutes=30),
    Cause.NO_ANSWER: timedelta(hours=2),
    Cause.ANSWERED_NOT_HEARD: timedelta(hours=4),
    Cause.OFF: timedelta(hours=24),
    Cause.REJECTED: timedelta(hours=24),
}
MORE_TRIES = {Cause.ANSWERED_NOT_HEARD: 1, Cause.REJECTED: 1}
MOST_TRIES = 4
TEXT_FAILS = 0.05
JITTER_SECONDS = 300


def call_tries(first_at: datetime, length: int, dice: random.Random) -> list[Tried]:
    """Return the tries of one voice delivery whose message is `length` seconds long."""
    is_away = dice.random() < UNREACHABLE
    tries: list[Tried] = []
    at = first_at
    while True:
        cause = _away(dice) if is_away else _drawn(dice)
        tries.append(Tried(cause, at, _seconds(cause, length, dice)))
        met = sum(each.cause is cause for each in tries)
        if cause is Cause.HEARD or len(tries) == MOST_TRIES or met > MORE_TRIES.get(cause, MOST_TRIES):
            return tries
        at += WAITS[cause] + timedelta(seconds=dice.randrange(JITTER_SECONDS))


def text_tries(at: datetime, dice: random.Random) -> list[Tried]:
    """Return the one try of an SMS."""
    return [Tried(Cause.FAILED if dice.random() < TEXT_FAILS else Cause.DELIVERED, at)]


def dead_tries(at: datetime) -> list[Tried]:
    """Return the one try at a number that turned out not to exist."""
    return [Tried(Cause.INVALID, at)]


def _away(dice: random.Random) -> Cause:
    return Cause.OFF if dice.random() < 0.6 else Cause.NO_ANSWER


def _drawn(dice: random.Random) -> Cause:
    return dice.choices(list(SHARES), weights=list(SHARES.values()))[0]


def _seconds(cause: Cause, length: int, dice: random.Random) -> int:
    match cause:
        case Cause.HEARD:
            return round(length * dice.uniform(0.6, 1.3)) + 2
        case Cause.ANSWERED_NOT_HEARD:
            return max(1, round(length * dice.uniform(0.1, 0.45)))
        case _:
            return 0
