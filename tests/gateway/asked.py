"""A broadcast as it stands after some tries, written straight into the tables: for its results, its alarms, its rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.db import unit_of_work
from gateway.models import Attempt, Broadcast, Delivery
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, BroadcastState, DeliveryReason, DeliveryState
from gateway.store import members, numbers
from tests.builders import a_broadcast, a_number, a_unit

D = DeliveryState
HEARD = {"state": D.HEARD, "last_cause": "heard", "heard_seconds": 40, "evidence": "played"}
SHORT = {"state": D.NOT_HEARD, "last_cause": "answered_not_heard", "heard_seconds": 4}
BUSY = {"state": D.FAILED, "last_cause": "busy"}
GONE = {"state": D.FAILED, "last_cause": "invalid"}
AGAIN = {"state": D.QUEUED, "last_cause": "no_answer"}
DOUBT = {"state": D.IN_DOUBT, "last_cause": "unknown"}
REFUSED = {"state": D.REFUSED, "reason_code": "opted-out", "tries": 0}
WAITING = {"state": D.QUEUED, "tries": 0}
_ANSWERED = ("heard", "answered_not_heard")


def asked(
    rt: Runtime, *rows: dict[str, Any], state: BroadcastState = BroadcastState.RUNNING, **more: Any
) -> int:
    """A broadcast to a member for each row, told by one of the words above and what differs; returns its id.

    `unit` and `language` of a row are the member's; `minutes` after the start its phone rang.
    """
    broadcast_id = a_broadcast(rt, more.pop("unit", "BLOCK"), more.pop("kind", "voice"))
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        broadcast.state, broadcast.started_at = state, rt.clock()
        for name, value in more.items():
            setattr(broadcast, name, value)
        for row in rows:
            _add(work.db, rt, broadcast, dict(row))
    return broadcast_id


def _add(db: Any, rt: Runtime, broadcast: Broadcast, row: dict[str, Any]) -> None:
    now = rt.clock()
    place = a_unit(db, row.pop("unit", "BOOTH-1"), under="BLOCK")
    number_id = numbers.add_number(db, rt.vault, a_number(), now)
    member = members.add_member(
        db, number_id, place.id, now, row.pop("name", "Sita"), row.get("language", "hi")
    )
    member.consent, member.status = "all", "active"
    rang_at = now + timedelta(minutes=row.pop("minutes", 1))
    values = {"language": "hi", "tries": 1, "due_at": now, **row}
    is_over = values["state"] in (D.HEARD, D.NOT_HEARD, D.FAILED, D.DELIVERED)
    delivery = Delivery(
        reason=DeliveryReason.BROADCAST,
        kind=broadcast.kind,
        broadcast_id=broadcast.id,
        member_id=member.id,
        number_id=number_id,
        created_at=now,
        ended_at=rang_at if is_over else None,
        **values,
    )
    db.add(delivery)
    db.flush()
    for nth in range(1, delivery.tries + 1):
        db.add(_attempt(delivery, nth, rang_at))


def _attempt(delivery: Delivery, nth: int, at: Any) -> Attempt:
    is_last = nth == delivery.tries
    cause = (delivery.last_cause if is_last else "no_answer") or "no_answer"
    outcome = AttemptOutcome.ANSWERED if cause in _ANSWERED else AttemptOutcome.NO_ANSWER
    return Attempt(
        delivery_id=delivery.id,
        broadcast_id=delivery.broadcast_id,
        number_id=delivery.number_id,
        kind=delivery.kind,
        try_number=nth,
        provider="loopback",
        line="+918000000002",
        outcome=outcome,
        cause=cause,
        profile="in",
        placed_at=at,
        ended_at=at,
        cost=2 if cause in _ANSWERED else None,
        currency="INR",
        estimate=2,
    )
