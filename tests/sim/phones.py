"""Whoever holds the phones: who can be reached at all, at which try they pick up, how long they listen (2.1).

Half of those who can be reached pick up at the first call, 76 of 100 by the third, nearly all by the ninth; of those who
picked up 48 of 100 hear half of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from gateway.channels.base import Outcome

REACHABLE = 0.8
BY_TRY = (0.50, 0.65, 0.76, 0.87, 0.92, 0.965, 0.976, 0.986, 0.995)
HEAR_HALF = 0.48
IN_VAIN = (
    (Outcome.NO_ANSWER, 50),
    (Outcome.BUSY, 20),
    (Outcome.OFF, 20),
    (Outcome.REJECTED, 6),
    (Outcome.NETWORK, 3),
    (Outcome.INVALID, 1),
)
LEAVES_BY_KEY, PRESSES = 0.02, 0.06
NEVER_VALID = 0.02


@dataclass(frozen=True)
class Fate:
    """How one call goes: `share` of what is said is listened to; `key` is pressed after that."""

    outcome: Outcome
    ring_seconds: float
    share: float = 0.0
    key: str | None = None


class Phones:
    """Draws what becomes of each call and each text, by number and try."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._is_reachable: dict[str, bool] = {}
        self._is_valid: dict[str, bool] = {}
        self._tries: dict[str, int] = {}

    def is_valid(self, number: str) -> bool:
        if number not in self._is_valid:
            self._is_valid[number] = self._dice.random() >= NEVER_VALID
        return self._is_valid[number]

    def ring(self, number: str) -> Fate:
        """One call to this number."""
        if number not in self._is_reachable:
            self._is_reachable[number] = self._dice.random() < REACHABLE
        nth = self._tries[number] = self._tries.get(number, 0) + 1
        ring = 3 + self._dice.random() * 20
        if self._is_reachable[number] and self._dice.random() < _at_try(nth):
            return self._answered(ring)
        kinds, weights = zip(*IN_VAIN, strict=True)
        return Fate(self._dice.choices(kinds, weights)[0], ring)

    def text(self) -> Outcome:
        """One SMS: nearly all arrive."""
        return self._dice.choices(
            (Outcome.DELIVERED, Outcome.FAILED, Outcome.OFF, Outcome.OPTED_OUT), (88, 6, 5, 1)
        )[0]

    def _answered(self, ring: float) -> Fate:
        hears_half = self._dice.random() < HEAR_HALF
        share = 0.5 + self._dice.random() / 2 if hears_half else self._dice.random() * 0.49
        drawn = self._dice.random()
        if drawn < LEAVES_BY_KEY:
            return Fate(Outcome.ANSWERED, ring, share, "8")
        key = self._dice.choice("159*") if drawn < LEAVES_BY_KEY + PRESSES else None
        return Fate(Outcome.ANSWERED, ring, share, key)


def _at_try(nth: int) -> float:
    """The chance at the nth try of somebody who did not pick up before."""
    reached = (0.0, *BY_TRY)
    nth = min(nth, len(BY_TRY))
    return (reached[nth] - reached[nth - 1]) / (1 - reached[nth - 1])
