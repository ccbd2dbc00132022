"""Money, counted without asking the rooms: what the provider charges, and what may still be charged, passes no ceiling."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import NamedTuple

from tests.sim.books import INDIA, Books, Claim, fail
from tests.sim.provider import PRICES

EVER = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = Decimal(0)
CHARGED = ("answered", "delivered", "unknown")  # what ended so may have cost what was kept back


class Scope(NamedTuple):
    """What one ceiling is for."""

    name: str
    since: datetime


def holds(books: Books, fresh: list[Claim]) -> None:
    """Attempts were committed: with them no ceiling is passed."""
    for claim in fresh:
        if claim.reason == "broadcast" and claim.estimate != PRICES[claim.kind]:
            fail(f"attempt {claim.attempt_id} keeps back {claim.estimate} of {PRICES[claim.kind]}")
    for scope in {scope for claim in fresh if claim.reason == "broadcast" for scope in _scopes(claim)}:
        ceiling = _ceiling(books, scope)
        if ceiling is None:
            continue
        counted = sum(
            (_least(each, fresh) for each in books.claims.values() if scope in _scopes(each)), NOTHING
        )
        if counted > ceiling:
            fail(f"{scope.name} may cost {ceiling}; {counted} are charged or under way")


def adds_up(books: Books) -> None:
    """In the end every scope says what its attempts came to, to the last paisa."""
    wanted: dict[Scope, Decimal] = defaultdict(lambda: NOTHING)
    for attempt_id, outcome, cost in books.world.ground.rows("SELECT id, outcome, cost FROM attempts"):
        claim = books.claims[attempt_id]
        amount = cost if cost is not None else claim.estimate if outcome in CHARGED else NOTHING
        for scope in _scopes(claim):
            wanted[scope] += amount
    for name, since, spent in books.world.ground.rows("SELECT scope, since, spent FROM spendings"):
        scope = Scope(name, since)
        if spent != wanted[scope]:
            fail(f"{name} since {since} says {spent}; its attempts came to {wanted[scope]}")


def _least(claim: Claim, fresh: list[Claim]) -> Decimal:
    """What surely must be counted for it: all of it till we know, then what it cost; nothing for what was never taken."""
    if claim.taken is None:
        return claim.estimate if claim in fresh else NOTHING
    return claim.taken.cost if claim.is_told or claim.may_be_told else claim.estimate


def _scopes(claim: Claim) -> Iterator[Scope]:
    hour = claim.at.astimezone(INDIA).replace(minute=0, second=0, microsecond=0)
    yield Scope("hour", hour)
    yield Scope("day", datetime.combine(hour.date(), time(0), INDIA))
    if claim.broadcast_id is not None:
        yield Scope(f"broadcast:{claim.broadcast_id}", EVER)


def _ceiling(books: Books, scope: Scope) -> Decimal | None:
    if scope.name == "hour":
        return books.hour
    if scope.name == "day":
        return books.day
    return books.sent[int(scope.name.removeprefix("broadcast:"))].budget
