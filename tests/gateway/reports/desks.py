"""A block with two booths, their staff and their members, for tests of a report's life."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from flows.steps import OpenReport
from gateway.db import unit_of_work
from gateway.models import Delivery, DutyNumber, Member, Report, ReportEvent, Staff, Unit
from gateway.phones import Number
from gateway.reports import opening
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DeliveryReason
from gateway.store import numbers, units
from tests.builders import a_member, a_number


@dataclass
class Tree:
    """State over district over block over booths; who works where."""

    rt: Runtime
    staff: dict[str, int]

    def unit(self, code: str) -> int:
        with unit_of_work(self.rt.engine) as unit:
            return units.get_unit_by_code(unit.db, code).id

    def code_of(self, unit_id: int) -> str:
        with unit_of_work(self.rt.engine) as unit:
            return unit.db.get_one(Unit, unit_id).code


UNITS = (
    ("STATE", ""), ("DISTRICT", "STATE"), ("BLOCK", "DISTRICT"), ("BOOTH-1", "BLOCK"), ("BOOTH-2", "BLOCK"),
)  # fmt: skip


def a_tree(rt: Runtime, *staffed: str) -> Tree:
    """Make the tree; a person of staff at each of these units."""
    with unit_of_work(rt.engine) as unit:
        for code, above in UNITS:
            parent = units.get_unit_by_code(unit.db, above) if above else None
            units.add_unit(unit.db, code, code.title(), "block", parent)
    return Tree(rt, {code: a_colleague(rt, code) for code in staffed})


def a_colleague(rt: Runtime, code: str, name: str = "") -> int:
    with unit_of_work(rt.engine) as unit:
        place = units.get_unit_by_code(unit.db, code)
        person = Staff(
            email=f"{name or code}@example.org".lower(), name=name or f"Asha {code}", role="staff",
            unit_id=place.id, created_at=rt.clock(),
        )  # fmt: skip
        unit.db.add(person)
        unit.db.flush()
        return person.id


def a_duty_number(rt: Runtime, code: str, position: int = 1, number: Number | None = None) -> int:
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, number or a_number(), rt.clock())
        place = units.get_unit_by_code(unit.db, code)
        unit.db.add(DutyNumber(unit_id=place.id, number_id=number_id, position=position))
        return number_id


def a_report(
    rt: Runtime, booth: str = "BOOTH-1", *, member: int | None = None, number: Number | None = None,
    text: str = "नल सूखा है", code: str | None = None, is_unnamed: bool = False, urgency: str = "",
) -> int:  # fmt: skip
    """A member of this booth tells a problem by SMS; returns the report's id."""
    member_id = member or a_member(rt, unit=booth, number=number)
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.get_one(Member, member_id).number_id
        scene = Scene(number_id, member_id, "hi")
        made = opening.open_report(unit, rt, scene, OpenReport(text=text, code=code, is_unnamed=is_unnamed))
        if urgency:
            opening.set_urgency(unit, rt, made.id, urgency)
        return made.id


def report(rt: Runtime, report_id: int) -> Report:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Report, report_id)


def number_of(rt: Runtime, report_id: int) -> int:
    found = report(rt, report_id).number_id
    assert found is not None
    return found


def kinds(rt: Runtime, report_id: int) -> list[str]:
    """What happened to it, in order."""
    with unit_of_work(rt.engine) as unit:
        query = select(ReportEvent.kind).where(ReportEvent.report_id == report_id).order_by(ReportEvent.id)
        return list(unit.db.scalars(query))


def owed(rt: Runtime, reason: DeliveryReason | str, report_id: int | None = None) -> list[Delivery]:
    with unit_of_work(rt.engine) as unit:
        query = select(Delivery).where(Delivery.reason == reason).order_by(Delivery.id)
        if report_id is not None:
            query = query.where(Delivery.report_id == report_id)
        return list(unit.db.scalars(query))
