"""Overlays: constituencies over units and wings of members, beside the tree. Limited to the viewer's unit.

An overlay belongs to a unit: who sees that unit sees it, and only units and members at or below it can be of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Member, Overlay, OverlayMember, OverlayUnit, Unit
from gateway.rules.escalation import ancestors
from gateway.states import MemberStatus
from gateway.store.units import is_under

CONSTITUENCY, WING = "constituency", "wing"
KINDS = (CONSTITUENCY, WING)
PAGE = 30


@dataclass(frozen=True)
class Row:
    """An overlay with the unit it belongs to and how much is of it: units named or members named."""

    overlay: Overlay
    place: Unit
    size: int


def in_overlay(overlay: Overlay) -> ColumnElement[bool]:
    """SQL on Member: this member is of the overlay, in person or by a unit that lies in it."""
    if overlay.kind == WING:
        return Member.id.in_(select(OverlayMember.member_id).where(OverlayMember.overlay_id == overlay.id))
    inside, top = aliased(Unit), aliased(Unit)
    first_beyond = func.concat(func.rtrim(top.path, "/"), "0")
    is_inside = and_(inside.path.op("~>=~")(top.path), inside.path.op("~<~")(first_beyond))
    of_it = select(OverlayUnit.unit_id).where(OverlayUnit.overlay_id == overlay.id)
    return Member.unit_id.in_(select(inside.id).join(top, is_inside).where(top.id.in_(of_it)))


def count_members(db: Session, overlay: Overlay, path: str) -> int:
    """Count the members of the overlay at or below the path who have not left."""
    query = select(func.count(Member.id)).join(Unit, Unit.id == Member.unit_id)
    query = query.where(is_under(Unit.path, path), Member.status != MemberStatus.LEFT, in_overlay(overlay))
    return db.scalars(query).one()


def list_overlays(db: Session, viewer_path: str) -> list[Row]:
    """List the open overlays of units at or below the viewer's, by kind and name."""
    units = select(func.count()).where(OverlayUnit.overlay_id == Overlay.id).scalar_subquery()
    members = select(func.count()).where(OverlayMember.overlay_id == Overlay.id).scalar_subquery()
    query = select(Overlay, Unit, units + members).join(Unit, Unit.id == Overlay.unit_id)
    query = query.where(is_under(Unit.path, viewer_path), Overlay.closed_at.is_(None))
    return [Row(*each) for each in db.execute(query.order_by(Overlay.kind, Overlay.name))]


def overlays_of(db: Session, viewer_path: str, unit_path: str) -> Sequence[Overlay]:
    """List the open constituencies that this unit lies in, by itself or by one above it, as far as the viewer sees them."""
    line, place = aliased(Unit), aliased(Unit)
    of_line = (
        select(OverlayUnit.overlay_id)
        .join(line, line.id == OverlayUnit.unit_id)
        .where(line.path.in_([unit_path, *ancestors(unit_path)]))
    )
    query = select(Overlay).join(place, place.id == Overlay.unit_id)
    query = query.where(is_under(place.path, viewer_path), Overlay.closed_at.is_(None))
    return db.scalars(query.where(Overlay.id.in_(of_line)).order_by(Overlay.name)).all()


def get_visible(db: Session, viewer_path: str, public_id: str) -> Overlay:
    """Return one overlay; raises NotFound where there is none of a unit at or below the viewer's."""
    query = select(Overlay).join(Unit, Unit.id == Overlay.unit_id)
    found = db.scalar(query.where(Overlay.public_id == public_id, is_under(Unit.path, viewer_path)))
    if found is None:
        raise NotFound("there is no such overlay")
    return found


def find_by_code(db: Session, code: str) -> Overlay | None:
    return db.scalar(select(Overlay).where(Overlay.code == code))


def add_overlay(db: Session, code: str, name: str, kind: str, unit_id: int, now: datetime) -> Overlay:
    made = Overlay(code=code, name=name, kind=kind, unit_id=unit_id, created_at=now)
    db.add(made)
    db.flush()
    return made


def add_units(db: Session, overlay_id: int, unit_ids: Sequence[int]) -> int:
    """Let these units lie in the overlay; returns how many did not yet."""
    return _add(db, OverlayUnit, [{"overlay_id": overlay_id, "unit_id": each} for each in unit_ids])


def add_members(db: Session, overlay_id: int, member_ids: Sequence[int]) -> int:
    """Let these members be of the overlay; returns how many were not yet."""
    return _add(db, OverlayMember, [{"overlay_id": overlay_id, "member_id": each} for each in member_ids])


def remove_unit(db: Session, overlay_id: int, unit_id: int) -> None:
    gone = delete(OverlayUnit).where(OverlayUnit.overlay_id == overlay_id, OverlayUnit.unit_id == unit_id)
    db.execute(gone)


def remove_member(db: Session, overlay_id: int, member_id: int) -> None:
    which = (OverlayMember.overlay_id == overlay_id, OverlayMember.member_id == member_id)
    db.execute(delete(OverlayMember).where(*which))


def units_of(db: Session, viewer_path: str, overlay_id: int) -> Sequence[Unit]:
    """List the units named in the overlay that the viewer may see, by name."""
    query = select(Unit).join(OverlayUnit, OverlayUnit.unit_id == Unit.id)
    query = query.where(OverlayUnit.overlay_id == overlay_id, is_under(Unit.path, viewer_path))
    return db.scalars(query.order_by(Unit.name, Unit.id)).all()


def members_of(db: Session, viewer_path: str, overlay_id: int, after: str = "") -> list[tuple[Member, Unit]]:
    """List the members named in the overlay that the viewer may see, by name: a page and one more."""
    query = (
        select(Member, Unit)
        .join(OverlayMember, OverlayMember.member_id == Member.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(OverlayMember.overlay_id == overlay_id, Member.status != MemberStatus.LEFT)
        .where(is_under(Unit.path, viewer_path))
    )
    last = select(func.row(Member.name, Member.id)).where(Member.public_id == after).scalar_subquery()
    if after:
        query = query.where(func.row(Member.name, Member.id) > last)
    found = db.execute(query.order_by(Member.name, Member.id).limit(PAGE + 1))
    return [(member, place) for member, place in found]


def _add(db: Session, model: type[OverlayUnit] | type[OverlayMember], rows: list[dict[str, int]]) -> int:
    if not rows:
        return 0
    statement = postgresql.insert(model).values(rows).on_conflict_do_nothing().returning(model.overlay_id)
    return len(db.scalars(statement).all())
