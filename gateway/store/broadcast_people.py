"""Who is behind each number of a broadcast's bar: the same division as `gateway.broadcasts.sums`, in SQL."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from gateway.models import Attempt, Delivery, Member, PhoneNumber, Unit
from gateway.states import DeliveryReason, DeliveryState

PAGE = 50
LAST_ATTEMPTS = 20
D = DeliveryState


class Part(enum.StrEnum):
    """The parts of the bar, in the order in which they are drawn."""

    HEARD = "heard"
    ANSWERED_NOT_HEARD = "answered_not_heard"
    NOT_REACHED = "not_reached"
    IN_DOUBT = "in_doubt"
    REFUSED = "refused"
    IN_PROGRESS = "in_progress"
    HELD = "held"
    NOT_YET_TRIED = "not_yet_tried"


@dataclass(frozen=True)
class Person:
    """One member of a broadcast: where, how far it came, and why not further."""

    delivery: Delivery
    name: str
    public_id: str
    tail: str | None
    place: str


@dataclass(frozen=True)
class PlaceCount:
    """How many were asked and heard in one unit."""

    name: str
    asked: int
    heard: int


@dataclass(frozen=True)
class Try:
    """One of the last attempts."""

    name: str
    tail: str | None
    placed_at: datetime
    outcome: str
    cause: str | None


def part() -> ColumnElement[str]:
    """SQL: the part of the bar that a delivery is counted in; the order of the cases is that of `sums`."""
    was_tried = Delivery.tries > 0
    return case(
        (Delivery.state.in_((D.HEARD, D.DELIVERED)), str(Part.HEARD)),
        (Delivery.state.in_((D.SENDING, D.SENT)), str(Part.IN_PROGRESS)),
        (Delivery.state == D.IN_DOUBT, str(Part.IN_DOUBT)),
        (and_(Delivery.state == D.REFUSED, ~was_tried), str(Part.REFUSED)),
        (and_(Delivery.state == D.HELD, ~was_tried), str(Part.HELD)),
        (~was_tried, str(Part.NOT_YET_TRIED)),
        (Delivery.last_cause == str(Part.ANSWERED_NOT_HEARD), str(Part.ANSWERED_NOT_HEARD)),
        else_=str(Part.NOT_REACHED),
    )


def list_people(
    db: Session,
    broadcast_id: int,
    wanted: Part | None,
    cause: str | None = None,
    after: int = 0,
    is_again: bool = False,
) -> tuple[list[Person], int | None]:
    """List who is in one part (all where None), narrowed to a cause or to those who await another try; paged by key."""
    query = (
        select(Delivery, Member.name, Member.public_id, PhoneNumber.tail, Unit.name)
        .join(Member, Member.id == Delivery.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .join(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .where(_of(broadcast_id), Delivery.id > after, Member.erased_at.is_(None))
    )
    if wanted is not None:
        query = query.where(part() == str(wanted))
    if cause:
        code = Delivery.reason_code if wanted is Part.REFUSED else Delivery.last_cause
        query = query.where(func.coalesce(code, "unknown") == cause)
    if is_again:
        query = query.where(Delivery.tries > 0, Delivery.state.in_((D.QUEUED, D.HELD)))
    found = db.execute(query.order_by(Delivery.id).limit(PAGE + 1)).all()
    people = [Person(*each) for each in found[:PAGE]]
    return people, people[-1].delivery.id if len(found) > PAGE else None


def count_places(db: Session, broadcast_id: int, path: str) -> list[PlaceCount]:
    """Count asked and heard for each unit right under `path`; who belongs to `path` itself counts there."""
    level = path.count("/") + 1
    child = cast(func.nullif(func.split_part(Unit.path, "/", level), ""), Integer)
    own = int(path.strip("/").rpartition("/")[2])
    counted = (
        select(
            func.coalesce(child, literal(own)).label("branch"),
            func.count().label("asked"),
            func.count().filter(part() == str(Part.HEARD)).label("heard"),
        )
        .select_from(Delivery)
        .join(Member, Member.id == Delivery.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(_of(broadcast_id))
        .group_by("branch")
        .subquery()
    )
    query = select(Unit.name, counted.c.asked, counted.c.heard).join(counted, counted.c.branch == Unit.id)
    return [PlaceCount(*row) for row in db.execute(query.order_by(Unit.name))]


def last_attempts(db: Session, broadcast_id: int) -> Sequence[Try]:
    """List the last attempts, the newest first."""
    query = (
        select(Member.name, PhoneNumber.tail, Attempt.placed_at, Attempt.outcome, Attempt.cause)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .outerjoin(Member, Member.id == Delivery.member_id)
        .join(PhoneNumber, PhoneNumber.id == Attempt.number_id)
        .where(_of(broadcast_id))
        .order_by(Attempt.id.desc())
        .limit(LAST_ATTEMPTS)
    )
    return [Try(row[0] or "", *row[1:]) for row in db.execute(query)]


def count_attempts(db: Session, broadcast_id: int, since: datetime) -> int:
    """Count what was tried since then: the pace of the last minute."""
    query = select(func.count(Attempt.id)).where(
        Attempt.broadcast_id == broadcast_id, Attempt.placed_at > since
    )
    return db.scalars(query).one()


def _of(broadcast_id: int) -> Any:
    return and_(Delivery.broadcast_id == broadcast_id, Delivery.reason == DeliveryReason.BROADCAST)
