"""What has happened on the line so far: calls per day, and the first steps a new organisation has taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from gateway.models import Answer, Broadcast, Call, Member, Report, Setting, Unit
from gateway.store.calls_seen import is_spoken
from gateway.store.units import is_under

DEMO = "demo"  # the row that the demo leaves: {"loaded_at": ISO 8601}


@dataclass(frozen=True)
class FirstSteps:
    """Which of the four steps of a first visit have been taken by somebody here."""

    has_dialled: bool
    has_report: bool
    has_answer: bool
    has_broadcast: bool

    @property
    def are_done(self) -> bool:
        return self.has_dialled and self.has_report and self.has_answer and self.has_broadcast


def calls_per_day(db: Session, viewer_path: str, since: datetime, zone: str) -> dict[Any, int]:
    """Count calls of voice with the viewer's members per local day since then, both directions."""
    day = func.date(func.timezone(zone, Call.started_at))
    query = (
        select(day, func.count())
        .join(Member, Member.id == Call.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(is_under(Unit.path, viewer_path), Call.started_at >= since, is_spoken())
    )
    return {row[0]: row[1] for row in db.execute(query.group_by(day))}


def first_steps(db: Session) -> FirstSteps:
    """Say which first steps were taken; what the demo brought with it does not count."""
    since = _demo_loaded_at(db)
    dialled = select(Call.id).where(Call.is_inbound, *_since(Call.started_at, since))
    reported = select(Report.id).where(*_since(Report.received_at, since))
    answered = select(Answer.id).where(*_since(Answer.at, since))
    called = select(Broadcast.id).where(
        Broadcast.started_at.is_not(None), *_since(Broadcast.started_at, since)
    )
    row = db.execute(select(*(exists(each) for each in (dialled, reported, answered, called)))).one()
    return FirstSteps(row[0], row[1], row[2], row[3])


def _since(column: Any, since: datetime | None) -> list[Any]:
    return [] if since is None else [column > since]


def _demo_loaded_at(db: Session) -> datetime | None:
    kept = db.scalar(select(Setting.value).where(Setting.name == DEMO))
    at = kept.get("loaded_at") if kept else None
    return datetime.fromisoformat(at) if isinstance(at, str) else None
