"""Posts: who is given one and whose ends; what was held stays as history (activities.md S1-18)."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.errors import Conflict, NotFound
from gateway.models import Member, Post, Unit
from gateway.runtime import Runtime
from gateway.store import member_posts, staff

LONGEST_TITLE = 80


def give(
    unit: UnitOfWork, rt: Runtime, member: Member, title: str, place: Unit, staff_id: int | None
) -> Post:
    """Give a member a post in a unit; who holds it there already keeps the one they have. Raises Conflict without a title."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE:
        raise Conflict(f"a post has a title of at most {LONGEST_TITLE} letters")
    held = member_posts.find_held(unit.db, member.id, place.id, title)
    if held is not None:
        return held
    post = member_posts.add_post(unit.db, member.id, place.id, title, rt.clock())
    _note(unit, rt, member, "post-given", staff_id, post)
    return post


def end(unit: UnitOfWork, rt: Runtime, member: Member, post_id: int, staff_id: int | None) -> None:
    """End a post from today on; one that has ended stays as it is. Raises NotFound where the member never had it."""
    post = unit.db.get(Post, post_id, with_for_update=True)
    if post is None or post.member_id != member.id:
        raise NotFound("this member has no such post")
    if post.until is None:
        post.until = rt.clock()
        _note(unit, rt, member, "post-ended", staff_id, post)


def _note(
    unit: UnitOfWork, rt: Runtime, member: Member, action: str, staff_id: int | None, post: Post
) -> None:
    staff.add_audit(
        unit.db, staff_id, action, rt.clock(), "member", member.id, unit_id=member.unit_id, post=post.id
    )
