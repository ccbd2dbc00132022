"""How a broadcast stands: asked = heard + answered but not heard + not reached + in progress + in doubt + held +
refused + not yet tried, at every moment (contract: `broadcast show`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gateway.models import Broadcast, Delivery
from gateway.states import DeliveryReason, DeliveryState

D = DeliveryState
NOT_HEARD_CAUSE = "answered_not_heard"


@dataclass
class Sums:
    """Counts of members. All but `to_retry` and `next_try_at` sum to `asked`."""

    asked: int = 0
    heard: int = 0
    answered_not_heard: int = 0
    not_reached: dict[str, int] = field(default_factory=dict)
    in_progress: int = 0
    held: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    not_yet_tried: int = 0
    in_doubt: int = 0
    to_retry: int = 0
    next_try_at: datetime | None = None
    held_until: datetime | None = None

    @property
    def done(self) -> int:
        """How many the first round has been through."""
        return self.asked - self.not_yet_tried - self.in_progress - self.held


def of_broadcast(db: Session, broadcast_id: int) -> Sums:
    """Count the deliveries of one broadcast; tests on staff's phones are not among them.

    Where they were purged (rules.md L13), what was counted then still stands.
    """
    kept = db.scalar(select(Broadcast.kept_sums).where(Broadcast.id == broadcast_id))
    if kept is not None:
        return Sums(**kept)
    was_tried = (Delivery.tries > 0).label("was_tried")
    rows = db.execute(
        select(
            Delivery.state,
            was_tried,
            Delivery.last_cause,
            Delivery.reason_code,
            func.count(),
            func.min(Delivery.due_at),
        )
        .where(_of(broadcast_id))
        .group_by(Delivery.state, was_tried, Delivery.last_cause, Delivery.reason_code)
    )
    sums = Sums()
    for state, tried, cause, code, number, due_at in rows:
        sums.asked += number
        _add(sums, state, tried, cause, code, number, due_at)
    return sums


def _of(broadcast_id: int) -> ColumnElement[bool]:
    return (Delivery.broadcast_id == broadcast_id) & (Delivery.reason == DeliveryReason.BROADCAST)


def _add(
    sums: Sums,
    state: DeliveryState,
    tried: bool,
    cause: str | None,
    code: str | None,
    number: int,
    due_at: datetime,
) -> None:
    match state:
        case D.HEARD | D.DELIVERED:
            sums.heard += number
        case D.SENDING | D.SENT:
            sums.in_progress += number
        case D.IN_DOUBT:
            sums.in_doubt += number
        case D.REFUSED if not tried:
            _count(sums.refused, code, number)
        case D.HELD if not tried:
            sums.held += number
            sums.held_until = _earlier(sums.held_until, due_at)
        case _ if not tried:
            sums.not_yet_tried += number
        case _:
            _tried(sums, state, cause, number, due_at)


def _tried(sums: Sums, state: DeliveryState, cause: str | None, number: int, due_at: datetime) -> None:
    """By the last cause; whoever awaits another try counts there, too."""
    if cause == NOT_HEARD_CAUSE:
        sums.answered_not_heard += number
    else:
        _count(sums.not_reached, cause, number)
    if state in (D.QUEUED, D.HELD):
        sums.to_retry += number
        sums.next_try_at = _earlier(sums.next_try_at, due_at)


def _count(kept: dict[str, int], key: str | None, number: int) -> None:
    kept[key or "unknown"] = kept.get(key or "unknown", 0) + number


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
