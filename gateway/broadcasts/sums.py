"""How a broadcast stands: asked = heard + answered but not heard + not reached + in progress + in doubt + held +
refused + not yet tried, at every moment (contract: `broadcast show`); as a whole, by place and by language.

Counted from the deliveries themselves in one statement each, so that what is shown never differs from what is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, func, select
from sqlalchemy.orm import Session

from gateway.models import Batch, Broadcast, Delivery, Member, Unit
from gateway.models.base import JsonDict
from gateway.rules.hearing import Evidence
from gateway.states import BatchState, DeliveryReason, DeliveryState
from gateway.store.units import is_under

D = DeliveryState
_LAST = chr(0x10FFFF)  # comes after every name
NOT_HEARD_CAUSE = "answered_not_heard"


@dataclass
class Sums:
    """Counts of members. All but `to_retry`, `heard_estimated`, `fallback` and the two times sum to `asked`.

    `heard_estimated` is the part of `heard` that only the seconds tell; `fallback` counts the texts to those whom a call did
    not reach, None where there are none.
    """

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
    heard_estimated: int = 0
    next_try_at: datetime | None = None
    held_until: datetime | None = None
    fallback: Sums | None = None

    @property
    def done(self) -> int:
        """How many the first round has been through."""
        return self.asked - self.not_yet_tried - self.in_progress - self.held

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to be tried, or is being tried."""
        return bool(self.not_yet_tried or self.in_progress or self.held or self.to_retry)

    def kept(self) -> JsonDict:
        """What stays when the deliveries are purged: counts, no times."""
        fallback = self.fallback.kept() if self.fallback else None
        return asdict(self) | {"next_try_at": None, "held_until": None, "fallback": fallback}


class UnitSums(NamedTuple):
    """One line of a table by place; no unit: who has moved away since, or is gone."""

    unit: Unit | None
    sums: Sums


class _Counted(NamedTuple):
    """Deliveries of which everything that the sums tell apart is equal."""

    kind: str
    state: DeliveryState
    is_tried: bool
    is_in_flight: bool
    cause: str | None
    code: str | None
    evidence: str | None
    number: int
    due_at: datetime


def of_broadcast(db: Session, broadcast_id: int) -> Sums:
    """Count the deliveries of one broadcast; tests on staff's phones are not among them.

    Where they were purged (rules.md L13), what was counted then still stands.
    """
    broadcast = db.get_one(Broadcast, broadcast_id)
    if broadcast.kept_sums is not None:
        return _kept(broadcast)
    rows = db.execute(select(*_COLUMNS).where(_of(broadcast_id)).group_by(*_KEYS))
    return _sum(broadcast, (_Counted(*row) for row in rows))


def by_language(db: Session, broadcast_id: int) -> dict[str, Sums]:
    """The same by the language that was chosen for each member; all add up to the whole. Nothing where it was purged."""
    language = func.coalesce(Delivery.language, "")
    rows = db.execute(select(language, *_COLUMNS).where(_of(broadcast_id)).group_by(language, *_KEYS))
    return dict(sorted(_each(db.get_one(Broadcast, broadcast_id), rows).items()))


def by_unit(db: Session, broadcast_id: int, path: str | None = None) -> list[UnitSums]:
    """The same by the units right below `path`, by the members' present place; all add up to what lies below it.

    A line is the unit itself for who belongs to it directly. Without a path it is the broadcast's own unit, and one line
    without a unit counts who lies outside it by now: then all add up to the whole. Nothing where it was purged.
    """
    broadcast = db.get_one(Broadcast, broadcast_id)
    top = path or db.get_one(Unit, broadcast.unit_id).path
    line = _line_below(top)
    query = select(line, *_COLUMNS).outerjoin(Member, Member.id == Delivery.member_id)
    query = query.outerjoin(Unit, Unit.id == Member.unit_id).where(_of(broadcast_id))
    if path is not None:
        query = query.where(is_under(Unit.path, path))
    found = _each(broadcast, db.execute(query.group_by(line, *_KEYS)))
    units = {each.id: each for each in db.scalars(select(Unit).where(Unit.id.in_(found)))}
    lines = [UnitSums(units.get(unit_id), sums) for unit_id, sums in found.items()]
    return sorted(lines, key=lambda each: (each.unit.name, each.unit.id) if each.unit else (_LAST, 0))


_IS_TRIED = (Delivery.tries > 0).label("is_tried")
# The rows of a batch that is on its way are written with their result, not before.
_IS_IN_FLIGHT = and_(
    Delivery.batch_id.is_not(None),
    Delivery.batch_id.in_(select(Batch.id).where(Batch.state == BatchState.SENDING)),
).label("is_in_flight")
_KEYS = (
    Delivery.kind,
    Delivery.state,
    _IS_TRIED,
    _IS_IN_FLIGHT,
    Delivery.last_cause,
    Delivery.reason_code,
    Delivery.evidence,
)
_COLUMNS = (*_KEYS, func.count(), func.min(Delivery.due_at))


def _of(broadcast_id: int) -> ColumnElement[bool]:
    return and_(Delivery.broadcast_id == broadcast_id, Delivery.reason == DeliveryReason.BROADCAST)


def _line_below(path: str) -> ColumnElement[int | None]:
    """SQL: the unit right below a path that a member lies in, the path's own for who belongs there; NULL elsewhere."""
    own = int(path.rstrip("/").rpartition("/")[2])
    below = func.nullif(func.split_part(func.substr(Unit.path, len(path) + 1), "/", 1), "")
    unit_id = func.coalesce(cast(below, BigInteger), own)
    return case((is_under(Unit.path, path), unit_id), else_=None)


def _each(broadcast: Broadcast, rows: Iterable[Any]) -> dict[Any, Sums]:
    if broadcast.kept_sums is not None:
        return {}
    by_key: dict[Any, list[_Counted]] = {}
    for key, *row in rows:
        by_key.setdefault(key, []).append(_Counted(*row))
    return {key: _sum(broadcast, counted) for key, counted in by_key.items()}


def _sum(broadcast: Broadcast, counted: Iterable[_Counted]) -> Sums:
    """Those of the broadcast's own kind, and its fallback apart."""
    sums = Sums()
    for each in counted:
        if each.kind == broadcast.kind:
            _add(sums, each)
        else:
            sums.fallback = sums.fallback or Sums()
            _add(sums.fallback, each)
    return sums


def _kept(broadcast: Broadcast) -> Sums:
    kept = dict(broadcast.kept_sums or {})
    fallback = kept.pop("fallback", None)
    return Sums(**kept, fallback=Sums(**fallback) if fallback else None)


def _add(sums: Sums, each: _Counted) -> None:
    sums.asked += each.number
    match each.state:
        case D.HEARD | D.DELIVERED:
            sums.heard += each.number
            sums.heard_estimated += each.number if each.evidence == Evidence.ESTIMATED else 0
        case D.SENDING | D.SENT:
            sums.in_progress += each.number
        case D.QUEUED | D.HELD if each.is_in_flight:
            sums.in_progress += each.number
        case D.IN_DOUBT:
            sums.in_doubt += each.number
        case D.REFUSED if not each.is_tried:
            _count(sums.refused, each.code, each.number)
        case D.HELD if not each.is_tried:
            sums.held += each.number
            sums.held_until = _earlier(sums.held_until, each.due_at)
        case _ if not each.is_tried:
            sums.not_yet_tried += each.number
        case _:
            _tried(sums, each)


def _tried(sums: Sums, each: _Counted) -> None:
    """By the last cause; whoever awaits another try counts there, too."""
    if each.cause == NOT_HEARD_CAUSE:
        sums.answered_not_heard += each.number
    else:
        _count(sums.not_reached, each.cause, each.number)
    if each.state in (D.QUEUED, D.HELD):
        sums.to_retry += each.number
        sums.next_try_at = _earlier(sums.next_try_at, each.due_at)


def _count(kept: dict[str, int], key: str | None, number: int) -> None:
    kept[key or "unknown"] = kept.get(key or "unknown", 0) + number


def _earlier(known: datetime | None, at: datetime) -> datetime:
    return at if known is None else min(known, at)
