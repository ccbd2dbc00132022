"""Days for tests of the roll-up: reports and calls at some instant, a day frozen, a unit's row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from flows.steps import OpenReport
from gateway.db import unit_of_work
from gateway.models import Call, Report, Rollup, RollupRow, Unit
from gateway.reports.opening import open_report
from gateway.rollups import freeze
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import CallState
from gateway.store import members

MONDAY = date(2026, 11, 23)
EVENING = {"hours": 8, "minutes": 31}  # from noon in India to a minute after half past eight


def a_report(rt: Runtime, member_id: int, **more: object) -> int:
    """A problem this member wrote of, now; `more` are columns of the report."""
    with unit_of_work(rt.engine) as work:
        member = members.get_member(work.db, member_id)
        scene = Scene(member.number_id, member_id, "hi")
        report = open_report(work, rt, scene, OpenReport(text="no water"))
        for name, value in more.items():
            setattr(report, name, value)
        return report.id


def change(rt: Runtime, report_id: int, **more: object) -> None:
    with unit_of_work(rt.engine) as work:
        report = work.db.get_one(Report, report_id)
        for name, value in more.items():
            setattr(report, name, value)


def a_call(rt: Runtime, member_id: int | None, is_sealed: bool = False) -> None:
    with unit_of_work(rt.engine) as work:
        count = len(work.db.scalars(select(Call.id)).all())
        work.db.add(
            Call(
                provider="p",
                provider_id=f"c{count}",
                is_inbound=True,
                line="1",
                member_id=member_id,
                state=CallState.ENDED,
                started_at=rt.clock(),
                stepped_at=rt.clock(),
                is_sealed=is_sealed,
            )
        )


def frozen(rt: Runtime) -> Rollup | None:
    return freeze.freeze_due(rt)


def row(rt: Runtime, unit: str, day: date = MONDAY, version: int = 1) -> RollupRow | None:
    """One unit's figures; None where it has none."""
    with unit_of_work(rt.engine) as work:
        query = select(RollupRow).join(Rollup).join(Unit).where(Unit.code == unit)
        return work.db.scalar(query.where(Rollup.day == day, Rollup.version == version))
