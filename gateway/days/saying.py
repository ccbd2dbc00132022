"""What a unit's lead says of the day: nothing, something, or that they could not look. Open until midnight."""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.days.asking import cancel
from gateway.db import UnitOfWork
from gateway.models import Delivery, Post, Unit, UnitDay
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DeliveryReason
from gateway.store import daily, unit_days

logger = logging.getLogger(__name__)

NOTHING, SOMETHING, COULD_NOT = SAID = ("nothing", "something", "could_not")
MILESTONES, EVERY = (3, 7, 14), 30  # days in a row that are worth a word, then every thirtieth


def say(unit: UnitOfWork, rt: Runtime, scene: Scene, day_id: int, said: str) -> None:
    """Keep what was said; the last word of the day counts. Not after midnight, and not of a unit that is not theirs."""
    day = unit.db.get(UnitDay, day_id, with_for_update=True, populate_existing=True)
    if day is None or said not in SAID or day.said == said:
        return
    if day.day != local_day(rt.profile, rt.clock()) or not _may_say(unit.db, scene, day):
        logger.info("word of a day not taken day_id=%s", day_id)
        return
    day.said, day.said_at = said, rt.clock()
    day.streak = unit_days.streak_before(unit.db, day.unit_id, day.day) + 1
    unit.db.flush()
    if day.delivery_id is not None:
        cancel(unit.db, [day.delivery_id], rt.clock())


def fact(db: Session, rt: Runtime, day_id: int, language: str) -> dict[str, Any]:
    """What the conversation about a day may know (`flows.facts.Daily`); the streak is what it will be once they answer."""
    day = db.get_one(UnitDay, day_id)
    streak = unit_days.streak_before(db, day.unit_id, day.day) + 1
    return {
        "day": day.id,
        "unit": db.get_one(Unit, day.unit_id).name,
        "streak": rt.words.count(language, streak),
        "is_milestone": streak in MILESTONES or streak % EVERY == 0,
    }


def open_day(db: Session, rt: Runtime, member_id: int | None) -> int | None:
    """Return the day that this member was asked about and has not answered; for a lead who rings back."""
    today = local_day(rt.profile, rt.clock())
    query = select(UnitDay.id).where(UnitDay.member_id == member_id, UnitDay.day == today)
    return db.scalar(query.where(UnitDay.said.is_(None)).order_by(UnitDay.id).limit(1))


def _may_say(db: Session, scene: Scene, day: UnitDay) -> bool:
    """On the call that asks, or as a lead of that unit who rings in."""
    asked = db.get(Delivery, scene.delivery_id) if scene.delivery_id else None
    if asked is not None and asked.reason == DeliveryReason.DAILY and asked.subject_id == day.id:
        return True
    return scene.member_id is not None and (
        scene.member_id == day.member_id or _is_lead(db, scene.member_id, day)
    )


def _is_lead(db: Session, member_id: int, day: UnitDay) -> bool:
    query = select(Post.id).where(
        Post.member_id == member_id, Post.unit_id == day.unit_id, Post.until.is_(None)
    )
    return db.scalar(query.where(func.lower(Post.title).in_(daily.find_daily(db).posts)).limit(1)) is not None
