"""How often we came to a number already, over all members and units that share it (rules.md L9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Attempt, Delivery
from gateway.rules.contact import Used
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryReason

_NEVER_RANG = (AttemptOutcome.FAILED,)


def used_by(db: Session, rt: Runtime, deliveries: Sequence[Delivery], now: datetime) -> dict[int, Used]:
    """How often each number was come to, for the broadcasts among these deliveries (rules.md L9)."""
    sent = [each for each in deliveries if each.broadcast_id and each.reason == DeliveryReason.BROADCAST]
    if not sent:
        return {}
    today = now.astimezone(rt.profile.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = db.execute(
        select(Attempt.number_id, Attempt.broadcast_id, Attempt.delivery_id, Attempt.placed_at)
        .where(Attempt.number_id.in_({each.number_id for each in sent}), Attempt.broadcast_id.is_not(None))
        .where(Attempt.placed_at > now - timedelta(days=7), Attempt.outcome.not_in(_NEVER_RANG))
    ).all()
    by_number: dict[int, list[tuple[int | None, int, datetime]]] = {}
    for number_id, broadcast_id, delivery_id, at in rows:
        by_number.setdefault(number_id, []).append((broadcast_id, delivery_id, at))
    return {each.id: _used_by(each, by_number.get(each.number_id, []), today) for each in sent}


def _used_by(delivery: Delivery, rang: list[tuple[int | None, int, datetime]], today: datetime) -> Used:
    others = [(broadcast, at) for broadcast, _, at in rang if broadcast != delivery.broadcast_id]
    mine = [at for _, own, at in rang if own == delivery.id]
    return Used(
        broadcasts_today=len({broadcast for broadcast, at in others if at >= today}),
        broadcasts_this_week=len({broadcast for broadcast, _ in others}),
        attempts_today=sum(at >= today for at in mine),
        attempts_in_broadcast=len(mine),
    )
