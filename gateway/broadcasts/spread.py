"""Makes one delivery for each member of the audience: one statement, safe to run again (house.md 5.3, 4)."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, literal
from sqlalchemy.dialects.postgresql import insert

from gateway.broadcasts.audience import default_language, of_broadcast, why_not
from gateway.db import UnitOfWork
from gateway.deliveries.owe import ORDINARY, VOICE, ring_senders
from gateway.models import Broadcast, Delivery, Member
from gateway.rules.classes import MessageClass
from gateway.rules.slots import SLOTS, slot_start
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryReason, DeliveryState
from gateway.store.move import move

logger = logging.getLogger(__name__)


def spread(unit: UnitOfWork, rt: Runtime, broadcast_id: int) -> None:
    """Write what is owed and let it run. Only who may be asked gets a delivery: the audience, no fewer.

    Running it twice inserts nothing twice; a broadcast that is not starting stays as it is.
    """
    broadcast = unit.db.get_one(Broadcast, broadcast_id, with_for_update=True)
    if broadcast.state != BroadcastState.STARTING:
        return
    _insert(unit, rt, broadcast)
    move(unit.db, Broadcast, broadcast_id, BroadcastState.RUNNING)
    ring_senders(unit, rt, broadcast.kind)
    logger.info("broadcast spread broadcast_id=%s", broadcast_id)


def _insert(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    now = rt.clock()
    asked = (
        of_broadcast(unit.db, broadcast)
        .with_only_columns(
            literal(str(DeliveryReason.BROADCAST)),
            literal(broadcast.kind),
            literal(ORDINARY),
            literal(broadcast.id),
            Member.id,
            Member.number_id,
            func.coalesce(Member.language, literal(default_language(broadcast))),
            literal(str(DeliveryState.QUEUED)),
            literal(0),
            literal(0),
            _due(rt, broadcast, now),
            literal(now),
            literal(broadcast.expires_at),
        )
        .where(why_not(broadcast).is_(None))
        .order_by(Member.id)
    )
    columns = [
        "reason",
        "kind",
        "priority",
        "broadcast_id",
        "member_id",
        "number_id",
        "language",
        "state",
        "tries",
        "fence",
        "due_at",
        "created_at",
        "expires_at",
    ]
    unit.db.execute(insert(Delivery).from_select(columns, asked).on_conflict_do_nothing())


def _due(rt: Runtime, broadcast: Broadcast, now: datetime) -> ColumnElement[datetime]:
    """SQL: at once, or when the part of the day begins that the member asked for, where it is still to come today (D25)."""
    law = MessageClass(broadcast.message_class)
    today, latest = local_day(rt.profile, now), broadcast.expires_at
    starts = {slot: slot_start(rt.profile, law, today, slot, rt.settings.open_all_day) for slot in SLOTS}
    later = {slot: at for slot, at in starts.items() if at > now and (latest is None or at < latest)}
    if broadcast.kind != VOICE or law is MessageClass.EMERGENCY or not later:
        return literal(now)
    return case(*((Member.slot == str(slot), literal(at)) for slot, at in later.items()), else_=literal(now))
