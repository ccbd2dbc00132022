"""A coordinator places who has joined: listens to name and village, writes the name, chooses the unit (journeys.md M1, S1-16)."""

from __future__ import annotations

from functools import partial

from gateway.db import UnitOfWork
from gateway.models import Enrolment, Member, Unit
from gateway.names import search_key
from gateway.runtime import Runtime
from gateway.store import enrolments
from gateway.store.staff import add_audit

LONGEST_NAME = 200


def place(
    unit: UnitOfWork, rt: Runtime, row: Enrolment, member: Member, where: Unit, name: str, staff_id: int
) -> None:
    """Confirm where a new member belongs; a name that is written replaces none but an empty one or a corrected one."""
    before = member.unit_id
    member.unit_id = where.id
    written = " ".join(name.split())[:LONGEST_NAME]
    if written and written != member.name:
        member.name, member.search = written, search_key(written)
        unit.ring(partial(rt.bells.build_sounds, "member", member.id))
    row.placed_at = rt.clock()
    unit.db.flush()
    add_audit(
        unit.db,
        staff_id,
        "member-placed",
        rt.clock(),
        "member",
        member.id,
        unit_id=where.id,
        before=before,
        after=where.id,
    )


def written_place(rt: Runtime, row: Enrolment) -> str:
    """Return the village as it was written by SMS, "" where it was not."""
    if row.sealed_place is None:
        return ""
    return rt.vault.open_text(row.sealed_place, enrolments.PLACE_PURPOSE, row.member_id)
