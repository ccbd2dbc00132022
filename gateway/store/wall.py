"""What the wall in the office shows: what waits now, what came last, who has said nothing of the day. All of it cheap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.models import Report, Unit, UnitDay
from gateway.states import ReportState
from gateway.store.inbox import UNHEARD
from gateway.store.inbox_search import Search, select_seen
from gateway.store.reports import select_visible
from gateway.store.sight import Sight
from gateway.store.units import is_under

LATELY = timedelta(days=1)  # what came last is looked for no further back


@dataclass(frozen=True)
class Standing:
    """What waits: `new` nobody has heard, `danger` nobody has taken, `overdue` is past its deadline."""

    new: int
    danger: int
    overdue: int
    reopened: int
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True)
class Today:
    """What became of the day: reports that came in, reports that a member said are solved."""

    received: int
    solved: int


@dataclass(frozen=True)
class Arrival:
    """A report as it came: where from and when, and nothing of whom."""

    place: str
    at: datetime
    is_red: bool
    is_unheard: bool


@dataclass(frozen=True)
class Silence:
    """How many units were asked how their day was, and how many of them have said nothing yet."""

    day: date
    asked: int
    silent: int


def standing(db: Session, sight: Sight, now: datetime) -> Standing:
    """Count what waits; the partial index of what waits is all that is read."""
    query = select_seen(
        sight,
        Search(),
        func.count().filter(Report.state.in_(UNHEARD)),
        func.count().filter(Report.is_red),
        func.count().filter(Report.due_at < now),
        func.count().filter(Report.state == ReportState.REOPENED),
        func.count(),
        func.min(Report.received_at),
    ).where(Report.is_waiting)
    return Standing(*db.execute(query).one())


def today(db: Session, sight: Sight, midnight: datetime, now: datetime) -> Today:
    """Count what has happened since midnight."""
    came = select_seen(sight, Search(), func.count()).where(Report.received_at.between(midnight, now))
    closed = select_seen(sight, Search(), func.count()).where(Report.closed_at.between(midnight, now))
    solved = closed.where(Report.state == ReportState.CONFIRMED)
    return Today(*(db.execute(each).scalar_one() for each in (came, solved)))


def list_arrivals(db: Session, sight: Sight, now: datetime, size: int) -> list[Arrival]:
    """List the last reports of a day, the newest first."""
    query = (
        select_visible(sight)
        .where(Report.received_at > now - LATELY)
        .with_only_columns(Unit.name, Report.received_at, Report.is_red, Report.state.in_(UNHEARD))
        .order_by(Report.received_at.desc(), Report.id.desc())
        .limit(size)
    )
    return [Arrival(*row) for row in db.execute(query)]


def silence_of(db: Session, path: str, day: date) -> Silence:
    """Count the units that were asked about this day."""
    query = (
        select(func.count(), func.count().filter(UnitDay.said.is_(None)))
        .join(Unit, Unit.id == UnitDay.unit_id)
        .where(is_under(Unit.path, path), UnitDay.day == day)
    )
    return Silence(day, *db.execute(query).one())
