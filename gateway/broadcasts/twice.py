"""Was this said to the same people today? Keyed on content and audience, not on the title (console.md 1a)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from gateway.db import UnitOfWork
from gateway.deliveries.contact import hash_of
from gateway.models import Broadcast
from gateway.rules.windows import instant_of, local_day
from gateway.runtime import Runtime
from gateway.states import BroadcastState

_BEFORE = (BroadcastState.DRAFT, BroadcastState.STOPPED)


def find_same(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> Broadcast | None:
    """Find another broadcast with the same words to the same audience on the same local day, started or approved for it."""
    now = rt.clock()
    day = local_day(rt.profile, max(now, broadcast.scheduled_at or now))
    since, until = instant_of(rt.profile, day), instant_of(rt.profile, day + timedelta(days=1))
    has_begun = Broadcast.started_at.between(since, until)
    will_begin = Broadcast.scheduled_at.between(since, until) & Broadcast.state.not_in(_BEFORE)
    query = select(Broadcast).where(
        Broadcast.unit_id == broadcast.unit_id,
        Broadcast.id != broadcast.id,
        Broadcast.filters == broadcast.filters,
        Broadcast.approved_hash == hash_of(broadcast),
        Broadcast.breach_id.is_not_distinct_from(broadcast.breach_id),
        or_(has_begun, will_begin),
    )
    found: Broadcast | None = unit.db.scalar(query.order_by(Broadcast.id.desc()).limit(1))
    return found
