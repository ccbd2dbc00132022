"""News as staff look for it: what lies on the line of their unit and below, how many heard it. Limited to the viewer's unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import NewsHeard, NewsItem, Staff, Unit
from gateway.store.units import is_under

PAGE = 20


@dataclass(frozen=True)
class Row:
    """One item with its unit, its writer, and how many have heard it."""

    item: NewsItem
    place: Unit
    author: str | None
    heard: int


def list_items(db: Session, viewer_path: str, after: str | None = None) -> tuple[list[Row], str | None]:
    """List the viewer's news, the newest first; `after` is the public id of the last one shown."""
    query = _joined(viewer_path)
    if after:
        last = select(NewsItem.id).where(NewsItem.public_id == after).scalar_subquery()
        query = query.where(NewsItem.id < last)
    found = db.execute(query.order_by(NewsItem.id.desc()).limit(PAGE + 1)).all()
    rows = [Row(*each) for each in found[:PAGE]]
    return rows, rows[-1].item.public_id if len(found) > PAGE else None


def get_item(db: Session, viewer_path: str, public_id: str) -> NewsItem:
    """Return one item; raises NotFound where there is none at or below the viewer's unit."""
    found = db.execute(_joined(viewer_path).where(NewsItem.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such news")
    return Row(*found).item


def is_known(db: Session, public_id: str) -> bool:
    """Say whether a form that carries this id was taken before."""
    return db.scalar(select(NewsItem.id).where(NewsItem.public_id == public_id)) is not None


def _joined(viewer_path: str) -> Any:
    heard = select(func.count()).where(NewsHeard.news_id == NewsItem.id).scalar_subquery()
    return (
        select(NewsItem, Unit, Staff.name, heard)
        .join(Unit, Unit.id == NewsItem.unit_id)
        .outerjoin(Staff, Staff.id == NewsItem.author_id)
        .where(is_under(Unit.path, viewer_path))
    )
