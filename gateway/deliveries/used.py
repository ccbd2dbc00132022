"""How often we came to a number already, over all members and units that share it (rules.md L9), and who rests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.models import Attempt
from gateway.rules.contact import Used
from gateway.rules.profiles import Profile
from gateway.rules.windows import instant_of, local_day
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryReason
from gateway.store import habits

_NEVER_RANG = (AttemptOutcome.FAILED,)
_WEEK = timedelta(days=7)


class Sending(Protocol):
    """What is asked about of a delivery."""

    @property
    def id(self) -> int: ...
    @property
    def number_id(self) -> int: ...
    @property
    def broadcast_id(self) -> int | None: ...
    @property
    def reason(self) -> DeliveryReason: ...
    @property
    def kind(self) -> str: ...


class Rang(NamedTuple):
    """A try that may have rung a number."""

    broadcast_id: int | None
    delivery_id: int
    at: datetime


def used_by(
    db: Session,
    rt: Runtime,
    deliveries: Sequence[Sending],
    now: datetime,
    profiles: Mapping[int, Profile] | None = None,
) -> dict[int, Used]:
    """How often each number was come to, for the broadcasts among these deliveries (rules.md L9).

    `profiles`, by delivery: the country's rules with the clock of the member's unit; else the country's own.
    """
    sent = [each for each in deliveries if _is_round(each)]
    if not sent:
        return {}
    rows = db.execute(
        select(Attempt.number_id, Attempt.broadcast_id, Attempt.delivery_id, Attempt.placed_at)
        .where(Attempt.number_id.in_({each.number_id for each in sent}), Attempt.broadcast_id.is_not(None))
        .where(or_(Attempt.placed_at > now - _WEEK, Attempt.delivery_id.in_([each.id for each in sent])))
        .where(Attempt.outcome.not_in(_NEVER_RANG))
    ).all()
    by_number: dict[int, list[Rang]] = {}
    for number_id, broadcast_id, delivery_id, at in rows:
        by_number.setdefault(number_id, []).append(Rang(broadcast_id, delivery_id, at))
    return {
        each.id: count_used(
            each, by_number.get(each.number_id, []), (profiles or {}).get(each.id, rt.profile), now
        )
        for each in sent
    }


def resting(db: Session, deliveries: Sequence[Sending], now: datetime) -> set[int]:
    """Return which of these deliveries go to a number that rests after a long silence (`rules.habits`, D33)."""
    found: set[int] = set()
    rounds = [each for each in deliveries if _is_round(each) and each.kind == "voice"]
    for broadcast_id in {each.broadcast_id for each in rounds if each.broadcast_id is not None}:
        mine = [each for each in rounds if each.broadcast_id == broadcast_id]
        silent = habits.list_resting(db, {each.number_id for each in mine}, broadcast_id, now)
        found |= {each.id for each in mine if each.number_id in silent}
    return found


def _is_round(each: Sending) -> bool:
    return each.broadcast_id is not None and each.reason == DeliveryReason.BROADCAST


def count_used(delivery: Sending, rang: Sequence[Rang], profile: Profile, now: datetime) -> Used:
    """Count, of all that rang this number, what the caps look at; the day is the local one."""
    today = instant_of(profile, local_day(profile, now))
    others = [each for each in rang if each.broadcast_id != delivery.broadcast_id and each.at > now - _WEEK]
    mine = [each.at for each in rang if each.delivery_id == delivery.id]
    return Used(
        broadcasts_today=len({each.broadcast_id for each in others if each.at >= today}),
        broadcasts_this_week=len({each.broadcast_id for each in others}),
        attempts_today=sum(at >= today for at in mine),
        attempts_in_broadcast=len(mine),
    )
