"""Who is behind each number of a broadcast's bar: the same division as `gateway.broadcasts.sums`, in SQL."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select, true
from sqlalchemy.orm import Session

from gateway.models import Attempt, Batch, Broadcast, BroadcastAnswer, Delivery, Member, PhoneNumber, Unit
from gateway.states import BatchState, DeliveryReason, DeliveryState
from gateway.store.units import is_under

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
    place_code: str
    part: str


@dataclass(frozen=True)
class Narrow:
    """Fewer of a part: by cause or reason, by unit, by language, by the answer to a question, those to be tried again."""

    cause: str | None = None
    unit: Unit | None = None
    language: str | None = None
    question: int | None = None
    key: str | None = None
    is_again: bool = False


EVERYBODY = Narrow()


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
    is_open = Delivery.state.in_((D.QUEUED, D.HELD))
    on_its_way = Delivery.batch_id.in_(select(Batch.id).where(Batch.state == BatchState.SENDING))
    return case(
        (Delivery.state.in_((D.HEARD, D.DELIVERED)), str(Part.HEARD)),
        (Delivery.state.in_((D.SENDING, D.SENT)), str(Part.IN_PROGRESS)),
        (and_(is_open, Delivery.batch_id.is_not(None), on_its_way), str(Part.IN_PROGRESS)),
        (Delivery.state == D.IN_DOUBT, str(Part.IN_DOUBT)),
        (and_(Delivery.state == D.REFUSED, ~was_tried), str(Part.REFUSED)),
        (and_(Delivery.state == D.HELD, ~was_tried), str(Part.HELD)),
        (~was_tried, str(Part.NOT_YET_TRIED)),
        (Delivery.last_cause == str(Part.ANSWERED_NOT_HEARD), str(Part.ANSWERED_NOT_HEARD)),
        else_=str(Part.NOT_REACHED),
    )


def select_people(
    broadcast: Broadcast, viewer_path: str, wanted: Part | None, narrow: Narrow = EVERYBODY
) -> Select[*tuple[Any, ...]]:
    """Select who is in one part (all where None) and works at or below the viewer's unit; in the order of the calls."""
    person = (
        select(Member.name, Member.public_id, PhoneNumber.tail, Unit.name.label("place"), Unit.code)
        .join(Unit, Unit.id == Member.unit_id)
        .join(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .where(Member.id == Delivery.member_id, Member.erased_at.is_(None), is_under(Unit.path, viewer_path))
        .where(*_of_unit(broadcast, narrow))
        .correlate(Delivery)
    )
    if narrow.unit is None:  # OFFSET: look up each, in their order; a page needs fifty of forty thousand
        person = person.offset(0)
    found = person.lateral("person")
    query = select(Delivery, *found.c, part()).join(found, true()).where(_of(broadcast)).order_by(Delivery.id)
    if wanted is not None:
        query = query.where(part() == str(wanted))
    return query.where(*_narrowed(broadcast, wanted, narrow))


def list_people(
    db: Session,
    broadcast: Broadcast,
    viewer_path: str,
    wanted: Part | None,
    narrow: Narrow = EVERYBODY,
    after: int = 0,
    size: int = PAGE,
) -> tuple[list[Person], int | None]:
    """List a page of `select_people`; with the key of the next page, None at the end."""
    query = select_people(broadcast, viewer_path, wanted, narrow).where(Delivery.id > after)
    found = db.execute(query.limit(size + 1)).all()
    people = [Person(*each) for each in found[:size]]
    return people, people[-1].delivery.id if len(found) > size else None


def count_people(db: Session, broadcast: Broadcast, viewer_path: str) -> int:
    """Count all whom the viewer may see."""
    query = (
        select(func.count(Delivery.id))
        .join(Member, Member.id == Delivery.member_id)
        .join(Unit, Unit.id == Member.unit_id)
        .where(_of(broadcast), is_under(Unit.path, viewer_path), Member.erased_at.is_(None))
    )
    return db.scalars(query).one()


def _of_unit(broadcast: Broadcast, narrow: Narrow) -> list[ColumnElement[bool]]:
    if narrow.unit is None:
        return []
    is_top = narrow.unit.id == broadcast.unit_id  # whoever belongs to it directly
    return [Unit.id == narrow.unit.id if is_top else is_under(Unit.path, narrow.unit.path)]


def _narrowed(broadcast: Broadcast, wanted: Part | None, narrow: Narrow) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if narrow.cause:
        code = Delivery.reason_code if wanted is Part.REFUSED else Delivery.last_cause
        found.append(func.coalesce(code, "unknown") == narrow.cause)
    if narrow.language is not None:
        found.append(func.coalesce(Delivery.language, "") == narrow.language)
    if narrow.question is not None:
        given = select(BroadcastAnswer.delivery_id).where(
            BroadcastAnswer.broadcast_id == broadcast.id, BroadcastAnswer.question == narrow.question
        )
        key = BroadcastAnswer.key == narrow.key if narrow.key else BroadcastAnswer.key.is_(None)
        found.append(Delivery.id.in_(given.where(key)))
    if narrow.is_again:
        found += [Delivery.tries > 0, Delivery.state.in_((D.QUEUED, D.HELD))]
    return found


def last_attempts(db: Session, broadcast: Broadcast, since: datetime) -> Sequence[Try]:
    """List the last attempts since then, the newest first."""
    query = (
        select(Member.name, PhoneNumber.tail, Attempt.placed_at, Attempt.outcome, Attempt.cause)
        .join(Delivery, Delivery.id == Attempt.delivery_id)
        .outerjoin(Member, Member.id == Delivery.member_id)
        .join(PhoneNumber, PhoneNumber.id == Attempt.number_id)
        .where(Attempt.broadcast_id == broadcast.id, Attempt.placed_at > since, _of(broadcast))
        .order_by(Attempt.id.desc())
        .limit(LAST_ATTEMPTS)
    )
    return [Try(row[0] or "", *row[1:]) for row in db.execute(query)]


def _of(broadcast: Broadcast) -> Any:
    return and_(
        Delivery.broadcast_id == broadcast.id,
        Delivery.reason == DeliveryReason.BROADCAST,
        Delivery.kind == broadcast.kind,
    )
