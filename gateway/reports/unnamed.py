"""Reporters who stay unnamed: their number is sealed on the report, and nothing else leads from one to the other.

The seal opens only to ring them. While a call about the report is owed or under way its delivery names both; when it has
ended `sever` takes them apart again (`reports.results`).
"""

from __future__ import annotations

import hmac

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.models import Call, Report, VoiceNote
from gateway.runtime import Runtime
from gateway.store.reports import NUMBER_PURPOSE

_LABEL = b"reports.call_mark 1\0"


def seal(rt: Runtime, reference: str, number_id: int) -> bytes:
    """Seal a number's id for the report with this reference."""
    return rt.vault.seal_text(str(number_id), NUMBER_PURPOSE, reference)


def number_of(rt: Runtime, report: Report) -> int | None:
    """Return the id of the number on which the reporter is rung, also of one who stays unnamed."""
    if report.sealed_number is None:
        return report.number_id
    return int(rt.vault.open_text(report.sealed_number, NUMBER_PURPOSE, report.reference))


def mark_of(rt: Runtime, call_id: int) -> bytes:
    """Return by what the report of this call is found, without the report knowing the call."""
    return hmac.digest(rt.vault.keyring.for_index(), _LABEL + str(call_id).encode(), "sha256")


def tie(db: Session, rt: Runtime, call_id: int, report: Report) -> None:
    """Let the rest of a call be about this report. Of one who stays unnamed the call and the recording show nothing.

    A call leads by its mark to the last that was told in it.
    """
    call = db.get_one(Call, call_id)
    call.report_id = report.id
    if report.is_unnamed:
        mark = mark_of(rt, call_id)
        db.execute(update(Report).where(Report.call_mark == mark).values(call_mark=None))
        report.call_mark = mark
        seal_call(db, call_id)
        hide_note(db, report.voice_note_id)
    db.flush()


def seal_call(db: Session, call_id: int | None) -> None:
    """From here on this call is counted, and shown nowhere."""
    if call_id is not None:
        db.get_one(Call, call_id).is_sealed = True


def hide_note(db: Session, note_id: int | None) -> None:
    """A recording of somebody unnamed knows neither its call nor its member."""
    if note_id is not None:
        note = db.get_one(VoiceNote, note_id)
        note.call_id = note.member_id = None


def find_by_call(db: Session, rt: Runtime, call_id: int) -> Report | None:
    """Return the report of somebody unnamed that this call brought, by its mark."""
    return db.scalar(select(Report).where(Report.call_mark == mark_of(rt, call_id)))
