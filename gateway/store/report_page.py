"""What stands on the page of one report: additions, reports beside it, who else reported it, the calls about it.

Every list of other reports is limited by the viewer's sight; of a reporter who stays unnamed nothing is looked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gateway.models import (
    Addition,
    AuditEntry,
    Delivery,
    Member,
    Mention,
    PhoneNumber,
    Report,
    ReportEvent,
    Staff,
    Unit,
    VoiceNote,
)
from gateway.states import DeliveryReason
from gateway.store.reports import select_visible
from gateway.store.sight import Sight
from gateway.store.units import is_under

OPENED = "report-opened"  # the action in the log
EARLIER, NEAR, REPORTERS, BESIDE = 5, 5, 200, 25
ABOUT_ANSWERS = (DeliveryReason.ANSWER, DeliveryReason.INTERIM, DeliveryReason.GO_ON)


@dataclass(frozen=True)
class Added:
    """What was said to a report later, with its recording."""

    addition: Addition
    note: VoiceNote | None


@dataclass(frozen=True)
class Reporter:
    """A report of the same problem: whose it is, shown by a masked number."""

    report: Report
    place: Unit
    member_name: str
    tail: str | None


def opened_at(db: Session, report_id: int, staff_id: int, since: datetime) -> datetime | None:
    """When this person last opened it to work on it, as the log has it."""
    query = select(func.max(AuditEntry.at)).where(AuditEntry.action == OPENED, AuditEntry.at > since)
    about = (AuditEntry.subject == "report", AuditEntry.subject_id == report_id)
    return db.scalar(query.where(*about, AuditEntry.staff_id == staff_id))


def is_visible(db: Session, sight: Sight, public_id: str) -> bool:
    """Whether the viewer may know of it, still."""
    return db.scalar(select_visible(sight).where(Report.public_id == public_id)) is not None


def list_additions(db: Session, report_id: int) -> list[Added]:
    """List what was said to it later, oldest first."""
    query = (
        select(Addition, VoiceNote)
        .outerjoin(VoiceNote, VoiceNote.id == Addition.voice_note_id)
        .where(Addition.report_id == report_id)
    )
    return [Added(*each) for each in db.execute(query.order_by(Addition.at, Addition.id))]


def list_earlier(db: Session, sight: Sight, report: Report) -> Sequence[Report]:
    """List the same person's other reports, newest first; of who stays unnamed none, of a shared phone only their own."""
    if report.is_unnamed or (report.member_id is None and report.number_id is None):
        return []
    whose = (
        Report.member_id == report.member_id
        if report.member_id is not None
        else (Report.number_id == report.number_id) & Report.member_id.is_(None)
    )
    query = select_visible(sight).where(whose, Report.id != report.id, Report.is_unnamed.is_(False))
    found: Sequence[Report] = db.scalars(query.order_by(Report.received_at.desc()).limit(EARLIER)).all()
    return found


def list_near(db: Session, sight: Sight, report: Report) -> list[Report]:
    """List what else is open in the same place, then what came last; each once."""
    here = select_visible(sight).where(
        Report.sight_unit_id == report.unit_id, Report.id != report.id, Report.merged_into_id.is_(None)
    )
    waiting = db.scalars(here.where(Report.is_waiting).order_by(Report.received_at).limit(NEAR))
    latest = db.scalars(here.order_by(Report.received_at.desc()).limit(NEAR))
    return list({each.id: each for each in (*waiting, *latest)}.values())[: NEAR + 2]


def list_beside(db: Session, viewer_path: str, place: Unit) -> list[tuple[Unit, int]]:
    """List units beside a place, as hints where else a report may belong: those the viewer may know of, by name."""
    query = select(Unit).where(Unit.parent_id == place.parent_id, Unit.closed_at.is_(None))
    found = db.scalars(query.where(is_under(Unit.path, viewer_path)).order_by(Unit.name).limit(BESIDE))
    return [(each, 0) for each in found]


def list_reporters(db: Session, sight: Sight, report_id: int) -> list[Reporter]:
    """List the reports that were merged into this one, oldest first."""
    query = (
        select_visible(sight)
        .outerjoin(Member, Member.id == Report.member_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Report.number_id)
        .where(Report.merged_into_id == report_id)
        .with_only_columns(Report, Unit, Member.name, PhoneNumber.tail)
    )
    rows = db.execute(query.order_by(Report.received_at, Report.id).limit(REPORTERS))
    return [Reporter(each[0], each[1], each[2] or "", each[3]) for each in rows]


def find_main(db: Session, sight: Sight, report: Report) -> Report | None:
    """Return the report that this one was merged into, where the viewer may know of it."""
    if report.merged_into_id is None:
        return None
    found: Report | None = db.scalar(select_visible(sight).where(Report.id == report.merged_into_id))
    return found


def list_calls_about(db: Session, report_id: int) -> Sequence[Delivery]:
    """List the deliveries that took, or are to take, something of ours to the reporter; oldest first."""
    query = select(Delivery).where(Delivery.report_id == report_id, Delivery.reason.in_(ABOUT_ANSWERS))
    return db.scalars(query.order_by(Delivery.id)).all()


def find_report_of_note(db: Session, sight: Sight, note_id: int) -> Report | None:
    """Return the report that this recording belongs to, as its first word or as an addition."""
    visible = select_visible(sight)
    first: Report | None = db.scalar(visible.where(Report.voice_note_id == note_id))
    if first is not None:
        return first
    added = select(Addition.report_id).where(Addition.voice_note_id == note_id).scalar_subquery()
    found: Report | None = db.scalar(visible.where(Report.id == added))
    return found


def list_mentioned(db: Session, report_id: int) -> dict[int, list[str]]:
    """Return by line of the history the names of the colleagues who were mentioned in its note."""
    query: Any = (
        select(Mention.event_id, Staff.name)
        .join(Staff, Staff.id == Mention.staff_id)
        .where(Mention.report_id == report_id)
        .order_by(Staff.name)
    )
    found: dict[int, list[str]] = {}
    for event_id, name in db.execute(query):
        found.setdefault(event_id, []).append(name)
    return found


def list_since(db: Session, report_id: int, event_id: int, staff_id: int) -> Sequence[ReportEvent]:
    """List what happened to a report after this line of its history and was not done by this person."""
    query = select(ReportEvent).where(ReportEvent.report_id == report_id, ReportEvent.id > event_id)
    others = or_(ReportEvent.staff_id.is_(None), ReportEvent.staff_id != staff_id)
    return db.scalars(query.where(others).order_by(ReportEvent.id)).all()
