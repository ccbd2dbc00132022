"""A recording has come: is anything to be heard on it, and did it end where the speaker ended?

Most people simply hang up when they have said everything (contract: keys), so a hang-up alone is no break. What ends in
full voice was cut off; what ends in quiet was said to its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from gateway.db import UnitOfWork
from gateway.models import Report, VoiceNote
from gateway.reports import reach
from gateway.reports.deeds import begin
from gateway.reports.history import note
from gateway.runtime import Runtime
from gateway.states import ReportState

QUIET_SECONDS = 0.5  # whoever has finished takes the phone from the ear first
QUIET = 0.35  # of the loudest moment
_UNHEARD = (ReportState.DRAFT, ReportState.UNVERIFIED, ReportState.RECEIVED)


def broke_off(unit: UnitOfWork, note_id: int) -> None:
    """A call ended while this recording was being made: whether that was a break its sound tells (`kept`)."""
    report = unit.db.scalar(select(Report).where(Report.voice_note_id == note_id))
    if report is not None:
        report.is_partial = True


def kept(unit: UnitOfWork, rt: Runtime, sound: VoiceNote) -> None:
    """A recording was fetched, or is lost for good. Where it holds no voice, or was cut off, the reporter is asked for it
    again, once."""
    report_id = unit.db.scalar(select(Report.id).where(Report.voice_note_id == sound.id))
    if report_id is None:
        return
    deed = begin(unit, rt, report_id, None)
    report = deed.report
    if sound.lost_at is not None:
        note(unit.db, report, "lost", deed.at)
        reach.owe_go_on(unit, rt, report)
        return
    if sound.is_blank:
        report.is_partial = False
        if report.state in _UNHEARD and deed.move(ReportState.BLANK):
            reach.owe_go_on(unit, rt, report)
            deed.done("blank", by="sound")
        return
    if report.is_partial:
        report.is_partial = ends_in_voice(sound.peaks or (), sound.seconds or 0)
    if report.is_partial and report.state in _UNHEARD:
        note(unit.db, report, "partial", deed.at)
        reach.owe_go_on(unit, rt, report)
    elif sound.is_noisy and report.state in _UNHEARD:
        note(unit.db, report, "noisy", deed.at)  # staff may make it out all the same: it stays where it is
        reach.owe_go_on(unit, rt, report)


def ends_in_voice(peaks: Sequence[int], seconds: float) -> bool:
    """Whether somebody was speaking when it ended, by the loudness over its length."""
    if not peaks or seconds <= 0:
        return False
    tail = max(1, round(len(peaks) * QUIET_SECONDS / seconds))
    return max(peaks[-tail:]) > QUIET * max(peaks)
