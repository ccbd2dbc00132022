"""Changing what a colleague may, and letting one go: at once, in every browser, noted."""

from __future__ import annotations

from gateway.access import second_factor
from gateway.access.permissions import Role
from gateway.access.viewer import Viewer
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Staff, Unit
from gateway.runtime import Runtime
from gateway.staff.rank import check_may_change, check_may_give
from gateway.store import invitations, sign_ins, staff, staff_list


def give_role(
    unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff, role: Role, place: Unit
) -> None:
    """Give a colleague another role or unit; they sign in anew. Raises NotAllowed, Conflict for the last administrator."""
    check_may_change(viewer, person.id, person.role)
    check_may_give(viewer, role, place.path)
    if (person.role, person.unit_id) == (role, place.id):
        return
    if role != Role.ADMINISTRATOR or place.parent_id is not None:
        _keep_an_administrator(unit, person)
    _note(unit, rt, viewer, person, "staff-changed", role=str(role), was=person.role)
    person.role, person.unit_id = str(role), place.id
    sign_ins.revoke_sign_ins(unit.db, person.id, rt.clock())


def disable(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> None:
    """Let a colleague go: nothing opens for them any more, from this moment. Twice changes nothing."""
    check_may_change(viewer, person.id, person.role)
    if person.disabled_at is not None:
        return
    _keep_an_administrator(unit, person)
    person.disabled_at = rt.clock()
    sign_ins.revoke_sign_ins(unit.db, person.id, rt.clock())
    sign_ins.forget_browsers(unit.db, person.id)
    invitations.revoke_all(unit.db, person.id, rt.clock())
    _note(unit, rt, viewer, person, "staff-disabled")


def enable(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> None:
    """Take a colleague back, with the password they had."""
    check_may_change(viewer, person.id, person.role)
    if person.disabled_at is not None:
        person.disabled_at = None
        _note(unit, rt, viewer, person, "staff-enabled")


def end_browsers(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> int:
    """Sign a colleague out everywhere; returns how many browsers that were."""
    check_may_change(viewer, person.id, person.role)
    ended = sign_ins.revoke_sign_ins(unit.db, person.id, rt.clock())
    _note(unit, rt, viewer, person, "staff-signed-out", browsers=ended)
    return ended


def forget_second_factor(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> None:
    """Help who lost both phone and paper: the second step goes, and every browser with it."""
    check_may_change(viewer, person.id, person.role)
    second_factor.turn_off(unit, person)
    sign_ins.revoke_sign_ins(unit.db, person.id, rt.clock())
    _note(unit, rt, viewer, person, "second-factor-reset")


def _keep_an_administrator(unit: UnitOfWork, person: Staff) -> None:
    """Refuse to take away the last one who can open the house; two who try at once pass one after the other."""
    others = [each for each in staff_list.lock_administrators(unit.db) if each != person.id]
    if not others and person.role == Role.ADMINISTRATOR:
        raise Conflict("this is the last administrator of the whole organisation", code="last-administrator")


def _note(
    unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff, action: str, **details: object
) -> None:
    who = viewer.staff_id if viewer else None
    staff.add_audit(unit.db, who, action, rt.clock(), "staff", person.id, person.unit_id, **details)
