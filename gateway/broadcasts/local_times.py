"""The same hour on every wall: a broadcast at nine over two zones is tried at nine in each (issue 5, item 8).

Its own time is kept as one instant; what the wall clock of its unit shows then is what the other zones wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.orm import Session

from gateway.models import Broadcast, Member, Unit
from gateway.rules.profiles import Profile, in_zone
from gateway.rules.windows import instant_of
from gateway.runtime import Runtime
from gateway.store import zones
from gateway.store.units import is_under

FARTHEST = timedelta(hours=27)  # between the first and the last zone of the earth


def is_due(db: Session, rt: Runtime, broadcast: Broadcast) -> bool:
    """Whether a broadcast's own time has come in the first of its zones."""
    at, now = broadcast.scheduled_at, rt.clock()
    if at is None or now < at - FARTHEST:
        return False
    return now >= first_start(db, rt, broadcast, at)


def first_start(db: Session, rt: Runtime, broadcast: Broadcast, at: datetime) -> datetime:
    """Return when the first wall clock at or below its unit shows what that of the unit shows at `at`."""
    path = db.get_one(Unit, broadcast.unit_id).path
    own, below = zones.profile_at(db, rt.profile, path), zones.zones_below(db, path)
    return min((at, *(_on_wall(own, in_zone(rt.profile, zone), at) for zone in below.values())))


def start_in(db: Session, rt: Runtime, broadcast: Broadcast, profile: Profile, now: datetime) -> datetime:
    """Return when it begins in a zone (`profile`): now where it has no time of its own, or was started before it."""
    at = broadcast.scheduled_at
    if at is None or now < first_start(db, rt, broadcast, at):
        return now
    return max(now, _on_wall(profile_of(db, rt, broadcast), profile, at))


def by_zone(
    db: Session, rt: Runtime, path: str, value: Callable[[Profile], ColumnElement[Any]]
) -> ColumnElement[Any]:
    """SQL: what holds for a member by the zone of their unit; asked for once where all live in one zone."""
    below = zones.zones_below(db, path)
    cases = [
        (
            Member.unit_id.in_(select(Unit.id).where(is_under(Unit.path, each))),
            value(in_zone(rt.profile, zone)),
        )
        for each, zone in below.items()
    ]
    return case(*cases, else_=value(rt.profile)) if cases else value(rt.profile)


def profile_of(db: Session, rt: Runtime, broadcast: Broadcast) -> Profile:
    """Return the country's rules by the wall clock of the broadcast's unit."""
    return zones.profile_at(db, rt.profile, db.get_one(Unit, broadcast.unit_id).path)


def at_unit(db: Session, rt: Runtime, broadcast: Broadcast) -> Runtime:
    """Return the runtime with the hours of the broadcast's unit, for forecasts."""
    return replace(rt, profile=profile_of(db, rt, broadcast))


def _on_wall(own: Profile, other: Profile, at: datetime) -> datetime:
    local = at.astimezone(own.timezone)
    return at if own.zone == other.zone else instant_of(other, local.date(), local.time().replace(fold=0))
