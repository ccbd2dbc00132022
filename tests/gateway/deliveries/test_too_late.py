"""Who cannot be called any more when their turn comes: said as a reason, and the others are called."""

from __future__ import annotations

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Member
from gateway.runtime import Runtime
from gateway.store import numbers
from tests.gateway.deliveries.crowds import a_crowd, begin, stand


def test_member_whose_number_became_invalid_is_refused_and_the_others_are_called(rt: Runtime) -> None:
    members = a_crowd(rt, 3)
    broadcast_id = begin(rt, kind="voice")
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.scalars(select(Member.number_id).where(Member.id == members[0])).one()
        numbers.mark_invalid(unit.db, number_id, rt.clock())
    assert send_some(rt, "voice").handed == 2
    found = stand(rt, broadcast_id)
    assert (found.in_progress, found.refused) == (2, {"number-unusable": 1})
