"""Try the rest: the same broadcast goes round once more, for those alone whom it has not reached (issue, ledger).

Not for whoever is in doubt, was refused, asked to be left alone, has a number that does not exist, or was called as often
as a broadcast may. Everybody is judged again before the phone rings, as ever.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session

from gateway.broadcasts.audience import is_asked
from gateway.broadcasts.spread import due_of
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Broadcast, Delivery, Habit, Member
from gateway.rules.contact import Caps
from gateway.rules.retry import Cause
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryReason, DeliveryState, MemberStatus
from gateway.store.move import move

_UNREACHED = (DeliveryState.FAILED, DeliveryState.NOT_HEARD)


def count_rest(db: Session, broadcast: Broadcast) -> int:
    """Count whom another round would take."""
    return db.scalars(
        select(func.count())
        .select_from(Delivery)
        .join(Member, Member.id == Delivery.member_id)
        .where(_is_rest(broadcast))
    ).one()


def try_rest(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> int:
    """Take up whoever was not reached; returns how many. Pressed twice at once, the second finds it running.

    Raises Conflict where it is not finished, its time is over or nobody is left to try.
    """
    unit.db.refresh(broadcast, with_for_update=True)
    if broadcast.state != BroadcastState.FINISHED:
        raise Conflict(
            f"the rest is tried when a broadcast has finished; this one is {broadcast.state}", "not-finished"
        )
    if broadcast.expires_at is not None and broadcast.expires_at <= rt.clock():
        raise Conflict("its time is over; copy it into a new draft instead", "expired")
    taken = _take(unit.db, rt, broadcast)
    if not taken:
        raise Conflict("nobody is left whom another try could reach", "no-rest")
    values = {"rounds": broadcast.rounds + 1, "round_done_at": None, "finished_at": None}
    move(unit.db, Broadcast, broadcast.id, BroadcastState.RUNNING, **values)
    unit.db.refresh(broadcast)
    owe.ring_senders(unit, rt, broadcast.kind)
    return taken


def _take(db: Session, rt: Runtime, broadcast: Broadcast) -> int:
    """They become due as at the start: now, or in the part of the day in which each is reached."""
    due_at = due_of(db, rt, broadcast, rt.clock()).label("due_at")
    rest = select(Delivery.id, due_at).join(Member, Member.id == Delivery.member_id)
    rest = rest.outerjoin(Habit, Habit.number_id == Delivery.number_id)
    due = rest.where(_is_rest(broadcast)).subquery("due")
    again = (
        update(Delivery)
        .where(Delivery.id == due.c.id, Delivery.state.in_(_UNREACHED))
        .values(state=DeliveryState.QUEUED, due_at=due.c.due_at, ended_at=None, reason_code=None)
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    )
    taken = again.cte("taken")
    return db.scalars(select(func.count()).select_from(taken)).one()


def _is_rest(broadcast: Broadcast) -> ColumnElement[bool]:
    """SQL over deliveries and their members: tried to the end, not reached, and who may still be asked."""
    return and_(
        Delivery.broadcast_id == broadcast.id,
        Delivery.reason == DeliveryReason.BROADCAST,
        Delivery.kind == broadcast.kind,
        Delivery.state.in_(_UNREACHED),
        func.coalesce(Delivery.last_cause, "") != str(Cause.INVALID),
        Delivery.tries < Caps().attempts_in_broadcast,
        Member.status != MemberStatus.LEFT,
        Member.erased_at.is_(None),
        is_asked(broadcast),
    )
