"""Who is credited for a new member: judged when they have joined, held where it looks odd, cleared or refused by staff."""

from __future__ import annotations

from datetime import timedelta

from gateway.db import UnitOfWork
from gateway.models import Enrolment, JoinCode
from gateway.rules.referrals import Joining, Limits, judge
from gateway.runtime import Runtime
from gateway.store import enrolments, join_codes, numbers
from gateway.store.staff import add_audit


def look_at(unit: UnitOfWork, rt: Runtime, enrolment: Enrolment) -> None:
    """Flag a joining just completed where somebody is to be credited for it; one that staff have judged stays so."""
    if enrolment.inviter_id is None or enrolment.number_id is None or enrolment.cleared_at is not None:
        return
    now, limits = rt.clock(), Limits()
    code = unit.db.get(JoinCode, enrolment.code_id) if enrolment.code_id else None
    brought = [
        (at, number_id)
        for at, number_id in enrolments.numbers_brought(
            unit.db, enrolment.inviter_id, now - timedelta(days=1)
        )
        if number_id != enrolment.number_id
    ]
    theirs = {number_id for _, number_id in brought if number_id is not None}
    opened = numbers.open_numbers(unit.db, rt.vault, [enrolment.number_id, *theirs])
    joining = Joining(
        at=now,
        number=_digits(opened[enrolment.number_id]),
        is_class=code is not None and code.kind == join_codes.CLASS,
        is_own_number=enrolment.number_id in enrolments.numbers_of(unit.db, enrolment.inviter_id),
        on_number=enrolments.joined_on(
            unit.db, enrolment.number_id, now - timedelta(days=limits.number_days)
        ),
        brought_at=[at for at, _ in brought],
        their_numbers=[_digits(opened[number_id]) for number_id in theirs],
    )
    enrolment.flags = [str(flag) for flag in judge(joining, limits)]
    unit.db.flush()


def clear(unit: UnitOfWork, rt: Runtime, enrolment: Enrolment, staff_id: int, unit_id: int) -> None:
    """A person of staff has looked: it counts. Twice changes nothing."""
    _decide(unit, rt, enrolment, staff_id, unit_id, "joining-cleared")


def refuse(unit: UnitOfWork, rt: Runtime, enrolment: Enrolment, staff_id: int, unit_id: int) -> None:
    """A person of staff has looked: nobody is credited and no drive counts it; the member stays."""
    if enrolment.cleared_at is None:
        enrolment.flags = [*enrolment.flags, enrolments.REFUSED]
    _decide(unit, rt, enrolment, staff_id, unit_id, "joining-refused")


def _decide(
    unit: UnitOfWork, rt: Runtime, enrolment: Enrolment, staff_id: int, unit_id: int, action: str
) -> None:
    if enrolment.cleared_at is not None or not enrolment.flags:
        return
    enrolment.cleared_at, enrolment.cleared_by_id = rt.clock(), staff_id
    add_audit(unit.db, staff_id, action, rt.clock(), "member", enrolment.member_id, unit_id=unit_id)
    unit.db.flush()


def _digits(number: str) -> int:
    return int(number.lstrip("+"))
