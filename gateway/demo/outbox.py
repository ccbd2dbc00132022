"""Writes what was owed and tried in the past: deliveries, their attempts, and the calls of those that were answered.

A delivery's state follows from its last try, as `gateway.deliveries.outcomes` would have written it; nothing is left open,
so that loading the demo makes no phone ring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from gateway.deliveries.owe import ORDINARY, PERSONAL, SMS, VOICE
from gateway.deliveries.send import line_of
from gateway.demo.house import House
from gateway.demo.rows import Row, reserve, write
from gateway.models import Attempt, Call, Delivery
from gateway.rules.retry import Cause
from gateway.states import AttemptOutcome, CallState, DeliveryReason, DeliveryState

OUTCOMES = {
    Cause.HEARD: AttemptOutcome.ANSWERED,
    Cause.ANSWERED_NOT_HEARD: AttemptOutcome.ANSWERED,
    Cause.BUSY: AttemptOutcome.BUSY,
    Cause.NO_ANSWER: AttemptOutcome.NO_ANSWER,
    Cause.REJECTED: AttemptOutcome.REJECTED,
    Cause.OFF: AttemptOutcome.UNREACHABLE,
    Cause.INVALID: AttemptOutcome.FAILED,
    Cause.FAILED: AttemptOutcome.FAILED,
    Cause.DELIVERED: AttemptOutcome.DELIVERED,
}
ENDS = {
    Cause.HEARD: DeliveryState.HEARD,
    Cause.DELIVERED: DeliveryState.DELIVERED,
    Cause.ANSWERED_NOT_HEARD: DeliveryState.NOT_HEARD,
}
RANG_SECONDS, COST, CURRENCY = 22, Decimal("0.4500"), "INR"


@dataclass(frozen=True)
class Tried:
    """One try and how it ended; `seconds` were talked."""

    cause: Cause
    at: datetime
    seconds: int = 0

    @property
    def ended_at(self) -> datetime:
        return self.at + timedelta(seconds=self.seconds + RANG_SECONDS)


@dataclass(frozen=True, kw_only=True)
class Owed:
    """One delivery with its tries, or with the reason why it was refused before any."""

    reason: DeliveryReason
    kind: str
    number_id: int
    member_id: int | None
    language: str
    created_at: datetime
    tries: Sequence[Tried]
    refused: str | None = None
    broadcast_id: int | None = None
    report_id: int | None = None
    answer_id: int | None = None

    @property
    def state(self) -> DeliveryState:
        if self.refused:
            return DeliveryState.REFUSED
        return ENDS.get(self.tries[-1].cause, DeliveryState.FAILED)

    @property
    def ended_at(self) -> datetime:
        return self.tries[-1].ended_at if self.tries else self.created_at


def write_owed(house: House, owed: Sequence[Owed]) -> None:
    """Write deliveries, attempts and calls."""
    db = house.unit.db
    numbered = list(zip(reserve(db, Delivery, len(owed)), owed, strict=True))
    write(db, Delivery, [_delivery(delivery_id, each) for delivery_id, each in numbered])
    tries = [(number, one, each, nth) for number, each in numbered for nth, one in enumerate(each.tries, 1)]
    write(db, Attempt, [_attempt(house, *each) for each in tries])
    answered = [each for each in tries if OUTCOMES[each[1].cause] is AttemptOutcome.ANSWERED]
    write(db, Call, [_call(house, *each) for each in answered])


def _delivery(delivery_id: int, owed: Owed) -> Row:
    last = owed.tries[-1] if owed.tries else None
    return {
        "id": delivery_id,
        "reason": owed.reason,
        "kind": owed.kind,
        "priority": ORDINARY if owed.broadcast_id else PERSONAL,
        "broadcast_id": owed.broadcast_id,
        "report_id": owed.report_id,
        "answer_id": owed.answer_id,
        "member_id": owed.member_id,
        "number_id": owed.number_id,
        "language": owed.language,
        "dedupe": f"{owed.reason}:{owed.answer_id}:{owed.report_id}" if owed.answer_id else None,
        "state": owed.state,
        "tries": len(owed.tries),
        "fence": len(owed.tries),
        "last_cause": str(last.cause) if last else None,
        "reason_code": owed.refused,
        "due_at": last.at if last else owed.created_at,
        "heard_seconds": last.seconds or None if last else None,
        "created_at": owed.created_at,
        "ended_at": owed.ended_at,
    }


def _attempt(house: House, delivery_id: int, tried: Tried, owed: Owed, nth: int) -> Row:
    is_paid = tried.seconds > 0 or tried.cause is Cause.DELIVERED
    return {
        "delivery_id": delivery_id,
        "broadcast_id": owed.broadcast_id,
        "number_id": owed.number_id,
        "kind": owed.kind,
        "try_number": nth,
        "provider": house.rt.provider,
        "line": line_of(house.rt, owed.kind) or "",
        "provider_id": _provider_id(delivery_id, nth),
        "outcome": OUTCOMES[tried.cause],
        "cause": str(tried.cause),
        "profile": house.rt.profile.version,
        "placed_at": tried.at,
        "ended_at": tried.ended_at,
        "cost": COST if is_paid else None,
        "currency": CURRENCY if is_paid else None,
    }


def _call(house: House, delivery_id: int, tried: Tried, owed: Owed, nth: int) -> Row:
    return call_row(
        house,
        provider_id=_provider_id(delivery_id, nth),
        is_inbound=False,
        line=line_of(house.rt, VOICE) or "",
        number_id=owed.number_id,
        member_id=owed.member_id,
        delivery_id=delivery_id,
        language=owed.language,
        at=tried.at,
        seconds=tried.seconds,
    )


def call_row(
    house: House,
    *,
    provider_id: str,
    is_inbound: bool,
    line: str,
    number_id: int,
    member_id: int | None,
    language: str,
    at: datetime,
    seconds: int,
    delivery_id: int | None = None,
    call_id: int | None = None,
    is_sealed: bool = False,
) -> Row:
    """Return the row of a call that is over; without an id of its own it gets the next one."""
    ended_at = min(at + timedelta(seconds=seconds), house.now)
    row = {
        "provider": house.rt.provider,
        "provider_id": provider_id,
        "is_inbound": is_inbound,
        "line": line,
        "number_id": number_id,
        "member_id": member_id,
        "delivery_id": delivery_id,
        "state": CallState.ENDED,
        "turn": 3,
        "language": language,
        "started_at": at,
        "stepped_at": ended_at,
        "ended_at": ended_at,
        "end_reason": "answered",
        "seconds": seconds,
        "is_sealed": is_sealed,
    }
    return row | ({"id": call_id} if call_id else {})


def _provider_id(delivery_id: int, nth: int) -> str:
    return f"demo-{delivery_id}-{nth}"


__all__ = ["SMS", "VOICE", "Owed", "Tried", "call_row", "write_owed"]
