"""News that members hear: what lies on the line of their unit, and what of it they have heard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.content import in_language, languages_of, sound_in
from gateway.models import Delivery, Member, NewsHeard, NewsItem, PollSilence, Unit
from gateway.rules.classes import MessageClass
from gateway.store.units import spoken_on

SPOKEN_AT_ONCE = 3


def list_for(
    db: Session, line: Sequence[Unit], member: Member | None, language: str, now: datetime
) -> list[dict[str, Any]]:
    """List the newest items of these units as a flow tells them, newest first; before a poll none of a campaign (rules.md L2)."""
    places = [unit.id for unit in line]
    is_campaign = NewsItem.message_class == MessageClass.CAMPAIGN.value
    query = (
        select(NewsItem)
        .where(NewsItem.unit_id.in_(places))
        .where(NewsItem.withdrawn_at.is_(None), NewsItem.published_at <= now)
        .where(or_(NewsItem.expires_at.is_(None), NewsItem.expires_at > now))
        .where(not_(and_(is_campaign, is_silent(places, now))))
        .order_by(NewsItem.published_at.desc(), NewsItem.id.desc())
        .limit(SPOKEN_AT_ONCE)
    )
    nearby = spoken_on(line)
    items = [item for item in db.scalars(query) if languages_of(item.texts, item.sounds)]
    heard = _heard(db, member, [item.id for item in items])
    return [_spoken(item, language, nearby, item.id in heard) for item in items]


def mark_heard(db: Session, news_id: int, member_id: int, now: datetime) -> None:
    row = {"news_id": news_id, "member_id": member_id, "at": now}
    db.execute(insert(NewsHeard).values(row).on_conflict_do_nothing())


def mark_broadcast_heard(db: Session, delivery: Delivery, now: datetime) -> None:
    """Who heard the broadcast's call has heard the news item made of it, too."""
    news_id = db.scalar(select(NewsItem.id).where(NewsItem.broadcast_id == delivery.broadcast_id))
    if news_id is not None and delivery.member_id is not None:
        mark_heard(db, news_id, delivery.member_id, now)


def is_silent(places: Sequence[int], now: datetime) -> ColumnElement[bool]:
    """Whether the hours before a poll have begun in one of these units."""
    begins = PollSilence.closes_at - func.make_interval(0, 0, 0, 0, cast(PollSilence.hours_before, Integer))
    return (
        select(PollSilence.id)
        .where(PollSilence.unit_id.in_(places), PollSilence.closes_at > now, begins <= now)
        .exists()
    )


def _heard(db: Session, member: Member | None, news_ids: list[int]) -> set[int]:
    if member is None:
        return set()
    query = select(NewsHeard.news_id).where(NewsHeard.member_id == member.id, NewsHeard.news_id.in_(news_ids))
    return set(db.scalars(query))


def _spoken(item: NewsItem, language: str, nearby: Sequence[str], is_heard: bool) -> dict[str, Any]:
    spoken = in_language(item.texts, item.sounds, language, nearby)
    return {
        "id": item.id,
        "text": item.texts.get(spoken, ""),
        "sound": sound_in(item.sounds, spoken),
        "language": spoken,
        "is_heard": is_heard,
    }
