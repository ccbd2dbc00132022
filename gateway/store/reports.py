"""Reports: numbers for references, who may see which, what was said on them and added to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Addition, Answer, Report, ReportEvent, Unit
from gateway.store.sight import EVERYTHING, Sight
from gateway.store.units import is_under

TEXT_PURPOSE = "reports.text"
NUMBER_PURPOSE = "reports.number"
NOTE_PURPOSE = "report_events.note"
ADDITION_PURPOSE = "additions.text"

Seen = aliased(Unit, name="seen")


def next_number(db: Session) -> int:
    """Return the next running number of reports; gaps are fine."""
    return int(db.execute(text("SELECT nextval('report_numbers')")).scalar_one())


def visible_to(sight: Sight) -> ColumnElement[bool]:
    """SQL: who looks may know of the report.

    The lowest unit that may know of it lies at or under theirs; one that accuses somebody by name is for those who may
    see such, and for whoever works on it. The query must join `Seen` on `sight_unit_id` (`select_visible` does).
    """
    return and_(is_under(Seen.path, sight.path), _may_see_accusation(sight))


def _may_see_accusation(sight: Sight) -> ColumnElement[bool]:
    if sight.sees_restricted:
        return true()
    is_theirs = Report.assignee_id == sight.staff_id
    return (
        or_(Report.is_restricted.is_(False), is_theirs) if sight.staff_id else Report.is_restricted.is_(False)
    )


def select_visible(sight: Sight) -> Any:
    """Return `select(Report)` joined to its place, limited to what the viewer may know of."""
    return (
        select(Report)
        .join(Unit, Unit.id == Report.unit_id)
        .join(Seen, Seen.id == Report.sight_unit_id)
        .where(visible_to(sight))
    )


def get_visible(db: Session, sight: Sight, public_id: str) -> Report:
    """Return one report by its public id; raises NotFound where there is none that the viewer may know of."""
    report = db.scalar(select_visible(sight).where(Report.public_id == public_id))
    if report is None:
        raise NotFound("there is no such report")
    return report  # type: ignore[no-any-return]


def get_by_reference(db: Session, reference: str, sight: Sight = EVERYTHING) -> Report:
    report = db.scalar(select_visible(sight).where(Report.reference == reference))
    if report is None:
        raise NotFound(f"there is no report with the reference {reference}")
    return report  # type: ignore[no-any-return]


def history(db: Session, report_id: int) -> Sequence[ReportEvent]:
    query = select(ReportEvent).where(ReportEvent.report_id == report_id)
    return db.scalars(query.order_by(ReportEvent.at, ReportEvent.id)).all()


def last_answer(db: Session, report_id: int) -> Answer | None:
    """Return the answer that the reporter is told: of a merged report that of the one it hangs on, where it is newer."""
    into = select(Report.merged_into_id).where(Report.id == report_id, Report.merged_into_id.is_not(None))
    query = select(Answer).where(or_(Answer.report_id == report_id, Answer.report_id.in_(into)))
    given = query.where(Answer.is_interim.is_(False), Answer.withdrawn_at.is_(None))
    return db.scalar(given.order_by(Answer.id.desc()).limit(1))


def list_merged(db: Session, report_id: int) -> Sequence[Report]:
    """List what was merged into this report, as it came."""
    return db.scalars(select(Report).where(Report.merged_into_id == report_id).order_by(Report.id)).all()


def lock_together(db: Session, report_ids: Collection[int]) -> None:
    """Lock these reports until the end of the transaction, always in the same order."""
    db.execute(select(Report.id).where(Report.id.in_(report_ids)).order_by(Report.id).with_for_update())


def count_reporters(db: Session, *report_ids: int) -> None:
    """Count anew how many reported it: the report itself and those merged into it."""
    child = aliased(Report)
    merged = (
        select(func.count()).select_from(child).where(child.merged_into_id == Report.id).scalar_subquery()
    )
    db.execute(
        update(Report)
        .where(Report.id.in_(report_ids))
        .values(reporters=1 + merged)
        .execution_options(synchronize_session=False)
    )
    for each in db.scalars(select(Report).where(Report.id.in_(report_ids))):
        db.refresh(each, ["reporters"])


def add_addition(db: Session, report_id: int, at: datetime, kind: str, **what: Any) -> Addition | None:
    """Add what was said to a report later; None where this recording or message is there already."""
    row = {"report_id": report_id, "at": at, "kind": kind, **what}
    added = insert(Addition).values(row).on_conflict_do_nothing().returning(Addition.id)
    addition_id = db.scalar(added)
    return db.get(Addition, addition_id) if addition_id else None
