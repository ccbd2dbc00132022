"""Calls as staff look for them: by days, unit, way, conversation, outcome and length; sealed ones are only counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Broadcast, Call, Delivery, Member, PhoneNumber, Report, Unit
from gateway.states import CallState
from gateway.store.calls_seen import Place, conversation, is_own, select_calls
from gateway.store.control_calls import TO_THE_END, has_begun, has_kept, is_first, left_in
from gateway.store.sight import Sight
from gateway.store.units import is_under

PAGE = 50
SENT_BY = aliased(Unit, name="sent_by")
OPEN = "open"  # stands where an outcome does: the call goes on
END = "end"  # stands where a conversation does: it came to its end


@dataclass(frozen=True)
class Search:
    """What is looked for. `own`: of people who sought the line; the three after it as the control room counts them."""

    since: datetime
    until: datetime
    is_inbound: bool | None = None
    channel: str | None = None
    conversation: str | None = None
    outcome: str | None = None
    least: int | None = None
    most: int | None = None
    own: bool | None = None
    began: bool | None = None
    kept: bool | None = None
    first: bool | None = None
    left: str | None = None
    after: int | None = None

    @property
    def tells_of_one(self) -> bool:
        """Whether it asks for more than the control room counts: then not even the number of sealed calls is said."""
        return any((self.conversation, self.outcome, self.first, self.left)) or any(
            each is not None for each in (self.is_inbound, self.channel, self.least, self.most)
        )


@dataclass(frozen=True)
class Row:
    """One call with its place, whoever it was with, and what it was about; each only where the viewer may know it."""

    call: Call
    place: Unit
    conversation: str | None
    member: str | None
    member_id: str | None
    tail: str | None
    report: str | None
    reference: str | None
    broadcast: str | None
    title: str | None


@dataclass(frozen=True)
class Page:
    """Rows of a page, the key of the next; how many are counted and not shown."""

    rows: list[Row]
    next_key: int | None
    sealed: int


def list_calls(db: Session, sight: Sight, search: Search, size: int = PAGE) -> Page:
    """List one page, the newest first."""
    query = _joined(sight).where(*_wanted(search), ~Call.is_sealed)
    if search.after:
        last = select(Call.started_at).where(Call.id == search.after).scalar_subquery()
        query = query.where(tuple_(Call.started_at, Call.id) < tuple_(last, search.after))
    found = db.execute(query.order_by(Call.started_at.desc(), Call.id.desc()).limit(size + 1)).all()
    rows = [Row(*each) for each in found[:size]]
    return Page(rows, rows[-1].call.id if len(found) > size else None, count_sealed(db, sight, search))


def count(db: Session, sight: Sight, search: Search) -> int:
    """Count what the list shows, however many pages."""
    query = select_calls(sight).where(*_wanted(search), ~Call.is_sealed)
    return int(db.execute(query.with_only_columns(func.count())).scalar_one())


def count_sealed(db: Session, sight: Sight, search: Search) -> int:
    """Count the calls of people who stayed unnamed, unless the question would tell of one of them."""
    if search.tells_of_one:
        return 0
    query = select_calls(sight).where(*_wanted(replace(search, after=None)), Call.is_sealed)
    return int(db.execute(query.with_only_columns(func.count())).scalar_one())


def get_call(db: Session, sight: Sight, call_id: int) -> Row:
    """Return one call; raises NotFound where the viewer may not know of it, or nobody may."""
    found = db.execute(_joined(sight).where(Call.id == call_id, ~Call.is_sealed)).one_or_none()
    if found is None:
        raise NotFound("there is no such call")
    return Row(*found)


def list_conversations(db: Session, sight: Sight, since: datetime, until: datetime) -> list[str]:
    """List the conversations in which calls of then began."""
    query = select_calls(sight).where(Call.started_at >= since, Call.started_at < until, ~Call.is_sealed)
    return sorted(each for each in db.scalars(query.with_only_columns(conversation()).distinct()) if each)


def _joined(sight: Sight) -> Any:
    sent_here = is_under(SENT_BY.path, sight.path)
    return (
        select_calls(sight)
        .outerjoin(PhoneNumber, PhoneNumber.id == Call.number_id)
        .outerjoin(Broadcast, Broadcast.id == Delivery.broadcast_id)
        .outerjoin(SENT_BY, and_(SENT_BY.id == Broadcast.unit_id, sent_here))
        .with_only_columns(
            Call,
            Place,
            conversation(),
            Member.name,
            Member.public_id,
            PhoneNumber.tail,
            Report.public_id,
            Report.reference,
            _where_sent(Broadcast.public_id),
            _where_sent(Broadcast.title),
        )
    )


def _where_sent(column: Any) -> ColumnElement[Any]:
    """SQL: of a broadcast from above the viewer's unit neither title nor address is theirs."""
    return case((SENT_BY.id.is_not(None), column))


def _wanted(search: Search) -> list[ColumnElement[bool]]:
    days = [Call.started_at >= search.since, Call.started_at < search.until]
    return days + [
        condition(value)
        for name, condition in CONDITIONS.items()
        if (value := getattr(search, name)) is not None
    ]


def _ended(outcome: str) -> ColumnElement[bool]:
    if outcome == OPEN:
        return Call.state != CallState.ENDED
    return and_(Call.state == CallState.ENDED, Call.end_reason == outcome)


def _left(where: str) -> ColumnElement[bool]:
    return left_in() == (TO_THE_END if where == END else where)


def _yes(condition: Callable[[], ColumnElement[bool]]) -> Callable[[bool], ColumnElement[bool]]:
    return lambda wanted: condition() if wanted else ~condition()


CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "is_inbound": Call.is_inbound.is_,
    "channel": lambda channel: Call.channel == channel,
    "conversation": lambda name: conversation() == name,
    "outcome": _ended,
    "least": lambda seconds: Call.seconds >= seconds,
    "most": lambda seconds: Call.seconds <= seconds,
    "own": _yes(lambda: and_(is_own(), Call.state == CallState.ENDED)),
    "began": _yes(has_begun),
    "kept": _yes(has_kept),
    "first": _yes(is_first),
    "left": _left,
}
