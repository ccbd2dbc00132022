"""News that members hear on key 2: publishing and withdrawing. Nobody is rung from here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gateway.db import UnitOfWork
from gateway.models import NewsItem, Unit
from gateway.runtime import Runtime


def publish(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    public_id: str,
    title: str,
    place: Unit,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
    expires_at: datetime | None,
    author_id: int,
) -> NewsItem:
    """Put an item on the line of a unit and everything under it; its sounds are made in the background."""
    item = NewsItem(
        public_id=public_id,
        unit_id=place.id,
        title=title,
        texts=dict(texts),
        sounds=dict(sounds),
        author_id=author_id,
        published_at=rt.clock(),
        expires_at=expires_at,
    )
    unit.db.add(item)
    unit.db.flush()
    news_id = item.id
    unit.ring(lambda: rt.bells.build_sounds("news", news_id))
    return item


def withdraw(rt: Runtime, item: NewsItem) -> None:
    """Nobody hears it from now on; doing it twice keeps the first time."""
    item.withdrawn_at = item.withdrawn_at or rt.clock()
