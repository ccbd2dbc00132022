"""Reports and calls with every moment set by hand, so that each figure can be told beforehand."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from gateway.control.window import Window
from gateway.db import unit_of_work
from gateway.models import Call, Report, ReportEvent, Unit
from gateway.runtime import Runtime
from gateway.states import CallState, ReportState, Urgency
from gateway.store import units
from tests.builders import a_member, a_person_of_staff
from tests.gateway.console.seats import a_report, a_tree

S = ReportState
NOVEMBER = Window(date(2026, 11, 1), date(2026, 11, 30), "Asia/Kolkata")
_calls = itertools.count(1)


def path_of(rt: Runtime, code: str) -> str:
    with unit_of_work(rt.engine) as work:
        return units.get_unit_by_code(work.db, code).path


def set_report(rt: Runtime, public_id: str, **values: object) -> int:
    with unit_of_work(rt.engine) as work:
        query = update(Report).where(Report.public_id == public_id).values(**values).returning(Report.id)
        return work.db.scalars(query).one()


def a_call(rt: Runtime, code: str | None = "BOOTH-1", **values: object) -> int:
    """A call of a new member of that unit; of nobody we know where it is None."""
    member_id = a_member(rt, "Caller", unit=code) if code else None
    known = {
        "provider": "loopback", "is_inbound": True, "line": "x", "state": CallState.ANSWERED, "entered": "main_menu",
        "started_at": rt.clock(), "stepped_at": rt.clock(), "member_id": member_id,
    }  # fmt: skip
    with unit_of_work(rt.engine) as work:
        call = Call(**known | {"provider_id": f"call-{next(_calls)}"} | values)
        work.db.add(call)
        work.db.flush()
        return call.id


def eleven_reports(rt: Runtime) -> dict[str, int]:
    """Eleven reports: eight of Booth 1 (block Achhnera), two of Bah, one that went past the staff of Booth 1.

    Returns the ids of the units by their codes.
    """
    a_tree(rt)
    farid = a_person_of_staff(rt, "Farid", unit="AGRA")
    for nth, (state, hours, close, more) in enumerate(
        [
            (S.RECEIVED, None, None, {"category": "21"}),
            (S.IN_WORK, 2, None, {"category": "21", "urgency": Urgency.DANGER, "assignee_id": farid}),
            (S.ANSWERED, 4, None, {"category": "11", "answered": 5}),
            (S.CONFIRMED, 1, 10, {"category": "11", "answered": 5, "assignee_id": farid}),
            (S.CONFIRMED, 3, 30, {"category": "11", "answered": 6, "again": True}),
            (S.CLOSED_UNCONFIRMED, 5, 90, {"answered": 20, "assignee_id": farid}),
            (S.CLOSED_UNCONFIRMED, 6, 90, {"answered": 6}),
            (S.BLANK, 10, None, {}),
        ]
    ):
        _made(rt, "BOOTH-1", nth, state, hours, close, **more)
    _made(rt, "BOOTH-2", 8, S.REOPENED, 20, None, answered=24, again=True, category="21")
    _made(rt, "BAH", 9, S.CONFIRMED, 2, 20, answered=4)
    set_report(rt, a_report(rt, "BOOTH-1", desk="AGRA"), received_at=came_at(10))
    with unit_of_work(rt.engine) as work:
        return {unit.code: unit.id for unit in work.db.query(Unit)}


def came_at(nth: int) -> datetime:
    """10:00 in India on the first of November, and a day later for each."""
    return datetime(2026, 11, 1, 4, 30, tzinfo=UTC) + timedelta(days=nth)


def _made(
    rt: Runtime, unit: str, nth: int, state: ReportState, hours: int | None, close: int | None, **more: object
) -> None:
    at, again = came_at(nth), more.pop("again", False)
    answered = more.pop("answered", None)
    report_id = set_report(
        rt,
        a_report(rt, unit, state=state),
        received_at=at,
        heard_at=at + timedelta(hours=hours) if hours else None,
        answered_at=at + timedelta(hours=answered) if answered else None,  # type: ignore[arg-type]
        closed_at=at + timedelta(hours=close) if close else None,
        **more,
    )
    if again:
        with unit_of_work(rt.engine) as work:
            work.db.add(ReportEvent(report_id=report_id, at=at, kind="reopened"))
