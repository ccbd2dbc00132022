"""What a call or an SMS costs, and how much may be spent: prices, ceilings, and from when on a second person approves.

Pure sums in the house's currency. A country's file holds the first figures, the House page "Money" what staff put in their
place (`store.money`); reservations and forecasts ask `price_of`.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from math import ceil

from gateway.rules.classes import Kind

MINUTE = 60
CENT_OF_A_CENT = Decimal("0.0001")  # as finely as an attempt keeps its cost
NOTHING = Decimal(0)


class Per(enum.StrEnum):
    """How the provider counts a call: each minute that has begun in full, or each second."""

    MINUTE = "minute"
    SECOND = "second"


@dataclass(frozen=True, kw_only=True)
class Prices:
    """`call` is the price of a minute to whoever answers, `sms` that of one part of an SMS."""

    currency: str
    call: Decimal
    sms: Decimal
    per: Per = Per.MINUTE


@dataclass(frozen=True, kw_only=True)
class Money:
    """What the house pays and how much it may. None is without end; `budget` stands in the form of a new broadcast.

    A broadcast to `second_members` or more, or for `second_amount` or more, is approved by a second person.
    """

    prices: Prices
    hour: Decimal | None = None
    day: Decimal | None = None
    budget: Decimal | None = None
    second_members: int | None = None
    second_amount: Decimal | None = None

    def wants_second(self, members: int, amount: Decimal) -> bool:
        """Whether somebody else than its author must approve a broadcast of this size (console.md 1a)."""
        return (self.second_members is not None and members >= self.second_members) or (
            self.second_amount is not None and amount >= self.second_amount
        )


def price_of(prices: Prices, kind: Kind | str, *, seconds: float = 0, parts: int = 0) -> Decimal:
    """Return the price of one call that was answered for so many seconds, or of one SMS of so many parts.

    A call that nobody answers lasts no second and costs nothing. Rounded up, so that what is kept back always suffices.
    """
    if Kind(kind) is Kind.SMS:
        return prices.sms * parts
    if seconds <= 0:
        return NOTHING
    if prices.per is Per.MINUTE:
        return prices.call * ceil(seconds / MINUTE)
    return (prices.call * ceil(seconds) / MINUTE).quantize(CENT_OF_A_CENT, ROUND_UP)
