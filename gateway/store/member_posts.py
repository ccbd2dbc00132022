"""Posts of one member, held and before; the titles that are in use below a unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Post, Unit
from gateway.store.units import is_under

MOST_TITLES = 60


def list_history(db: Session, member_id: int) -> list[tuple[Post, str]]:
    """List every post of a member with the name of its unit: those held now first, then the last one ended."""
    query = select(Post, Unit.name).join(Unit, Unit.id == Post.unit_id).where(Post.member_id == member_id)
    rows = db.execute(query.order_by(Post.until.desc().nulls_first(), Post.since.desc(), Post.id))
    return [(post, name) for post, name in rows]


def find_held(db: Session, member_id: int, unit_id: int, title: str) -> Post | None:
    """Return the post of this title that the member holds in this unit, however its letters are cased."""
    query = select(Post).where(Post.member_id == member_id, Post.unit_id == unit_id, Post.until.is_(None))
    return db.scalar(query.where(func.lower(Post.title) == title.lower()).limit(1))


def add_post(db: Session, member_id: int, unit_id: int, title: str, now: datetime) -> Post:
    post = Post(member_id=member_id, unit_id=unit_id, title=title, since=now)
    db.add(post)
    db.flush()
    return post


def list_titles(db: Session, path: str) -> Sequence[str]:
    """List the titles held at or below this path, the commonest first: what a field of posts proposes."""
    query = (
        select(func.min(Post.title))
        .join(Unit, Unit.id == Post.unit_id)
        .where(Post.until.is_(None), is_under(Unit.path, path))
        .group_by(func.lower(Post.title))
        .order_by(func.count().desc())
        .limit(MOST_TITLES)
    )
    return db.scalars(query).all()
