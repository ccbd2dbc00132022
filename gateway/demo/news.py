"""Writes the news of the demo, and who has heard which item. The booth of 24 has heard none: a trial finds all new."""

from __future__ import annotations

from sqlalchemy import select

from gateway.demo.content import Item
from gateway.demo.house import House
from gateway.demo.places import BOOTH_OF_24
from gateway.demo.rows import Row, write
from gateway.models import Broadcast, Delivery, NewsHeard, NewsItem
from gateway.states import DeliveryState

SLOWEST_DAYS = 4.0


def write_news(house: House, items: list[Item]) -> None:
    """Write each item with its listeners, the oldest first; its sounds are made in the background."""
    db = house.unit.db
    for item in sorted(items, key=lambda each: -each.days):
        broadcast = house.unit.db.get(Broadcast, house.broadcasts.get(item.broadcast, 0))
        made = NewsItem(
            unit_id=house.units[item.place].id,
            title=item.title,
            texts=dict(item.texts),
            author_id=house.staff["coordinator"].id,
            broadcast_id=broadcast.id if broadcast else None,
            published_at=(broadcast.started_at if broadcast else None) or house.ago(item.days),
        )
        db.add(made)
        db.flush()
        write(db, NewsHeard, _listeners(house, item, made))


def _listeners(house: House, item: Item, made: NewsItem) -> list[Row]:
    if made.broadcast_id is not None:
        return _called(house, made)
    able = [
        each
        for each in house.people_under(item.place)
        if each.is_reachable and each.person.place.code != BOOTH_OF_24
    ]
    heard = house.dice.sample(able, int(len(able) * item.heard * 0.3))
    after = min(item.days, SLOWEST_DAYS)
    return [
        {
            "news_id": made.id,
            "member_id": each.member_id,
            "at": house.ago(item.days - house.dice.uniform(0, after)),
        }
        for each in heard
    ]


def _called(house: House, made: NewsItem) -> list[Row]:
    """Who heard the broadcast has heard the item, as `store.news.mark_broadcast_heard` says."""
    query = select(Delivery.member_id, Delivery.ended_at).where(
        Delivery.broadcast_id == made.broadcast_id, Delivery.state == DeliveryState.HEARD
    )
    rows = house.unit.db.execute(query)
    return [{"news_id": made.id, "member_id": row.member_id, "at": row.ended_at} for row in rows]
