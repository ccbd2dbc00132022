"""What is in a unit, and handing it over when the unit is merged into another.

What *acts* by its unit (who is called, who hears, who works where) goes over to the kept unit. What only *tells* (the log,
lists handed in, broadcasts that ran) stays: a merged unit lies closed under the kept one, and whoever sees that sees it.
A test names every column that points to a unit, so that a new one cannot be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased

from gateway.models import (
    Broadcast,
    Drive,
    DriveTarget,
    DutyNumber,
    Holiday,
    JoinCode,
    Member,
    NewsItem,
    Overlay,
    OverlayUnit,
    PollSilence,
    Post,
    Report,
    Staff,
    Unit,
)
from gateway.rules.escalation import ancestors
from gateway.states import BroadcastState, MemberStatus, ReportState

OVER = (ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED, ReportState.BLANK)
WAITING = (BroadcastState.APPROVED, BroadcastState.STARTING)


@dataclass(frozen=True)
class Contents:
    """What is in a unit itself, not below it: counts. `waiting` are broadcasts approved and not under way."""

    units: int
    members: int
    posts: int
    staff: int
    reports: int
    duty: int
    drafts: int
    waiting: int
    news: int


def contents(db: Session, unit_id: int) -> Contents:
    """Count what is in exactly this unit."""
    row = db.execute(
        select(
            _count(Unit.parent_id == unit_id, Unit.closed_at.is_(None)),
            _count(Member.unit_id == unit_id, Member.status != MemberStatus.LEFT),
            _count(Post.unit_id == unit_id, Post.until.is_(None)),
            _count(Staff.unit_id == unit_id, Staff.disabled_at.is_(None)),
            _count(Report.unit_id == unit_id, Report.state.not_in(OVER)),
            _count(DutyNumber.unit_id == unit_id),
            _count(Broadcast.unit_id == unit_id, Broadcast.state == BroadcastState.DRAFT),
            _count(Broadcast.unit_id == unit_id, Broadcast.state.in_(WAITING)),
            _count(NewsItem.unit_id == unit_id, NewsItem.withdrawn_at.is_(None)),
        )
    ).one()
    return Contents(*row)


def count_staff_between(db: Session, path: str, goal_path: str) -> tuple[int, int]:
    """Count who would not see a unit any more if it hung on another one, and who would see it then."""
    old, new = {*ancestors(path)}, {goal_path, *ancestors(goal_path)}
    query = (
        select(func.count(Staff.id)).join(Unit, Unit.id == Staff.unit_id).where(Staff.disabled_at.is_(None))
    )
    lose, gain = (db.scalars(query.where(Unit.path.in_(each))).one() for each in (old - new, new - old))
    return lose, gain


def hand_over(db: Session, merged: Unit, kept: Unit, now: datetime) -> None:
    """Give what acts by the merged unit to the kept one."""
    _hand_over_posts(db, merged.id, kept.id, now)
    _raise_past_local(db, merged.id, kept)
    for column in (
        Member.unit_id,
        Member.home_unit_id,
        Staff.unit_id,
        Report.unit_id,
        Report.desk_unit_id,
        Report.sight_unit_id,
        NewsItem.unit_id,
        PollSilence.unit_id,
        Overlay.unit_id,
        JoinCode.unit_id,
        Drive.unit_id,
    ):
        db.execute(update(column.class_).where(column == merged.id).values({column.key: kept.id}))
    draft = (Broadcast.unit_id == merged.id, Broadcast.state == BroadcastState.DRAFT)
    db.execute(update(Broadcast).where(*draft).values(unit_id=kept.id))
    _hand_over_duty(db, merged.id, kept.id)
    _hand_over_targets(db, merged.id, kept.id)
    _hand_over_holidays(db, merged.id, kept.id)
    # The kept unit stays in the constituency where it is; the check page names those that the merged one leaves.
    db.execute(delete(OverlayUnit).where(OverlayUnit.unit_id == merged.id))
    db.expire_all()


def _hand_over_posts(db: Session, merged_id: int, kept_id: int, now: datetime) -> None:
    """Who has the same post in both has it once."""
    held = aliased(Post)
    same = select(held.id).where(
        held.unit_id == kept_id,
        held.until.is_(None),
        held.member_id == Post.member_id,
        func.lower(held.title) == func.lower(Post.title),
    )
    in_force = (Post.unit_id == merged_id, Post.until.is_(None))
    db.execute(update(Post).where(*in_force, same.exists()).values(until=now))
    db.execute(update(Post).where(*in_force).values(unit_id=kept_id))


def _raise_past_local(db: Session, merged_id: int, kept: Unit) -> None:
    """A report past the local staff does not come before them because they now work at its desk."""
    if kept.parent_id is not None:
        theirs = (Report.unit_id == merged_id, Report.is_past_local)
        for column in (Report.desk_unit_id, Report.sight_unit_id):
            db.execute(update(Report).where(*theirs, column == kept.id).values({column.key: kept.parent_id}))


def _hand_over_duty(db: Session, merged_id: int, kept_id: int) -> None:
    there = aliased(DutyNumber)
    twice = select(there.id).where(there.unit_id == kept_id, there.number_id == DutyNumber.number_id)
    db.execute(delete(DutyNumber).where(DutyNumber.unit_id == merged_id, twice.exists()))
    last = select(func.coalesce(func.max(there.position), 0)).where(there.unit_id == kept_id)
    moved = update(DutyNumber).where(DutyNumber.unit_id == merged_id)
    db.execute(moved.values(unit_id=kept_id, position=DutyNumber.position + last.scalar_subquery()))


def _hand_over_holidays(db: Session, merged_id: int, kept_id: int) -> None:
    """A day off in either is a day off for what lies there now."""
    there = aliased(Holiday)
    twice = select(there.id).where(there.unit_id == kept_id, there.day == Holiday.day)
    db.execute(delete(Holiday).where(Holiday.unit_id == merged_id, twice.exists()))
    db.execute(update(Holiday).where(Holiday.unit_id == merged_id).values(unit_id=kept_id))


def _hand_over_targets(db: Session, merged_id: int, kept_id: int) -> None:
    """What both were to bring the kept one is to bring."""
    theirs = select(DriveTarget.drive_id, literal(kept_id), DriveTarget.target).where(
        DriveTarget.unit_id == merged_id
    )
    added = postgresql.insert(DriveTarget).from_select(["drive_id", "unit_id", "target"], theirs)
    both = DriveTarget.target + added.excluded.target
    db.execute(added.on_conflict_do_update(index_elements=["drive_id", "unit_id"], set_={"target": both}))
    db.execute(delete(DriveTarget).where(DriveTarget.unit_id == merged_id))


def _count(*which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*which).scalar_subquery()
