"""How big a broadcast is before it starts: whom it would reach, what that takes and costs, and who must approve it then."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import literal

from gateway.broadcasts import audience, local_times
from gateway.broadcasts.audience import Audience
from gateway.broadcasts.plan import Forecast, Wanted, forecast
from gateway.db import UnitOfWork
from gateway.deliveries.owe import SMS
from gateway.lengths import parts_of, seconds_of, sms_parts
from gateway.models import Broadcast
from gateway.rules.classes import MessageClass
from gateway.rules.forecast import Tongue
from gateway.rules.prices import Money
from gateway.runtime import Runtime
from gateway.store.money import find_money


@dataclass(frozen=True)
class Size:
    """Whom, what it takes, and by which prices and limits that was reckoned."""

    audience: Audience
    forecast: Forecast
    money: Money

    @property
    def wants_second(self) -> bool:
        """Whether somebody else than its author must approve it, by the house's own limits."""
        return self.money.wants_second(self.audience.count, self.forecast.cost.likely)


def size_of(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> Size:
    """Count whom it would ask now, and forecast what that takes."""
    people = audience.count(unit.db, broadcast)
    money = find_money(unit.db, rt.profile.money)
    there = local_times.at_unit(unit.db, rt, broadcast)
    return Size(people, forecast(there, money.prices, _wanted(rt, broadcast, people)), money)


def is_for_nobody(unit: UnitOfWork, broadcast: Broadcast) -> bool:
    """Whether nobody would be asked now."""
    asked = audience.of_broadcast(unit.db, broadcast).where(audience.is_asked(broadcast))
    return unit.db.scalar(asked.with_only_columns(literal(1)).limit(1)) is None


def _wanted(rt: Runtime, broadcast: Broadcast, people: Audience) -> Wanted:
    seconds = {} if broadcast.kind == SMS else seconds_of(rt, broadcast)
    parts = sms_parts(rt, broadcast.texts, broadcast.questions) if broadcast.kind == SMS else {}
    instead = parts_of(broadcast.fallback_texts or {})
    return Wanted(
        kind=broadcast.kind,
        law=MessageClass(broadcast.message_class),
        tongues={
            each: Tongue(members, seconds.get(each, 0.0), parts.get(each, 0))
            for each, members in people.languages.items()
        },
        fallback={
            each: Tongue(members, parts=instead.get(each, 0)) for each, members in people.languages.items()
        }
        if instead
        else {},
        at=broadcast.scheduled_at,
        expires_at=broadcast.expires_at,
    )
