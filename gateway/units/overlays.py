"""Makes and changes overlays: constituencies over units, wings of members (activities.md, "The two chains in use").

A constituency has units, with all that lies under each; a wing has members, wherever they live. Both within the unit that
the overlay belongs to.
"""

from __future__ import annotations

from sqlalchemy import select

from gateway.db import UnitOfWork
from gateway.errors import NotFound
from gateway.models import Member, Overlay, Unit
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import overlays, unit_list
from gateway.store.staff import add_audit
from gateway.store.units import is_under
from gateway.units.change import By, get_open
from gateway.units.refusals import CannotChange


def add(work: UnitOfWork, rt: Runtime, by: By, unit_id: int, code: str, name: str, kind: str) -> Overlay:
    """Make an overlay that belongs to this unit. Raises NotFound, CannotChange."""
    unit = get_open(work.db, by, unit_id)
    if overlays.find_by_code(work.db, code) is not None:
        raise CannotChange("overlay-code-taken")
    made = overlays.add_overlay(work.db, code, name, kind, unit.id, rt.clock())
    _note(work, rt, by, made, "added")
    return made


def rename(work: UnitOfWork, rt: Runtime, by: By, public_id: str, name: str) -> Overlay:
    """Give an overlay another name. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id)
    overlay.name = name
    _note(work, rt, by, overlay, "renamed")
    return overlay


def close(work: UnitOfWork, rt: Runtime, by: By, public_id: str) -> Overlay:
    """Close an overlay: nobody is reached by it any more. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id)
    overlay.closed_at = rt.clock()
    _note(work, rt, by, overlay, "closed")
    return overlay


def add_unit(work: UnitOfWork, rt: Runtime, by: By, public_id: str, unit_id: int) -> bool:
    """Let a unit with all under it lie in a constituency; False where it did. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id, overlays.CONSTITUENCY)
    unit = get_open(work.db, _within(work, by, overlay), unit_id)
    is_new = bool(overlays.add_units(work.db, overlay.id, [unit.id]))
    if is_new:
        _note(work, rt, by, overlay, "unit-added", place=unit.id)
    return is_new


def remove_unit(work: UnitOfWork, rt: Runtime, by: By, public_id: str, unit_id: int) -> None:
    """Take a unit out of a constituency. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id, overlays.CONSTITUENCY)
    unit = unit_list.get_visible(work.db, by.path, unit_id)
    overlays.remove_unit(work.db, overlay.id, unit.id)
    _note(work, rt, by, overlay, "unit-removed", place=unit.id)


def add_member(work: UnitOfWork, rt: Runtime, by: By, public_id: str, member_public_id: str) -> bool:
    """Let a member be of a wing; False where they were. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id, overlays.WING)
    member = _member(work, _within(work, by, overlay), member_public_id)
    is_new = bool(overlays.add_members(work.db, overlay.id, [member.id]))
    if is_new:
        _note(work, rt, by, overlay, "member-added", member=member.id)
    return is_new


def remove_member(work: UnitOfWork, rt: Runtime, by: By, public_id: str, member_public_id: str) -> None:
    """Take a member out of a wing. Raises NotFound, CannotChange."""
    overlay = _open(work, by, public_id, overlays.WING)
    member = _member(work, by, member_public_id)
    overlays.remove_member(work.db, overlay.id, member.id)
    _note(work, rt, by, overlay, "member-removed", member=member.id)


def _open(work: UnitOfWork, by: By, public_id: str, kind: str | None = None) -> Overlay:
    overlay = overlays.get_visible(work.db, by.path, public_id)
    if overlay.closed_at is not None:
        raise CannotChange("overlay-closed")
    if kind not in (None, overlay.kind):
        raise CannotChange("overlay-kind")
    return overlay


def _within(work: UnitOfWork, by: By, overlay: Overlay) -> By:
    """Only what lies at or below the overlay's own unit can be of it; that unit is the viewer's or below."""
    return By(by.staff_id, work.db.get_one(Unit, overlay.unit_id).path)


def _member(work: UnitOfWork, by: By, public_id: str) -> Member:
    query = select(Member).join(Unit, Unit.id == Member.unit_id).where(is_under(Unit.path, by.path))
    here = (Member.public_id == public_id, Member.status != MemberStatus.LEFT)
    member: Member | None = work.db.scalar(query.where(*here))
    if member is None:
        raise NotFound("there is no such member")
    return member


def _note(work: UnitOfWork, rt: Runtime, by: By, overlay: Overlay, action: str, **details: int) -> None:
    work.db.flush()
    add_audit(
        work.db,
        by.staff_id,
        f"overlay-{action}",
        rt.clock(),
        "overlay",
        overlay.id,
        overlay.unit_id,
        **details,
    )
