"""A bulletin of every Monday, and its times as they come."""

from __future__ import annotations

from datetime import time
from typing import Any

from sqlalchemy import select

from gateway.broadcasts import launch, schedules, settle
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.deliveries import contact
from gateway.models import Broadcast, Schedule
from gateway.rules.calendar import Rule, Weekly
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BroadcastState
from tests.builders import a_broadcast

MONDAYS_AT_NINE = Weekly(frozenset({0}), time(9))


def a_bulletin(rt: Runtime, rule: Rule = MONDAYS_AT_NINE, **values: Any) -> int:
    """An approved broadcast that comes again by a rule; returns its id."""
    broadcast_id = an_approved(rt, **values)
    with unit_of_work(rt.engine) as unit:
        schedules.plan(unit, rt, unit.db.get_one(Broadcast, broadcast_id), rule, None)
    return broadcast_id


def an_approved(rt: Runtime, **values: Any) -> int:
    broadcast_id = a_broadcast(rt, **values)
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    return broadcast_id


def a_campaign(rt: Runtime, valid_until: str, approver_id: int) -> int:
    """An approved campaign with its certificate."""
    broadcast_id = a_broadcast(rt, message_class="campaign")
    with unit_of_work(rt.engine) as unit:
        made = unit.db.get_one(Broadcast, broadcast_id)
        made.certificate = {
            "number": "MCMC/7",
            "issuer": "district committee",
            "valid_until": valid_until,
            "content_hash": contact.hash_of(made),
        }
        launch.approve(unit, rt, made, approver_id)
    return broadcast_id


def sweep(rt: Runtime) -> None:
    """What the sweep does for schedules, and the spreading that it rings for."""
    with unit_of_work(rt.engine) as unit:
        schedules.run_due(unit, rt)
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
    with unit_of_work(rt.engine) as unit:
        starting = unit.db.scalars(
            select(Broadcast.id).where(Broadcast.state == BroadcastState.STARTING)
        ).all()
    for broadcast_id in starting:
        with unit_of_work(rt.engine) as unit:
            spread(unit, rt, broadcast_id)


def times_of(rt: Runtime) -> list[Broadcast]:
    """The copies that schedules made, in order."""
    with unit_of_work(rt.engine) as unit:
        query = select(Broadcast).where(Broadcast.schedule_id.is_not(None)).order_by(Broadcast.id)
        return list(unit.db.scalars(query))


def schedule(rt: Runtime) -> Schedule:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Schedule)).one()
