"""Lists of the inbox that people keep under a name: their own, and those shared with the staff of the unit and below."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.errors import Conflict, NotFound
from gateway.models import SavedView, Staff, Unit
from gateway.rules.escalation import ancestors

MOST = 20  # of one person: the line above the list stays one that is read


def list_visible(db: Session, staff_id: int, unit_path: str) -> Sequence[SavedView]:
    """List one's own views and those shared by whoever works at this unit or above it, by name."""
    is_shared = (
        SavedView.is_shared & Unit.path.in_([unit_path, *ancestors(unit_path)]) & Staff.disabled_at.is_(None)
    )
    query = (
        select(SavedView)
        .join(Staff, Staff.id == SavedView.staff_id)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(or_(SavedView.staff_id == staff_id, is_shared))
    )
    return db.scalars(query.order_by(SavedView.name, SavedView.id).limit(2 * MOST)).all()


def add(db: Session, staff_id: int, name: str, query: str, is_shared: bool, now: datetime) -> SavedView:
    """Keep a view; one's own of the same name is replaced. Raises Conflict where there are too many."""
    own = db.scalars(select(SavedView).where(SavedView.staff_id == staff_id).with_for_update()).all()
    made = next((each for each in own if each.name == name), None)
    if made is None:
        if len(own) >= MOST:
            raise Conflict("you keep as many views as there can be: remove one first", code="views")
        made = SavedView(staff_id=staff_id, name=name, query=query, at=now)
        db.add(made)
    made.query, made.is_shared, made.at = query, is_shared, now
    db.flush()
    return made


def get_own(db: Session, staff_id: int, public_id: str) -> SavedView:
    """Return one's own view; raises NotFound for anybody else's."""
    query = select(SavedView).where(SavedView.staff_id == staff_id, SavedView.public_id == public_id)
    found = db.scalar(query)
    if found is None:
        raise NotFound("you keep no such view")
    return found
