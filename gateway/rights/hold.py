"""What we hold about somebody, in short: counts and kinds, since when, agreed to what; never contents (C15, D26).

For the phone and for SMS, where nobody knows who listens. The whole, for staff and in print, is `people.everything`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.models import Member, Report
from gateway.people.everything import everything, numbers_of
from gateway.runtime import Runtime
from gateway.store import reports, rights_list
from gateway.store.sight import Sight


@dataclass(frozen=True)
class Held:
    """Counts of a member, or of a number nobody is known on."""

    calls: int
    messages: int
    reports: int
    notes: int
    since: datetime | None
    consent: str


def held(db: Session, member_id: int | None, number_id: int | None) -> Held:
    """Count what is kept of this member; of the number where nobody said who."""
    member = db.get(Member, member_id) if member_id else None
    own = numbers_of(db, member)[0] if member else {number_id} - {None}
    return Held(
        **rights_list.counts_of(db, member_id, {each for each in own if each is not None}),
        since=member.created_at if member else None,
        consent=str(member.consent) if member else "none",
    )


def counts(found: Held) -> dict[str, str]:
    """Return the counts as they are written."""
    return {name: str(getattr(found, name)) for name in ("calls", "messages", "reports", "notes")}


def spoken(
    db: Session, rt: Runtime, member_id: int | None, number_id: int | None, language: str
) -> dict[str, Any]:
    """Return it as a flow says it: numbers as words, the month in that language."""
    found = held(db, member_id, number_id)
    numbers = {name: rt.words.count(language, int(value)) for name, value in counts(found).items()}
    since = month(rt, found.since, language) if found.since else ""
    return {**numbers, "since": since, "consent": found.consent}


def shown(db: Session, rt: Runtime, member_id: int | None, number_id: int | None) -> dict[str, Any]:
    """Return it as a screen shows it: figures, the month as a number."""
    found = held(db, member_id, number_id)
    since = f"{found.since.astimezone(rt.profile.timezone):%m/%Y}" if found.since else ""
    return {**counts(found), "since": since, "consent": found.consent}


def month(rt: Runtime, at: datetime, language: str) -> str:
    """Name a month, as people of that language do."""
    return rt.words.month(language, at.astimezone(rt.profile.timezone))


def for_staff(db: Session, rt: Runtime, member: Member, sight: Sight) -> dict[str, Any]:
    """Everything about a member, but of reports that went past the local staff only what this viewer may know."""
    found = everything(db, rt, member)
    seen = reports.select_visible(sight).where(Report.id.in_([row["id"] for row in found["reports"]]))
    may_see = {report.id for report in db.scalars(seen)}
    hidden = [row for row in found["reports"] if row["id"] not in may_see]
    for column, key in (("report_id", "id"), ("id", "id"), ("id", "voice_note_id"), ("id", "message_id")):
        ids = {row[key] for row in hidden} - {None}
        for name in _OF_A_REPORT[column, key]:
            found[name] = [row for row in found[name] if row[column] not in ids]
    return found


_OF_A_REPORT = {
    ("report_id", "id"): ("report_events", "answers", "additions", "deliveries"),
    ("id", "id"): ("reports",),
    ("id", "voice_note_id"): ("voice_notes",),
    ("id", "message_id"): ("messages",),
}
