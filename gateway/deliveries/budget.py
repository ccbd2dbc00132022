"""Money that tries may cost: kept back in the transaction that writes them, set right when the provider names the price.

What is kept back and what was charged never passes a ceiling (reliability.md A9): of the hour, of the day, of a broadcast.
Each is one row of `spendings`, always locked in the same order and after the deliveries; `broadcasts.spent` is its copy for
the screen, brought up by the sweep, so that no sender ever waits for whoever stops a broadcast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from flows.sms_text import segments
from gateway.db import UnitOfWork
from gateway.deliveries.contact import Situation
from gateway.deliveries.owe import SMS
from gateway.lengths import seconds_of
from gateway.models import Broadcast
from gateway.rules.classes import ContactReason
from gateway.rules.guard import WAIVED
from gateway.rules.prices import NOTHING, Money, price_of
from gateway.rules.verdicts import Reason
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import spendings
from gateway.store.money import find_money

AT_ONCE = 5000
USUAL_SECONDS = 60.0  # of a call that is no broadcast


@dataclass(frozen=True)
class Wanted:
    """What one try is expected to cost; `ceiling` is the budget of its broadcast."""

    reason: DeliveryReason
    amount: Decimal
    broadcast_id: int | None = None
    ceiling: Decimal | None = None


def wanted(situation: Situation, amount: Decimal) -> Wanted:
    """Say whose money a try may cost."""
    delivery, broadcast = situation.delivery, situation.broadcast
    return Wanted(
        delivery.reason, amount, broadcast.id if broadcast else None, broadcast.budget if broadcast else None
    )


class Teller:
    """Tells what tries may cost; looks at the length of each broadcast, and at what staff have put in, once."""

    def __init__(self, db: Session, rt: Runtime) -> None:
        self._rt = rt
        self.money = find_money(db, rt.profile.money)
        self._prices = self.money.prices
        self._seconds: dict[int, dict[str, float]] = {}

    def price(self, situation: Situation, words: str) -> Decimal:
        """Return the price of a call that is heard to its end, or of a text of these words."""
        delivery, broadcast = situation.delivery, situation.broadcast
        if delivery.kind == SMS:
            return self.price_of_text(words)
        seconds = self._length(broadcast, delivery.language) if broadcast else USUAL_SECONDS
        return price_of(self._prices, delivery.kind, seconds=seconds)

    def price_of_text(self, words: str) -> Decimal:
        return price_of(self._prices, SMS, parts=segments(words))

    def _length(self, broadcast: Broadcast, language: str | None) -> float:
        if broadcast.id not in self._seconds:
            self._seconds[broadcast.id] = seconds_of(self._rt, broadcast)
        known = self._seconds[broadcast.id]
        return known.get(language or "") or max(known.values(), default=USUAL_SECONDS)


def reserve(db: Session, rt: Runtime, money: Money, wanted: Sequence[Wanted], now: datetime) -> list[bool]:
    """Keep back what these cost, the first before the others; says of each whether every ceiling holds it.

    What may never wait for money, a call about danger, is counted and never held.
    """
    if not any(each.amount for each in wanted):
        return [True] * len(wanted)
    left = _lock(db, rt, money, wanted, now)
    house = _day_and_hour(rt, now)
    taken: dict[spendings.Scope, Decimal] = defaultdict(lambda: NOTHING)
    fits = [_take(each, [*house, *_own(each)], left, taken) for each in wanted]
    spendings.add(db, taken)
    return fits


def reserve_equal(db: Session, rt: Runtime, money: Money, one: Wanted, count: int, now: datetime) -> int:
    """Keep back what so many that cost the same cost; returns how many of them every ceiling holds."""
    if not one.amount:
        return count
    left = _lock(db, rt, money, [one], now, one.amount * count)
    ends = [] if _is_free(one) else [rest for rest in left.values() if rest is not None]
    fit = min([count, *(max(0, int(rest // one.amount)) for rest in ends)])
    spendings.add(db, dict.fromkeys(left, one.amount * (fit - count)))
    return fit


def settle(unit: UnitOfWork, rt: Runtime) -> None:
    """Put what tries really cost in place of what was kept back for them; doing it twice changes nothing more.

    A try that cost nothing gives all of it back. A price in a foreign currency cannot be counted: the estimate stays.
    """
    money = find_money(unit.db, rt.profile.money)
    changed: dict[spendings.Scope, Decimal] = defaultdict(lambda: NOTHING)
    ended = spendings.list_ended(unit.db, AT_ONCE)
    scopes = {scope for each in ended for scope in _scopes_of(rt, each)}
    spendings.lock(unit.db, sorted(scopes, key=lambda each: (each.name in ("day", "hour"), each)))
    for each in spendings.take_ended(unit.db, [one.id for one in ended]):
        for scope in _scopes_of(rt, each):
            changed[scope] += each.difference(money.prices.currency)
    spendings.add(unit.db, changed)
    spendings.show(unit.db)


def _lock(
    db: Session,
    rt: Runtime,
    money: Money,
    wanted: Sequence[Wanted],
    now: datetime,
    more: Decimal = NOTHING,
) -> dict[spendings.Scope, Decimal | None]:
    """Return what is left under each ceiling, locked until the commit; None: it has no end. `more` is counted at once."""
    day, hour = _day_and_hour(rt, now)
    broadcasts = {_scope(each.broadcast_id): each.ceiling for each in wanted if each.broadcast_id}
    ceilings = {**{key: broadcasts[key] for key in sorted(broadcasts)}, day: money.day, hour: money.hour}
    spent = spendings.lock(db, list(ceilings), more)
    return {key: None if most is None else most - spent[key] for key, most in ceilings.items()}


def _is_free(each: Wanted) -> bool:
    return Reason.BUDGET in WAIVED[ContactReason(each.reason)]


def _take(
    each: Wanted,
    keys: Sequence[spendings.Scope],
    left: dict[spendings.Scope, Decimal | None],
    taken: dict[spendings.Scope, Decimal],
) -> bool:
    fits = all((rest := left[key]) is None or rest >= each.amount for key in keys)
    if not fits and not _is_free(each):
        return False
    for key in keys:
        taken[key] += each.amount
        rest = left[key]
        left[key] = None if rest is None else rest - each.amount
    return True


def _own(each: Wanted) -> list[spendings.Scope]:
    return [_scope(each.broadcast_id)] if each.broadcast_id else []


def _day_and_hour(rt: Runtime, at: datetime) -> tuple[spendings.Scope, spendings.Scope]:
    local = at.astimezone(rt.profile.timezone).replace(minute=0, second=0, microsecond=0)
    return spendings.Scope("day", local.replace(hour=0)), spendings.Scope("hour", local)


def _scope(broadcast_id: int | None) -> spendings.Scope:
    return spendings.Scope(f"{spendings.BROADCAST}{broadcast_id}", spendings.EVER)


def _scopes_of(rt: Runtime, each: spendings.Ended) -> list[spendings.Scope]:
    own = [_scope(each.broadcast_id)] if each.broadcast_id else []
    return [*own, *_day_and_hour(rt, each.placed_at)]
