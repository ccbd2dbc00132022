"""What a member hears of their own reports: the latest ones, each with the last word that staff said on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.content import in_language, sound_in
from gateway.models import Answer, Report
from gateway.rules.profiles import Profile
from gateway.rules.windows import local_day
from gateway.states import REPORTS_WAITING, ReportState

AT_ONCE = 5
TODAY, YESTERDAY = "today", "yesterday"


def list_spoken(
    db: Session,
    member_ids: Sequence[int],
    language: str,
    profile: Profile,
    now: datetime,
    nearby: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """List the latest reports of these members as a flow tells them (`flows.facts.OwnReport`), newest first."""
    if not member_ids:
        return []
    mine = _with_last_word().where(Report.member_id.in_(member_ids), Report.state != ReportState.DRAFT)
    latest = mine.order_by(Report.received_at.desc(), Report.id.desc()).limit(AT_ONCE)
    return [
        {
            "id": report.id,
            "member": report.member_id,
            "reference": report.reference,
            "state": str(report.state),
            "category": report.category,
            "told": told(report, profile, now),
            "answer": last_word(answer, language, nearby),
        }
        for report, answer in db.execute(latest)
    ]


def find(db: Session, reference: str) -> tuple[Report, Answer | None] | None:
    """Return the report with this reference and the last word on it; whoever asks decides what may be told."""
    found = db.execute(_with_last_word().where(Report.reference == reference)).first()
    return (found[0], found[1]) if found else None


def told(report: Report, profile: Profile, now: datetime) -> str | None:
    """Say whether it came today or yesterday and still waits: then more may be said to it."""
    if report.state not in REPORTS_WAITING:
        return None
    age = local_day(profile, now) - local_day(profile, report.received_at)
    days: Mapping[timedelta, str] = {timedelta(0): TODAY, timedelta(days=1): YESTERDAY}
    return days.get(age)


def last_word(answer: Answer | None, language: str, nearby: Sequence[str] = ()) -> dict[str, Any] | None:
    """Return what staff said last, in the language of whoever hears it, else their unit's, or the nearest there is."""
    if answer is None:
        return None
    spoken = in_language(answer.texts, answer.sounds, language, nearby)
    return {
        "text": answer.texts.get(spoken, ""),
        "sound": sound_in(answer.sounds, spoken),
        "language": spoken,
    }


def _with_last_word() -> Select[Report, Answer]:
    """A report that was merged has the words that were said on the one it hangs on."""
    given = aliased(Answer)
    last = (
        select(given.id)
        .where(or_(given.report_id == Report.id, given.report_id == Report.merged_into_id))
        .where(given.withdrawn_at.is_(None))
        .order_by(given.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(Report, Answer).outerjoin(Answer, Answer.id == last)
