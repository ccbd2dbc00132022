"""Approving, starting, pausing and stopping: conditional moves, so that two people at once do it once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from gateway import sounds
from gateway.broadcasts import ready, register
from gateway.broadcasts.audience import Filters
from gateway.broadcasts.size import is_for_nobody, size_of
from gateway.db import UnitOfWork
from gateway.deliveries import contact, owe, send
from gateway.errors import Conflict, NotAllowed
from gateway.models import Batch, Broadcast, Delivery
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.states import BatchState, BroadcastState, DeliveryReason, DeliveryState
from gateway.store.move import move

NEVER = (
    "unit-closed",
    "expired",
    "no-audience",
    "audience-gone",
)  # what no waiting mends: such a start is given up


def approve(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, approver_id: int | None) -> None:
    """Approve exactly these words and sounds. A campaign needs a certificate and a second person (L3, L19), a big
    broadcast a second person (console.md 1a); the command line (None) is one, for all but campaigns.

    Raises NotAllowed with the reason, Conflict where it is no draft any more.
    """
    if broadcast.message_class == MessageClass.CAMPAIGN:
        _check_campaign(rt, broadcast, approver_id)
    elif approver_id is not None and approver_id == broadcast.author_id:
        _check_second(unit, rt, broadcast)
    approved_hash = contact.hash_of(broadcast)
    now = rt.clock()
    values = {"approver_id": approver_id, "approved_hash": approved_hash, "approved_at": now}
    if not move(unit.db, Broadcast, broadcast.id, BroadcastState.APPROVED, **values):
        raise Conflict("this broadcast is no draft any more")
    unit.db.refresh(broadcast)
    unit.ring(lambda: rt.bells.build_sounds("broadcast", broadcast.id))


def start(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    """Start now, whatever the hour: what may not be tried yet waits for the window.

    Raises Conflict where it is not approved, has started, a language has no sound yet, the do-not-disturb register must be
    asked first, or nobody would be reached (`NEVER`).
    """
    _check_startable(unit, rt, broadcast)
    check_sounds(rt, broadcast)
    if uncovered := register.count_uncovered(unit, rt, broadcast):
        raise Conflict(
            f"{uncovered} members are asked without proof of their consent: compare their numbers with the "
            "do-not-disturb register first (House, Do-not-disturb register)",
            "no-scrub",
        )
    if not move(unit.db, Broadcast, broadcast.id, BroadcastState.STARTING, started_at=rt.clock()):
        raise Conflict(f"this broadcast cannot start: it is {broadcast.state}")
    unit.db.refresh(broadcast)
    unit.ring(lambda: rt.bells.spread_broadcast(broadcast.id))


def pause(unit: UnitOfWork, broadcast: Broadcast, reason: str = "by-staff") -> None:
    """No new attempt begins after this is committed; calls that are under way may finish."""
    _move(unit, broadcast, BroadcastState.PAUSED, pause_reason=reason)


def resume(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    """Go on with whom is still to be tried. Only what was paused: one that is starting does not run before all are owed."""
    unit.db.flush()
    unit.db.refresh(broadcast, with_for_update=True)
    if broadcast.state != BroadcastState.PAUSED:
        raise Conflict(f"only a paused broadcast can go on; this one is {broadcast.state}")
    _move(unit, broadcast, BroadcastState.RUNNING, pause_reason=None)
    send.wake(unit.db, broadcast.id, rt.clock())
    owe.ring_senders(unit, rt, broadcast.kind)


def stop(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    """End it for good: what is still owed is cancelled, what is under way is counted when it ends."""
    _move(unit, broadcast, BroadcastState.STOPPED, finished_at=rt.clock())
    # Batches first: this waits for whoever claims one now, and what is on its way then stays.
    ready_ones = update(Batch).where(Batch.broadcast_id == broadcast.id, Batch.state == BatchState.READY)
    unit.db.execute(ready_ones.values(state=BatchState.DONE))
    is_sending = select(Batch.id).where(Batch.id == Delivery.batch_id, Batch.state == BatchState.SENDING)
    unit.db.execute(
        update(Delivery)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.reason == DeliveryReason.BROADCAST)
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)), ~is_sending.exists())
        .values(state=DeliveryState.CANCELLED, ended_at=rt.clock(), batch_id=None)
        .execution_options(synchronize_session=False)
    )


def check_sounds(rt: Runtime, broadcast: Broadcast) -> None:
    """Raise Conflict where a language could not be heard yet: who approves has heard, or may hear, all of it."""
    if lacking := languages_without_sound(rt, broadcast):
        raise Conflict(
            f"the sound is still being made: {', '.join(lacking)}; try again in a moment", "no-sound"
        )


def languages_without_sound(rt: Runtime, broadcast: Broadcast) -> list[str]:
    """List the languages of a voice broadcast whose sound is not made yet."""
    if broadcast.kind != owe.VOICE:
        return []
    wanted = sounds.wanted_for(rt, "broadcast", broadcast.id)
    return sorted({each.language for each in wanted if rt.clips.find(each) is None})


def is_due(broadcast: Broadcast, now: datetime) -> bool:
    """Whether an approved broadcast's own time has come."""
    return broadcast.scheduled_at is not None and broadcast.scheduled_at <= now


def _check_campaign(rt: Runtime, broadcast: Broadcast, approver_id: int | None) -> None:
    certificate = contact.certificate_of(broadcast)
    if certificate is None or not certificate.is_complete:
        raise NotAllowed("a campaign needs the certificate of the election committee first", "no-certificate")
    if certificate.valid_until <= rt.clock():
        raise NotAllowed("the certificate is no longer valid", "no-certificate")
    if certificate.content_hash != contact.hash_of(broadcast):
        raise NotAllowed("the certificate was given for other words or another sound", "content-changed")
    if approver_id is None or approver_id == broadcast.author_id:
        raise NotAllowed("a second person must approve a campaign", "four-eyes")


def give_up(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, reason: str) -> None:
    """End one whose time came in vain; `reason` says why (`NEVER`)."""
    _move(unit, broadcast, BroadcastState.STOPPED, finished_at=rt.clock(), pause_reason=reason)


def _check_second(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    if size_of(unit, rt, broadcast).wants_second:
        raise NotAllowed("a second person must approve a broadcast of this size", "four-eyes")


def _check_startable(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    ready.check_place(unit.db, broadcast)
    ready.check_filters(unit.db, Filters.of(broadcast.filters or {}))
    if broadcast.expires_at is not None and broadcast.expires_at <= rt.clock():
        raise Conflict("its end has passed: choose a later one", "expired")
    if broadcast.state == BroadcastState.APPROVED and is_for_nobody(unit, broadcast):
        raise Conflict(
            "nobody would be reached: choose another unit, or add members who agreed", "no-audience"
        )


def _move(unit: UnitOfWork, broadcast: Broadcast, new: BroadcastState, **values: object) -> None:
    if not move(unit.db, Broadcast, broadcast.id, new, **values):
        raise Conflict(f"this broadcast is {broadcast.state} and cannot become {new}")
    unit.db.refresh(broadcast)
