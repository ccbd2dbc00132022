"""Rounds with the do-not-disturb register: what was asked, what came back, whom an answer covers (rules.md L8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Member, PhoneNumber, Scrub, Unit
from gateway.rules.escalation import ancestors
from gateway.store.units import is_under

SHOWN = 50


def find_answered(db: Session, path: str, since: datetime) -> Scrub | None:
    """Return the newest round that was answered since then and took in the whole of this unit."""
    query = (
        select(Scrub)
        .join(Unit, Unit.id == Scrub.unit_id)
        .where(Unit.path.in_([path, *ancestors(path)]), Scrub.answered_at >= since)
    )
    return db.scalar(query.order_by(Scrub.asked_at.desc()).limit(1))


def was_asked(scrub: Scrub) -> ColumnElement[bool]:
    """SQL about Member and PhoneNumber: they were there when the numbers were handed out."""
    return func.greatest(Member.created_at, PhoneNumber.created_at) <= scrub.asked_at


def list_visible(db: Session, viewer_path: str) -> Sequence[tuple[Scrub, Unit]]:
    """List the rounds of units at or below the viewer's, the newest first."""
    query = select(Scrub, Unit).join(Unit, Unit.id == Scrub.unit_id).where(is_under(Unit.path, viewer_path))
    return [(row[0], row[1]) for row in db.execute(query.order_by(Scrub.asked_at.desc()).limit(SHOWN))]


def get_visible(db: Session, viewer_path: str, public_id: str) -> tuple[Scrub, Unit]:
    """Return one round with its unit; NotFound outside the viewer's unit."""
    query = select(Scrub, Unit).join(Unit, Unit.id == Scrub.unit_id).where(is_under(Unit.path, viewer_path))
    found = db.execute(query.where(Scrub.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such round with the register")
    return found[0], found[1]
