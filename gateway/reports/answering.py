"""The answer: kept with its words and sounds, then the member's own phone rings with it (journeys.md F12).

Everybody whose report was merged into this one gets it, too, each in their own language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from gateway.content import languages_of
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Answer, Report
from gateway.reports import alarm, asking, reach
from gateway.reports.deeds import Deed, begin
from gateway.runtime import Runtime
from gateway.states import REPORTS_WAITING, DeliveryReason, ReportState
from gateway.store import reports

NOTHING = timedelta(0)


def answer(
    unit: UnitOfWork,
    rt: Runtime,
    report_id: int,
    staff_id: int | None,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
    delay: timedelta = NOTHING,
) -> int:
    """Answer a report; `texts` and `sounds` (content keys) by language. The call follows within the window, not before
    `delay` has passed, in which it can be undone. Returns the id of its line in the history.

    Raises Conflict where there is nothing to say or the report can no longer be answered.
    """
    _refuse_empty(texts, sounds)
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.merged_into_id is not None:
        raise Conflict("this report was merged into another; answer that one")
    deed.move_or_refuse(
        ReportState.ANSWERED, "this report can no longer be answered", answered_at=deed.at, closed_at=None
    )
    made = _keep(deed, texts, sounds, is_interim=False)
    _bring(deed, made, delay)
    children = [
        answer_child(unit, rt, child.id, made, delay) for child in reports.list_merged(unit.db, report_id)
    ]
    return deed.done("answered", answer=made.id, children=[each for each in children if each])


def tell(
    unit: UnitOfWork,
    rt: Runtime,
    report_id: int,
    staff_id: int | None,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
    delay: timedelta = NOTHING,
) -> int:
    """Tell the reporter, and all who were merged into it, how it stands; the report stays open. Raises Conflict else."""
    _refuse_empty(texts, sounds)
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.state not in REPORTS_WAITING:
        raise Conflict("this report waits for nothing any more")
    made = _keep(deed, texts, sounds, is_interim=True)
    for each in (deed.report, *reports.list_merged(unit.db, report_id)):
        owe.cancel_calls(unit, rt, each.id, DeliveryReason.INTERIM)
        reach.owe_interim(unit, rt, each, made, deed.at + delay)
    return deed.done("told", answer=made.id)


def answer_child(
    unit: UnitOfWork, rt: Runtime, child_id: int, made: Answer, delay: timedelta = NOTHING
) -> int | None:
    """Bring the answer to one whose report was merged; None where theirs is over."""
    deed = begin(unit, rt, child_id, None)
    if not deed.move(ReportState.ANSWERED, answered_at=deed.at):
        return None
    _bring(deed, made, delay)
    return deed.done("answered_with", answer=made.id)


def _refuse_empty(texts: Mapping[str, str], sounds: Mapping[str, str]) -> None:
    if not languages_of(texts, sounds):
        raise Conflict("an answer needs words or a recording")


def _keep(deed: Deed, texts: Mapping[str, str], sounds: Mapping[str, str], is_interim: bool) -> Answer:
    made = Answer(
        report_id=deed.report.id,
        staff_id=deed.staff_id,
        is_interim=is_interim,
        texts=dict(texts),
        sounds=dict(sounds),
        at=deed.at,
    )
    deed.unit.db.add(made)
    deed.unit.db.flush()
    deed.unit.ring(lambda: deed.rt.bells.build_sounds("answer", made.id))
    return made


def _bring(deed: Deed, made: Answer, delay: timedelta) -> None:
    alarm.taken(deed)
    report: Report = deed.report
    report.heard_at = report.heard_at or deed.at
    asking.begin_asking(deed, delay)
    reach.owe_answer(deed.unit, deed.rt, report, made, deed.at + delay)
