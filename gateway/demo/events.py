"""Writes the history of each report, line by line, in the words of `gateway.reports`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from gateway.demo.filed import Filed
from gateway.demo.histories import BY_MEMBER, told_at
from gateway.demo.house import House
from gateway.demo.rows import Row, write
from gateway.models import ReportEvent
from gateway.reports import alarm
from gateway.states import ReportState
from gateway.store import units


def write_events(house: House, filed: list[Filed]) -> None:
    """Write all histories, each in order."""
    write(house.unit.db, ReportEvent, [row for each in filed for row in _lines(house, each)])


def _lines(house: House, filed: Filed) -> Iterator[Row]:
    told, at = filed.told, filed.received_at
    first = filed.state if told.state in ("draft", "unverified") else ReportState.RECEIVED
    yield _line(filed, "received", at, state=first)
    soon = at + timedelta(seconds=25)
    if told.urgency != "not_stated":
        yield _line(filed, "urgency", soon, details={"level": told.urgency})
    if told.is_past_local:
        yield _line(filed, "passed_local_staff", soon)
    if told.urgency == "danger":
        yield from _danger(house, filed)
    if told.is_unnamed:
        yield _line(filed, "unnamed", soon)
    if told.people:
        yield _line(filed, "people", soon, details={"people": told.people})
    if told.told:
        yield _line(filed, "told", told_at(at), staff_id=house.staff_for(filed.desk.path).id)
    worker = house.staff_for(filed.place.path if not told.is_past_local else filed.desk.path)
    for step in filed.steps:
        staff_id = None if step.state in BY_MEMBER else worker.id
        yield _line(filed, str(step.state), step.at, state=step.state, staff_id=staff_id)


def _danger(house: House, filed: Filed) -> Iterator[Row]:
    """The duty phones of its place rang, where there are any; somebody took it, or it still waits."""
    chain = units.list_duty_numbers(house.unit.db, filed.place.path)
    if chain:
        rung = {"unit": chain[0].unit_id, "phones": len(chain)}
        yield _line(filed, alarm.RUNG, filed.received_at + timedelta(seconds=25), details=rung)
    if filed.told.state != "received":
        at, by = filed.received_at + timedelta(minutes=4), house.staff_for(filed.place.path).id
        yield _line(filed, "taken_by_phone", at) if chain else _line(filed, "taken", at, staff_id=by)


def _line(
    filed: Filed,
    kind: str,
    at: datetime,
    state: ReportState | None = None,
    staff_id: int | None = None,
    details: dict[str, Any] | None = None,
) -> Row:
    return {
        "report_id": filed.report_id,
        "at": at,
        "kind": kind,
        "state": state,
        "staff_id": staff_id,
        "details": details or {},
    }
