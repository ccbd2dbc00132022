"""Reports and calls with every moment set by hand, so that each figure can be told beforehand."""

from __future__ import annotations

import itertools

from sqlalchemy import update

from gateway.db import unit_of_work
from gateway.models import Call, Report
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store import units
from tests.builders import a_member

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
