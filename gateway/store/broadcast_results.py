"""What became of a broadcast, counted where it is kept: over time, try by try, by hour, by answer, by length, in money.

One statement each, over the deliveries of the broadcast's own kind; a fallback SMS is another story (`sums.fallback`).
Nothing where its deliveries were purged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Integer, and_, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from gateway.models import Attempt, Broadcast, BroadcastAnswer, Delivery, Member, Unit
from gateway.states import ATTEMPTS_OPEN, AttemptOutcome, DeliveryReason, DeliveryState
from gateway.store.units import is_under

D = DeliveryState
ANSWERED = "answered_not_heard"
MOST_TRIES, MOST_SECONDS = 10, 600
# Steps in which time is drawn, the finest that gives no more points than this.
STEPS = tuple(timedelta(minutes=each) for each in (1, 2, 5, 15, 30, 60, 180, 360, 1440))
POINTS = 60


class Moment(NamedTuple):
    """How many heard it in the step that begins then."""

    at: datetime
    heard: int


class Nth(NamedTuple):
    """How many ended their nth try, and how many of them picked up at it (of an SMS: it was delivered)."""

    nth: int
    tried: int
    reached: int


class Hour(NamedTuple):
    """Tries of one hour of the day that came to an end, and how many were answered."""

    hour: int
    tried: int
    answered: int


class Answer(NamedTuple):
    """How many pressed this key (None: they spoke) at a question."""

    question: int
    key: str | None
    number: int


class Stayed(NamedTuple):
    """How many of one language stayed in the call for so many seconds."""

    language: str | None
    seconds: int
    number: int


@dataclass(frozen=True)
class Cost:
    """What the provider charged for tries, as far as it said so, and what is kept back for those of which it has not."""

    tries: int
    kept_back: Decimal
    charged: Decimal
    charged_tries: int
    currency: str


def step_of(length: timedelta) -> timedelta:
    """Return the step in which this length of time is drawn."""
    return next((each for each in STEPS if length <= each * POINTS), STEPS[-1])


def heard_over_time(db: Session, broadcast: Broadcast, step: timedelta) -> list[Moment]:
    """Count who heard it, step by step from its start; steps in which nobody did are left out."""
    at = func.date_bin(step, Delivery.ended_at, literal(broadcast.started_at)).label("at")
    query = select(at, func.count()).where(of(broadcast), Delivery.state.in_((D.HEARD, D.DELIVERED)))
    query = query.where(Delivery.ended_at.is_not(None)).group_by(at).order_by(at)
    return [Moment(*row) for row in db.execute(query)]


def by_try(db: Session, broadcast: Broadcast) -> list[Nth]:
    """Count ends and answers of first tries, second ones and so on; who is on the phone now has not ended the last.

    Somebody who picked up and was tried again counts as reached at the last try only: a little less than was.
    """
    is_open = Delivery.state.in_((D.SENDING, D.SENT, D.IN_DOUBT))
    is_reached = Delivery.state.in_((D.HEARD, D.DELIVERED, D.NOT_HEARD)) | (Delivery.last_cause == ANSWERED)
    query = (
        select(
            Delivery.tries,
            func.count(),
            func.count().filter(is_open),
            func.count().filter(is_reached, ~is_open),
        )
        .where(of(broadcast), Delivery.tries > 0)
        .group_by(Delivery.tries)
    )
    rows = {tries: (every, still, reached) for tries, every, still, reached in db.execute(query)}
    last = min(max(rows, default=0), MOST_TRIES)
    counted = []
    for nth in range(1, last + 1):
        beyond = sum(row[0] for tries, row in rows.items() if tries > nth)
        every, still, reached = rows.get(nth, (0, 0, 0))
        counted.append(Nth(nth, beyond + every - still, reached))
    return counted


def listened(db: Session, broadcast: Broadcast) -> list[tuple[int, int]]:
    """Count for how many seconds those who picked up stayed: pairs of a length and how many it was."""
    seconds = func.least(Delivery.heard_seconds, MOST_SECONDS)
    query = select(seconds, func.count()).where(of(broadcast), Delivery.heard_seconds.is_not(None))
    return [(length, count) for length, count in db.execute(query.group_by(seconds).order_by(seconds))]


def listened_by_language(db: Session, broadcast: Broadcast) -> list[Stayed]:
    """The same by the language in which each heard it."""
    keys = (Delivery.language, Delivery.heard_seconds)
    query = select(*keys, func.count()).where(of(broadcast), Delivery.heard_seconds.is_not(None))
    rows = db.execute(query.group_by(*keys))
    return [Stayed(language, seconds or 0, number) for language, seconds, number in rows]


def by_hour(db: Session, broadcast: Broadcast, zone: str) -> list[Hour]:
    """Count tries and answers by the hour of the day in which the phone rang."""
    hour = cast(extract("hour", func.timezone(zone, Attempt.placed_at)), Integer).label("hour")
    was_reached = Attempt.outcome.in_((AttemptOutcome.ANSWERED, AttemptOutcome.DELIVERED))
    query = (
        select(hour, func.count(), func.count().filter(was_reached))
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .where(of(broadcast), Attempt.outcome.not_in(ATTEMPTS_OPEN))
        .group_by(hour)
        .order_by(hour)
    )
    return [Hour(*row) for row in db.execute(query)]


def answers(db: Session, broadcast_id: int) -> list[Answer]:
    """Count the answers by question and key."""
    keys = (BroadcastAnswer.question, BroadcastAnswer.key)
    query = select(*keys, func.count()).where(BroadcastAnswer.broadcast_id == broadcast_id)
    return [Answer(*row) for row in db.execute(query.group_by(*keys).order_by(*keys))]


def answers_by_place(db: Session, broadcast_id: int, path: str) -> dict[int, list[Answer]]:
    """Count the answers by the unit right below `path` that a member lies in, the path's own for who belongs there."""
    level = path.count("/") + 1
    own = int(path.rstrip("/").rpartition("/")[2])
    below = cast(func.nullif(func.split_part(Unit.path, "/", level), ""), BigInteger)
    keys = (func.coalesce(below, own).label("place"), BroadcastAnswer.question, BroadcastAnswer.key)
    query = (
        select(*keys, func.count())
        .join(Member, Member.id == BroadcastAnswer.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(BroadcastAnswer.broadcast_id == broadcast_id, is_under(Unit.path, path))
        .group_by(*keys)
        .order_by(BroadcastAnswer.question, BroadcastAnswer.key)
    )
    found: dict[int, list[Answer]] = {}
    for place, question, key, number in db.execute(query):
        found.setdefault(place, []).append(Answer(question, key, number))
    return found


def count_answered(db: Session, broadcast_id: int) -> int:
    """Count who answered any question of it."""
    query = select(func.count(func.distinct(BroadcastAnswer.delivery_id)))
    return db.scalars(query.where(BroadcastAnswer.broadcast_id == broadcast_id)).one()


def cost(db: Session, broadcast: Broadcast, currency: str) -> Cost:
    """Sum up what its tries cost; what was charged in another currency than the house's is not added up."""
    is_ours = func.coalesce(Attempt.currency, currency) == currency
    charged = and_(Attempt.cost.is_not(None), is_ours)
    query = (
        select(
            func.count(),
            func.coalesce(func.sum(Attempt.estimate).filter(Attempt.cost.is_(None)), 0),
            func.coalesce(func.sum(Attempt.cost).filter(charged), 0),
            func.count().filter(charged),
        )
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .where(Delivery.broadcast_id == broadcast.id, Delivery.reason == DeliveryReason.BROADCAST)
    )
    tries, kept_back, paid, paid_tries = db.execute(query).one()
    return Cost(tries, Decimal(kept_back or 0), Decimal(paid or 0), paid_tries, currency)


def count_tries(db: Session, broadcast_id: int, since: datetime) -> int:
    """Count what was tried since then, from the end of the table."""
    query = select(func.count()).where(Attempt.broadcast_id == broadcast_id, Attempt.placed_at > since)
    return db.scalars(query).one()


def of(broadcast: Broadcast) -> ColumnElement[bool]:
    """SQL: a delivery of the broadcast's own kind, to a member."""
    return and_(
        Delivery.broadcast_id == broadcast.id,
        Delivery.reason == DeliveryReason.BROADCAST,
        Delivery.kind == broadcast.kind,
    )


def cumulated(moments: Sequence[Moment]) -> list[tuple[datetime, int]]:
    """Return how many had heard it by the end of each step."""
    total, run = 0, []
    for each in moments:
        total += each.heard
        run.append((each.at, total))
    return run
