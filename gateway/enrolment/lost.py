"""A number that belongs to somebody else now: the member is parted from it, and nobody rings it for them (journeys.md M1, M6)."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.models import Member
from gateway.rules.contact import Suppressed
from gateway.runtime import Runtime
from gateway.store import enrolments, members, numbers, suppressions

RECYCLED = str(Suppressed.RECYCLED)


def lose_number(unit: UnitOfWork, rt: Runtime, number_id: int | None, member_id: int) -> bool:
    """Part a member from this number; it stays silent until whoever has it now agrees. False: it was not theirs."""
    if number_id is None or not any(
        each.id == member_id for each in members.list_on_number(unit.db, number_id)
    ):
        return False
    enrolments.unlink(unit.db, member_id, number_id, RECYCLED, rt.clock())
    index = numbers.index_of(unit.db, number_id)
    suppressions.add_suppression(unit.db, index, RECYCLED, rt.clock())
    unit.db.flush()
    unit.db.expire(unit.db.get_one(Member, member_id))
    return True
