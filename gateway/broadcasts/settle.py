"""Ends rounds and broadcasts, and starts those whose time has come; run by the sweep."""

from __future__ import annotations

from sqlalchemy import select

from gateway.broadcasts import launch, local_times, sums, watch
from gateway.db import UnitOfWork
from gateway.deliveries import doubt
from gateway.errors import Conflict
from gateway.models import Broadcast
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store.move import move


def settle(unit: UnitOfWork, rt: Runtime) -> None:
    """Look at every broadcast that is under way; doing it twice changes nothing more."""
    query = select(Broadcast).where(
        Broadcast.state.in_((BroadcastState.APPROVED, BroadcastState.STARTING, BroadcastState.RUNNING))
    )
    for broadcast in unit.db.scalars(query.order_by(Broadcast.id).with_for_update(skip_locked=True)):
        _settle(unit, rt, broadcast)


def _settle(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    match broadcast.state:
        case BroadcastState.APPROVED if local_times.is_due(unit.db, rt, broadcast):
            _start(unit, rt, broadcast)
        case BroadcastState.STARTING:
            broadcast_id = broadcast.id
            unit.ring(lambda: rt.bells.spread_broadcast(broadcast_id))
        case BroadcastState.RUNNING:
            _end(unit, rt, broadcast)


def _start(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    """Its time has come; where a sound is not made yet the next sweep tries again, what no waiting mends is given up."""
    try:
        launch.start(unit, rt, broadcast)
    except Conflict as error:
        if error.code in launch.NEVER:
            launch.give_up(unit, rt, broadcast, error.code)
            return
        broadcast_id = broadcast.id
        unit.ring(lambda: rt.bells.build_sounds("broadcast", broadcast_id))


def _end(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    now, stand = rt.clock(), sums.of_broadcast(unit.db, broadcast.id)
    watch.look(unit, rt, broadcast, stand)
    is_round_done = not (stand.not_yet_tried or stand.in_progress or stand.held)
    if is_round_done and broadcast.round_done_at is None:
        broadcast.round_done_at = now
    is_open = stand.is_open or bool(stand.fallback and stand.fallback.is_open)
    if not is_open and not doubt.is_waiting(unit.db, broadcast.id, now):
        unit.db.flush()
        move(unit.db, Broadcast, broadcast.id, BroadcastState.FINISHED, finished_at=now)
