"""Writes the history of each report, line by line, in the words of `gateway.reports`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from gateway.demo.filed import Filed
from gateway.demo.histories import BY_MEMBER
from gateway.demo.house import House
from gateway.demo.rows import Row, write
from gateway.models import ReportEvent
from gateway.states import ReportState


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
    if told.urgency == "danger" and told.state != "received":
        yield _line(filed, "taken_by_phone", at + timedelta(minutes=4))
    worker = house.staff_for(filed.place.path if not told.is_past_local else filed.desk.path)
    for step in filed.steps:
        staff_id = None if step.state in BY_MEMBER else worker.id
        yield _line(filed, str(step.state), step.at, state=step.state, staff_id=staff_id)


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
