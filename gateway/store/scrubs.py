"""Rounds with the do-not-disturb register: what was asked, what came back, whom an answer covers (rules.md L8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import Member, PhoneNumber, Scrub, Suppression, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.escalation import ancestors
from gateway.states import MemberStatus
from gateway.store.consents import is_proven
from gateway.store.suppressions import DO_NOT_DISTURB, SCRUB
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


def select_asked(scrub: Scrub, path: str) -> Select[bytes, bytes]:
    """Select the numbers of a round, each once: of members below this unit who agreed without showing it to us (L8)."""
    query = (
        select(PhoneNumber.sealed, PhoneNumber.index)
        .join(Member, Member.number_id == PhoneNumber.id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(is_under(Unit.path, path), Member.status != MemberStatus.LEFT, was_asked(scrub))
        .where(Member.consent.in_((ConsentState.ORGANISATIONAL, ConsentState.ALL)))
        .where(or_(Member.barred.is_(None), Member.barred == DO_NOT_DISTURB))
        .where(~is_proven(MessageClass.CAMPAIGN, Member.id))
    )
    return query.distinct().order_by(PhoneNumber.index)


def among_asked(db: Session, scrub: Scrub, path: str, indexes: Collection[bytes]) -> set[bytes]:
    """Return which of these numbers the round asked about."""
    asked = select_asked(scrub, path).with_only_columns(PhoneNumber.index)
    return set(db.scalars(asked.where(PhoneNumber.index.in_(indexes)))) if indexes else set()


def no_longer_listed(db: Session, scrub: Scrub, path: str) -> int:
    """Lift what an earlier answer entered about numbers of this round that the register does not list any more."""
    asked = select_asked(scrub, path).with_only_columns(PhoneNumber.index)
    done = db.execute(
        update(Suppression)
        .where(Suppression.reason == DO_NOT_DISTURB, Suppression.source == SCRUB)
        .where(Suppression.lifted_at.is_(None), Suppression.at < scrub.answered_at)
        .where(Suppression.number_index.in_(asked))
        .values(lifted_at=scrub.answered_at)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", done).rowcount


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
