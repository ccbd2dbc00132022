"""For how many people a report speaks: said by a trainer on the phone, or corrected by staff."""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.reports.deeds import begin
from gateway.runtime import Runtime

MOST_PEOPLE = 100_000


def correct_people(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, people: int) -> int:
    """Say for how many people it was told; returns the id of the line in the history."""
    if not 1 <= people <= MOST_PEOPLE:
        raise Conflict(f"a report speaks for 1 to {MOST_PEOPLE} people")
    deed = begin(unit, rt, report_id, staff_id)
    deed.report.people = people
    return deed.done("people", people=people)
