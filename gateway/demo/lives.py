"""Gives reports the rest of their life by the rooms themselves, each at its time: what staff added to them, what climbed.

Only deeds that ring nobody. Whatever is due by now has happened, so that the first sweep finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import update

from gateway.demo.filed import Filed
from gateway.demo.house import House
from gateway.models import Delivery, Report
from gateway.reports import deadlines, desk, late, merging
from gateway.rules.retry import Cause
from gateway.runtime import Runtime
from gateway.states import REPORTS_WAITING, DeliveryReason, DeliveryState, ReportState

SHARE = 0.8  # of a report's age until its last step, when staff write on it
RANG = timedelta(seconds=50)
JOINS = timedelta(minutes=9)
MOST_LEVELS = 8


def live_on(house: House, filed: list[Filed]) -> None:
    """Let staff write on reports and put together what is one; then let time take up what was left too long."""
    for each in filed:
        for nth, deed in enumerate(_deeds(house, each)):
            deed(_at(house, _working_time(house, each) + nth * timedelta(minutes=3)))
    _put_together(house, filed)
    for each in filed:
        if each.state in REPORTS_WAITING:
            _climb(house, each)
    _nobody_picked_up(house)


def _deeds(house: House, filed: Filed) -> list[Callable[[Runtime], object]]:
    told, unit, report_id = filed.told, house.unit, filed.report_id
    by, above = house.staff_for(filed.place.path).id, house.staff["coordinator"].id
    deeds: list[Callable[[Runtime], object]] = []
    if told.must_act:
        deeds.append(lambda rt: desk.set_must_act(unit, rt, report_id, by, told.must_act, told.office))
    if told.is_restricted:
        deeds.append(lambda rt: desk.restrict(unit, rt, report_id, above, True))
    if told.note:
        named = [above] if above != by else [house.staff["administrator"].id]
        deeds.append(lambda rt: desk.write_note(unit, rt, report_id, by, told.note, named))
    return deeds


def _working_time(house: House, filed: Filed) -> datetime:
    """After somebody has listened, before it was over."""
    begun = filed.reached(ReportState.HEARD) or filed.received_at
    end = filed.steps[-1].at if len(filed.steps) > 1 else house.now
    return begun + SHARE * (end - begun)


def _put_together(house: House, filed: list[Filed]) -> None:
    kept = {each.told.key: each for each in filed if each.told.key}
    for nth, each in enumerate(one for one in filed if one.told.same):
        into = kept[each.told.same]
        by = house.staff_for(into.place.path).id
        at = min(
            max(each.received_at, into.received_at) + (nth + 1) * JOINS, house.now - timedelta(minutes=1)
        )
        merging.merge(house.unit, _at(house, at), each.report_id, by, into.report_id)


def _climb(house: House, filed: Filed) -> None:
    """Take it up as often as a deadline has passed, each time when it passed."""
    db = house.unit.db
    report = db.get_one(Report, filed.report_id, populate_existing=True)
    deadlines.keep(db, house.rt, report)
    for _ in range(MOST_LEVELS):
        db.refresh(report)
        if report.climb_at is None or report.climb_at > house.now:
            return
        late.climb_late(house.unit, _at(house, report.climb_at), report.id)


def _nobody_picked_up(house: House) -> None:
    """The next duty phone rang in vain when danger climbed; no phone rings because the demo was loaded."""
    rang = {"state": DeliveryState.FAILED, "tries": 1, "last_cause": str(Cause.NO_ANSWER)}
    house.unit.db.execute(
        update(Delivery)
        .where(Delivery.reason == DeliveryReason.DUTY, Delivery.state == DeliveryState.QUEUED)
        .values(**rang, ended_at=Delivery.created_at + RANG)
        .execution_options(synchronize_session=False)
    )


def _at(house: House, when: datetime) -> Runtime:
    """The house's tools with the clock at that instant."""
    return replace(house.rt, clock=lambda: when)
