"""The question whether it is solved is asked again on further days; three local days in vain close a report as unconfirmed (journeys.md F12).

A day counts when a phone rang on it in vain (`results` counts it), so that nobody is closed unasked. Who may not be rung,
or whose number is dead, is to be told in person: the report stays answered and is asked of no more (`ask_at` is empty).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork
from gateway.models import Delivery
from gateway.reports import deadlines, reach
from gateway.reports.deeds import Deed, begin
from gateway.rules.classes import MessageClass
from gateway.rules.retry import Cause
from gateway.rules.windows import local_day, window_on
from gateway.runtime import Runtime
from gateway.states import DELIVERIES_OPEN, DeliveryReason, DeliveryState, ReportState
from gateway.store import reports

DAYS = 3
SILENCE = "silence"


def begin_asking(deed: Deed, delay: timedelta) -> None:
    """An answer goes out: from the next day on it is asked again, where nobody said anything."""
    deed.report.asks = 0
    is_ringable = deadlines.is_ringable(deed.report)
    deed.report.ask_at = next_day(deed.rt, deed.at + delay) if is_ringable else None


def next_day(rt: Runtime, at: datetime) -> datetime:
    """Return when the hours of the local day after this instant begin."""
    day = local_day(rt.profile, at) + timedelta(days=1)
    return window_on(rt.profile, MessageClass.SERVICE, day, is_soft=True)[0]


def ask_again(unit: UnitOfWork, rt: Runtime, report_id: int) -> int:
    """Its day has come: close it after three in vain, ask again, or leave it to a person. Returns the line's id or 0."""
    deed = begin(unit, rt, report_id, None)
    report = deed.report
    if report.state != ReportState.ANSWERED or report.ask_at is None or report.ask_at > deed.at:
        return 0
    if report.asks >= DAYS:
        deed.move_or_refuse(ReportState.CLOSED_UNCONFIRMED, closed_at=deed.at, closed_how=SILENCE)
        return deed.done("closed_unconfirmed")
    last = _last_call(unit.db, report.id)
    if not deadlines.is_ringable(report) or (last is not None and is_beyond_reach(last)):
        report.ask_at = None
        return deed.done("beyond_reach", reason=(last.reason_code or last.last_cause) if last else None)
    report.ask_at = next_day(rt, deed.at)
    answer = reports.last_answer(unit.db, report.id)
    if answer is None or (last is not None and last.state in DELIVERIES_OPEN):
        unit.db.flush()
        return 0
    reach.owe_answer(unit, rt, report, answer, deed.at, f":{local_day(rt.profile, deed.at)}")
    return deed.done("asked_again", day=report.asks + 1)


def _last_call(db: Session, report_id: int) -> Delivery | None:
    query = select(Delivery).where(Delivery.report_id == report_id, Delivery.reason == DeliveryReason.ANSWER)
    return db.scalar(query.order_by(Delivery.id.desc()).limit(1))


def is_beyond_reach(call: Delivery) -> bool:
    """Whether nobody may ring this phone, or nobody can: a person has to go there."""
    return call.state == DeliveryState.REFUSED or call.last_cause == Cause.INVALID
