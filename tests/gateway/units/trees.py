"""Trees that tests of units begin with, and the deeds of an administrator on them by code."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from gateway.db import unit_of_work
from gateway.models import Member, Unit, UnitChange
from gateway.people import units as units_of_list
from gateway.people.refusals import Imported
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import unit_counts, units
from gateway.store.units import is_under
from gateway.units.change import By

TREE = """code,name,kind,parent
UP,Uttar Pradesh,state,
AGRA,Agra,district,UP
MAIN,Mainpuri,district,UP
BAH,Bah,block,AGRA
P1,Nagla,panchayat,BAH
P2,Garhi,panchayat,BAH
B1,Booth 1,booth,P1
B2,Booth 2,booth,P1
B3,Booth 3,booth,P2
CITY,Agra City,city,AGRA
W1,Purana Bazar,ward,CITY
B9,Booth 9,booth,W1
"""


def import_units(rt: Runtime, text: str = TREE) -> Imported:
    """Take a list of units as the command line does."""
    return units_of_list.import_units(rt, io.BytesIO(text.encode()))


def an_id(rt: Runtime, code: str) -> int:
    with unit_of_work(rt.engine) as work:
        found = work.db.scalar(select(Unit.id).where(Unit.code == code))
        assert found is not None, code
        return found


def do(rt: Runtime, deed: Callable[..., Any], *codes: str, by: By | None = None) -> Any:
    """Do something to units that are named by their codes."""
    ids = [an_id(rt, code) for code in codes]
    with unit_of_work(rt.engine) as work:
        return deed(work, rt, by or By(), *ids)


def line(rt: Runtime, code: str) -> list[str]:
    """The codes from the top down to this unit."""
    with unit_of_work(rt.engine) as work:
        found = work.db.scalars(select(Unit).where(Unit.code == code)).one()
        return [each.code for each in units.list_line(work.db, found)]


def actions(rt: Runtime, code: str) -> list[str]:
    with unit_of_work(rt.engine) as work:
        query = select(UnitChange.action).join(Unit, Unit.id == UnitChange.unit_id).where(Unit.code == code)
        return list(work.db.scalars(query.order_by(UnitChange.id)))


def counted(rt: Runtime, code: str) -> tuple[int, int]:
    """Units and members at or below, by the counters; they must say what the rows say."""
    with unit_of_work(rt.engine) as work:
        path = work.db.scalars(select(Unit.path).where(Unit.code == code)).one()
        told = unit_counts.below(work.db, path)
        rows = select(func.count(Unit.id)).where(is_under(Unit.path, path), Unit.closed_at.is_(None))
        people = select(func.count(Member.id)).join(Unit, Unit.id == Member.unit_id)
        people = people.where(is_under(Unit.path, path), Member.status != MemberStatus.LEFT)
        assert tuple(told) == (work.db.scalar(rows), work.db.scalar(people)), code
        return tuple(told)


def counts_are_right(rt: Runtime) -> None:
    """Every open unit's counters say what the rows say, before and after they are summed up."""
    with unit_of_work(rt.engine) as work:
        codes = work.db.scalars(select(Unit.code).where(Unit.merged_into_id.is_(None))).all()
    for code in codes:
        counted(rt, code)
    with unit_of_work(rt.engine) as work:
        unit_counts.sum_up(work.db)
    for code in codes:
        counted(rt, code)
