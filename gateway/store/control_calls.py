"""The figures of calls in a window of time: how many, of those that began a problem how many kept a report, where people left.

And reach: of whom broadcasts of that time asked, how many heard. Limited to a sight like all else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.models import Broadcast, Call, Delivery, Unit
from gateway.states import CallState, DeliveryReason, DeliveryState
from gateway.store.calls_seen import is_own, select_calls
from gateway.store.sight import Sight
from gateway.store.units import is_under

PROBLEM = "problem"
TO_THE_END = ""  # stands where a conversation does: nobody hung up before it was over


@dataclass(frozen=True)
class Calls:
    """Calls of people with the line. `began` told of a problem or were about to, `kept` left a report behind.

    `first_…` are those of numbers that had never spoken with the line. `left` counts by the conversation in which they
    hung up; it sums to `own` without the `sealed` ones, of which nothing else is told.
    """

    own: int = 0
    began: int = 0
    kept: int = 0
    first: int = 0
    first_began: int = 0
    first_kept: int = 0
    sealed: int = 0
    left: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Reach:
    """Broadcasts of the time: whom they asked, and who heard."""

    broadcasts: int
    asked: int
    heard: int


def calls(
    db: Session, sight: Sight, since: datetime, middle: datetime, until: datetime
) -> tuple[Calls, Calls]:
    """Count the calls that began since `middle`, and those before it since `since`, in one look."""
    is_now = Call.started_at >= middle
    query = own_calls(sight).where(Call.started_at >= since, Call.started_at < until)
    figures = query.with_only_columns(
        is_now,
        func.count(),
        func.count().filter(has_begun()),
        func.count().filter(has_kept()),
        func.count().filter(is_first()),
        func.count().filter(and_(is_first(), has_begun())),
        func.count().filter(and_(is_first(), has_kept())),
        func.count().filter(Call.is_sealed),
    )
    found = {row[0]: Calls(*row[1:]) for row in db.execute(figures.group_by(is_now))}
    left = left_in()
    ends = query.where(~Call.is_sealed).with_only_columns(is_now, left, func.count())
    for row in db.execute(ends.group_by(is_now, left)):
        found[row[0]].left[row[1]] = row[2]
    return found.get(True, Calls()), found.get(False, Calls())


def own_calls(sight: Sight) -> Any:
    """Return `select(Call)` of conversations that people sought themselves and that are over."""
    return select_calls(sight).where(is_own(), Call.state == CallState.ENDED)


def left_in() -> ColumnElement[str]:
    """SQL: the conversation in which somebody hung up, `TO_THE_END` where it was over."""
    return func.coalesce(Call.conversation["state"]["flow"].as_string(), TO_THE_END)


def has_kept() -> ColumnElement[bool]:
    """SQL: a report was left. Who stayed unnamed left one by telling it."""
    return or_(Call.report_id.is_not(None), Call.is_sealed)


def has_begun() -> ColumnElement[bool]:
    """SQL: a problem was told, or somebody left while telling it."""
    return or_(has_kept(), left_in() == PROBLEM)


def is_first() -> ColumnElement[bool]:
    """SQL: the number had never spoken with the line before. Of a sealed call nobody can say."""
    earlier = aliased(Call, name="earlier")
    spoke = exists().where(
        earlier.number_id == Call.number_id,
        earlier.started_at < Call.started_at,
        or_(earlier.entered.is_not(None), earlier.seconds > 0),
        ~earlier.is_sealed,
    )
    return and_(Call.number_id.is_not(None), ~Call.is_sealed, ~spoke)


def reach(db: Session, sight: Sight, since: datetime, until: datetime) -> Reach:
    """Sum up the broadcasts of the unit and all under it that began then; one whose people were purged as it was kept."""
    began = (
        select(Broadcast.id, Broadcast.kept_sums)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .where(is_under(Unit.path, sight.path), Broadcast.started_at >= since, Broadcast.started_at < until)
    )
    found = db.execute(began).all()
    kept = [sums for _, sums in found if sums is not None]
    ids = [broadcast_id for broadcast_id, sums in found if sums is None]
    has_heard = Delivery.state.in_((DeliveryState.HEARD, DeliveryState.DELIVERED))
    asked, heard = db.execute(
        select(func.count(), func.count().filter(has_heard)).where(
            Delivery.broadcast_id.in_(ids), Delivery.reason == DeliveryReason.BROADCAST
        )
    ).one()
    return Reach(
        len(found),
        asked + sum(each.get("asked", 0) for each in kept),
        heard + sum(each.get("heard", 0) for each in kept),
    )
