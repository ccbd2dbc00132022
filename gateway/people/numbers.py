"""A member's numbers: another one, which is rung first, and the end of one (journeys.md M6).

Inbound calls and texts know a member by any number in use; we ring the first. Suppressions belong to numbers, not to
members, and nothing here lifts one.
"""

from __future__ import annotations

from functools import partial

from gateway.db import UnitOfWork
from gateway.errors import Conflict, NotFound
from gateway.models import Delivery, Member, OtherNumber
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from gateway.store import enrolments, member_numbers, staff, suppressions
from gateway.store import numbers as kept
from gateway.store.move import move

CHANGED, RECYCLED, MERGED = "changed", "recycled", "merged"
REASONS = (CHANGED, RECYCLED)
MOST = 6


def add(unit: UnitOfWork, rt: Runtime, member: Member, number: Number, staff_id: int | None) -> bool:
    """Add a number: the first where there is none, else a further one. False: the member has it already."""
    number_id = kept.add_number(unit.db, rt.vault, number, rt.clock())
    if number_id == member.number_id or member_numbers.find_in_use(unit.db, member.id, number_id):
        return False
    if member.number_id is None:
        member.number_id = number_id
    else:
        _check_room(unit, member)
        unit.db.add(OtherNumber(member_id=member.id, number_id=number_id, since=rt.clock()))
    unit.db.flush()
    unit.ring(partial(rt.bells.build_sounds, "member", member.id))  # who shares a phone is asked for by name
    _note(unit, rt, member, "number-added", staff_id)
    return True


def make_first(unit: UnitOfWork, rt: Runtime, member: Member, number_id: int, staff_id: int | None) -> None:
    """Ring this one first from now on; the one before stays as a further number. What waits goes to the new one."""
    if member.number_id == number_id:
        return
    before, now = member.number_id, rt.clock()
    row = _in_use(unit, member, number_id)
    unit.db.delete(row)
    if before is not None:
        unit.db.add(OtherNumber(member_id=member.id, number_id=before, since=now))
        member_numbers.send_on(unit.db, member.id, before, number_id)
    member.number_id = number_id
    unit.db.flush()
    _note(unit, rt, member, "number-first", staff_id)


def end(
    unit: UnitOfWork, rt: Runtime, member: Member, number_id: int, reason: str, staff_id: int | None
) -> None:
    """End a number: the member has another now, or it belongs to somebody else (then nobody rings it again).

    Where it was the first, a further one takes its place, and what waits goes there.
    """
    if reason not in REASONS:
        raise Conflict("say why: the member has another number, or it belongs to somebody else")
    if member.number_id != number_id:
        _in_use(unit, member, number_id)
    now = rt.clock()
    enrolments.unlink(unit.db, member.id, number_id, reason, now)
    _divert(unit, rt, member, number_id)
    if reason == RECYCLED:
        index = kept.index_of(unit.db, number_id)
        suppressions.add_suppression(unit.db, index, RECYCLED, now, suppressions.STAFF, staff_id)
    unit.db.flush()
    _note(unit, rt, member, "number-ended", staff_id, reason=reason)


def _divert(unit: UnitOfWork, rt: Runtime, member: Member, number_id: int) -> None:
    """What waits on a number that is theirs no more goes to the first one, or nowhere where there is none."""
    if member.number_id is not None:
        member_numbers.send_on(unit.db, member.id, number_id, member.number_id)
        return
    for delivery_id in member_numbers.list_waiting(unit.db, member.id, number_id):
        move(unit.db, Delivery, delivery_id, DeliveryState.CANCELLED, ended_at=rt.clock())


def _in_use(unit: UnitOfWork, member: Member, number_id: int) -> OtherNumber:
    row = member_numbers.find_in_use(unit.db, member.id, number_id)
    if row is None:
        raise NotFound("this member has no such number")
    return row


def _check_room(unit: UnitOfWork, member: Member) -> None:
    in_use = [each for each in member_numbers.list_numbers(unit.db, member) if each.until is None]
    if len(in_use) >= MOST:
        raise Conflict(f"a member has at most {MOST} numbers; end one that is no longer theirs")


def _note(
    unit: UnitOfWork, rt: Runtime, member: Member, action: str, staff_id: int | None, **details: str
) -> None:
    staff.add_audit(
        unit.db, staff_id, action, rt.clock(), "member", member.id, unit_id=member.unit_id, **details
    )
