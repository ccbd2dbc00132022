"""Calls that are owed to a reporter: the answer, an interim word, "please go on". Also to one who stays unnamed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from flows.steps import Speak
from gateway.content import BASE_LANGUAGE, in_language
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Answer, Report, ReportEvent
from gateway.reports import unnamed
from gateway.reports.history import note
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import members

GO_ON_AFTER = timedelta(
    minutes=2
)  # they may be ringing again by themselves; ten minutes are the promise (M2)
GO_ON_WITHIN = timedelta(days=1)  # afterwards nobody remembers in mid-sentence


def owe_answer(
    unit: UnitOfWork, rt: Runtime, report: Report, answer: Answer, due_at: datetime, again: str = ""
) -> int | None:
    """Owe the reporter a call with the answer; an older answer is not rung any more. `again` names a further asking."""
    owe.cancel_calls(unit, rt, report.id, DeliveryReason.ANSWER)
    owe.cancel_calls(unit, rt, report.id, DeliveryReason.INTERIM)
    dedupe = f"answer:{answer.id}:{report.id}{again}"
    return _owe(unit, rt, report, DeliveryReason.ANSWER, dedupe, answer_id=answer.id, due_at=due_at)


def owe_interim(
    unit: UnitOfWork,
    rt: Runtime,
    report: Report,
    answer: Answer | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Owe the reporter the word that they are not forgotten, one such call a number and day; or what staff say of it."""
    number_id = unnamed.number_of(rt, report)
    day = local_day(rt.profile, rt.clock())
    dedupe = f"interim:{number_id}:{day}" if answer is None else f"interim:{answer.id}:{report.id}"
    more = {"answer_id": answer.id if answer else None, "due_at": due_at or rt.clock()}
    return _owe(unit, rt, report, DeliveryReason.INTERIM, dedupe, **more)


def text_interim(unit: UnitOfWork, rt: Runtime, report: Report) -> None:
    """The same in writing, where a text may be sent; never to somebody unnamed, whose phone others may read."""
    if report.number_id is None:
        return
    words = rt.words.text(
        Speak("sms.interim", report.language or BASE_LANGUAGE, {"reference": report.reference})
    )
    day = local_day(rt.profile, rt.clock())
    owe.owe_text_about(unit, rt, report, report.number_id, words, f"interim-sms:{report.id}:{day}")


def text_answer(unit: UnitOfWork, rt: Runtime, report: Report, answer: Answer) -> None:
    """The answer in writing, with the question whether it is solved; never to a phone that others read, too."""
    texts = {language: text for language, text in answer.texts.items() if text}
    is_own = report.member_id is not None and report.number_id is not None
    if not texts or not is_own or len(members.list_on_number(unit.db, report.number_id or 0)) > 1:
        return
    language = in_language(texts, {}, report.language or BASE_LANGUAGE)
    about = Speak("sms_solved.about", language, {"reference": report.reference})
    words = (rt.words.text(about), texts[language], rt.words.text(Speak("sms_solved.ask", language)))
    dedupe = f"answer-sms:{answer.id}:{report.id}"
    owe.owe_text_about(unit, rt, report, report.number_id or 0, " ".join(words), dedupe)


def owe_go_on(unit: UnitOfWork, rt: Runtime, report: Report) -> int | None:
    """Owe the reporter, once, a call that asks to say the rest of it, or to say it again."""
    query = select(ReportEvent.id).where(ReportEvent.report_id == report.id, ReportEvent.kind == "go_on")
    if unit.db.scalar(query.limit(1)) is not None:
        return None
    now = rt.clock()
    times = {"due_at": now + GO_ON_AFTER, "expires_at": now + GO_ON_WITHIN}
    owed = _owe(unit, rt, report, DeliveryReason.GO_ON, f"go_on:{report.id}", **times)
    if owed is not None:
        note(unit.db, report, "go_on", now)
    return owed


def _owe(
    unit: UnitOfWork, rt: Runtime, report: Report, reason: DeliveryReason, dedupe: str, **more: object
) -> int | None:
    number_id = unnamed.number_of(rt, report)
    if number_id is None:
        return None
    name = owe.sealed_dedupe() if report.is_unnamed else dedupe
    return owe.owe_about(unit, rt, report, reason, number_id, name, **more)
