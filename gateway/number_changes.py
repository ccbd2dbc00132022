"""A member's number changes: said on the new one, asked once on the old one, decided by a coordinator (journeys.md M6).

Nothing of the member moves before that decision; an old number that a stranger has is parted from them at once.
"""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.enrolment.lost import lose_number
from gateway.errors import Conflict
from gateway.models import Member, NumberChange, new_public_id
from gateway.people import merging
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import enrolments, member_numbers, members, number_changes, units
from gateway.store.staff import add_audit

YES, NO, STRANGER = "yes", "no", "stranger"
MOVED, REFUSED = "moved", "refused"
CHANGED = "changed"


def claim(
    unit: UnitOfWork, rt: Runtime, scene: Scene, note_id: int | None, text: str | None = None
) -> NumberChange | None:
    """Somebody says or writes on this number that they are a member on another one; told twice it is one request."""
    if scene.number_id is None:
        return None
    member = members.get_member(unit.db, scene.member_id) if scene.member_id else None
    place_id = member.unit_id if member else units.root_unit(unit.db).id
    change = number_changes.find_open(unit.db, scene.number_id)
    if change is None:
        change = NumberChange(
            public_id=new_public_id(), number_id=scene.number_id, unit_id=place_id, at=rt.clock()
        )
        unit.db.add(change)
    change.newcomer_id = scene.member_id or change.newcomer_id
    change.note_id = note_id or change.note_id
    if text:
        change.sealed_text = rt.vault.seal_text(text, number_changes.TEXT_PURPOSE, change.public_id)
    unit.db.flush()
    return change


def written(rt: Runtime, change: NumberChange) -> str:
    """Return the name and the village where they were written; empty where they were spoken."""
    sealed = change.sealed_text
    return rt.vault.open_text(sealed, number_changes.TEXT_PURPOSE, change.public_id) if sealed else ""


def ask_old_number(
    unit: UnitOfWork, rt: Runtime, change: NumberChange, member: Member, staff_id: int
) -> None:
    """Staff say whose number it would be: the old one is owed one call that asks. Raises Conflict where that is no use."""
    if change.decision is not None or change.asked_at is not None:
        raise Conflict("the old number was asked already")
    if member.id == change.newcomer_id:
        raise Conflict("this is the very member who joined on the new number")
    change.member_id, change.old_number_id = member.id, member.number_id
    change.unit_id, change.asked_at = member.unit_id, rt.clock()
    if member.number_id is not None:
        owe.owe_number_check(unit, rt, member.number_id, member.id, change.id, member.language)
    add_audit(
        unit.db, staff_id, "number-change-asked", rt.clock(), "member", member.id, unit_id=member.unit_id
    )
    unit.db.flush()


def answered(unit: UnitOfWork, rt: Runtime, change_id: int, said: str, number_id: int | None) -> None:
    """The old number has answered; the first answer stays. A stranger there parts it from the member at once."""
    change = unit.db.get(NumberChange, change_id, with_for_update=True)
    if change is None or change.said is not None or number_id != change.old_number_id:
        return
    change.said, change.said_at = said, rt.clock()
    if said == STRANGER and change.member_id is not None:
        lose_number(unit, rt, number_id, change.member_id)
    unit.db.flush()


def confirm(unit: UnitOfWork, rt: Runtime, change: NumberChange, staff_id: int) -> Member:
    """A coordinator knows that it is so: the member's history is found under the new number from now on.

    Who joined anew on the new number becomes one with the member. Raises Conflict before the old number was asked, after
    it said no, and where it is decided already.
    """
    if change.decision is not None or change.member_id is None:
        raise Conflict("this change is decided already, or nobody has said whose number it is")
    if change.said == NO:
        raise Conflict("on the old number the member says that they keep it")
    member = unit.db.get_one(Member, change.member_id, with_for_update=True)
    if change.old_number_id is not None and member.number_id == change.old_number_id:
        enrolments.unlink(unit.db, member.id, change.old_number_id, CHANGED, rt.clock())
        member_numbers.send_on(unit.db, member.id, change.old_number_id, change.number_id)
    member.number_id = change.number_id
    unit.db.flush()
    _decide(unit, rt, change, staff_id, MOVED)
    newcomer = unit.db.get(Member, change.newcomer_id) if change.newcomer_id else None
    if newcomer is not None and newcomer.merged_into_id is None and newcomer.erased_at is None:
        merging.merge(unit, rt, member.id, newcomer.id, staff_id)
    return member


def refuse(unit: UnitOfWork, rt: Runtime, change: NumberChange, staff_id: int) -> None:
    """It is not so: everything stays as it was."""
    if change.decision is None:
        _decide(unit, rt, change, staff_id, REFUSED)


def _decide(unit: UnitOfWork, rt: Runtime, change: NumberChange, staff_id: int, decision: str) -> None:
    change.decision, change.decided_at, change.staff_id = decision, rt.clock(), staff_id
    add_audit(
        unit.db,
        staff_id,
        f"number-change-{decision}",
        rt.clock(),
        "member",
        change.member_id,
        unit_id=change.unit_id,
    )
    unit.db.flush()
