"""The do-not-disturb register before a broadcast: who would be rung without proof of consent and without a scrub (L8)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, true

from gateway.broadcasts.audience import is_asked, of_broadcast
from gateway.db import UnitOfWork
from gateway.models import Broadcast, Member, PhoneNumber, Unit
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.store import consents, scrubs


def count_uncovered(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> int:
    """Count whom this broadcast would reach although nobody asked the register about them of late.

    0 where the country's profile wants no scrub for this class.
    """
    days = rt.profile.scrub_days.get(MessageClass(broadcast.message_class))
    if days is None:
        return 0
    path = unit.db.get_one(Unit, broadcast.unit_id).path
    scrub = scrubs.find_answered(unit.db, path, rt.clock() - timedelta(days=days))
    is_uncovered = ~scrubs.was_asked(scrub) if scrub else true()
    query = (
        of_broadcast(unit.db, broadcast)
        .join(PhoneNumber, PhoneNumber.id == Member.number_id)
        .where(is_asked(broadcast), is_uncovered)
        .where(~consents.is_proven(broadcast.message_class, Member.id))
    )
    return unit.db.scalars(query.with_only_columns(func.count())).one()
