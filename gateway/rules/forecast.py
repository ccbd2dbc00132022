"""What a broadcast will ask of lines and purse before it is started: pure sums over the reach curve and the prices.

Sources: the reach curve, the share of numbers that can be reached at all and how long people listen are those of
reach_and_retries.md 2.1; the capacity rule that of 2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor

from gateway.rules.classes import Kind
from gateway.rules.pacing import RING_SECONDS, UNANSWERED_SECONDS, line_seconds
from gateway.rules.prices import NOTHING, Prices, price_of

REACHABLE = 0.80  # of all numbers; the curve is of those that can be reached
CURVE = (
    0.50,
    0.65,
    0.76,
    0.87,
)  # reached after one, two, three and four tries: as many as a silent phone gets
LISTENS = 0.48  # of those who pick up hear at least half; the others hang up early and are called once more
EARLY = 0.25  # of the words, heard by who hangs up early
FIRST_SHARE = REACHABLE * CURVE[0]
SHORTEST_SECONDS = 10  # of words: below that there is nothing to say
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Cost:
    """In the house's currency. Of calls only what is answered costs; of SMS all three are the same."""

    low: Decimal
    likely: Decimal
    high: Decimal

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.low + other.low, self.likely + other.likely, self.high + other.high)


@dataclass(frozen=True)
class Tongue:
    """Members of one language: how many, how long their call lasts when heard to its end, how many parts their SMS has."""

    members: int
    seconds: float = 0
    parts: int = 0


def calls_by_round(members: int) -> tuple[int, ...]:
    """Return the calls of the first round and of each that follows: who was reached is called no more."""
    reached = (0.0, *(REACHABLE * share for share in CURVE[:-1]))
    return tuple(round(members * (1 - share)) for share in reached)


def cost_of_calls(prices: Prices, tongues: Mapping[str, Tongue]) -> Cost:
    """Forecast what calls cost.

    `low`: nobody but those of the first round picks up. `likely`: the curve to its end, half hang up early and every
    second of them hears it the next time. `high`: everybody picks up, and who hangs up early hears it all the next time.
    """
    low = likely = high = NOTHING
    for each in tongues.values():
        whole = price_of(prices, Kind.VOICE, seconds=each.seconds)
        early = price_of(prices, Kind.VOICE, seconds=each.seconds * EARLY)
        members, hears, leaves = Decimal(each.members), Decimal(str(LISTENS)), Decimal(str(1 - LISTENS))
        once = whole * hears + early * leaves
        low += members * Decimal(str(FIRST_SHARE)) * once
        likely += members * Decimal(str(REACHABLE * CURVE[-1])) * (once + leaves * whole / 2)
        high += members * (once + leaves * whole)
    return Cost(_cents(low), _cents(likely), _cents(high))


def cost_of_texts(prices: Prices, tongues: Mapping[str, Tongue]) -> Cost:
    """Each SMS is paid once, whether it is read or not."""
    sent = sum(
        (price_of(prices, Kind.SMS, parts=each.parts) * each.members for each in tongues.values()), NOTHING
    )
    return Cost(_cents(sent), _cents(sent), _cents(sent))


def cost_of_fallback(prices: Prices, tongues: Mapping[str, Tongue]) -> Cost:
    """What SMS to whom no call reached cost: nobody at best, whoever the curve leaves, everybody at worst."""
    all_of_them = cost_of_texts(prices, tongues).high
    return Cost(NOTHING, _cents(all_of_them * Decimal(str(1 - REACHABLE * CURVE[-1]))), all_of_them)


def lines_needed(members: int, seconds_per_call: float, window_seconds: float) -> int:
    """Return how many lines try everybody once within so many seconds (2.3, "channels")."""
    if members == 0 or window_seconds <= 0:
        return 0
    return max(1, ceil(members * line_seconds(seconds_per_call, FIRST_SHARE) / window_seconds))


def members_that_fit(calls_per_second: float, window_seconds: float) -> int:
    """Return how many can be tried once within so many seconds."""
    return max(0, floor(calls_per_second * window_seconds))


def seconds_that_fit(members: int, lines: int, window_seconds: float) -> int | None:
    """Return how long a call may last so that all are tried in time; None where the ringing alone takes longer."""
    per_call = lines * window_seconds / members if members else 0
    fits = (per_call - (1 - FIRST_SHARE) * UNANSWERED_SECONDS) / FIRST_SHARE - RING_SECONDS
    return floor(fits) if fits >= SHORTEST_SECONDS else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
