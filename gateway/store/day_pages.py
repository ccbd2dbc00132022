"""What units said of a day, as staff look at it: counts by unit, who is silent since when, who answers best.

Limited to the viewer's unit inside each query. Every count of a unit holds all under it; `asked` is the sum of the five others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, and_, cast, exists, false, func, select
from sqlalchemy.orm import Session, aliased

from gateway.models import Member, Unit, UnitDay
from gateway.store.units import is_under

PAGE = 100
BEST = 10
NOTHING, SOMETHING, COULD_NOT, SILENT, OPEN, NOBODY = (
    "nothing",
    "something",
    "could_not",
    "silent",
    "open",
    "nobody",
)
SAID = (NOTHING, SOMETHING, COULD_NOT)


@dataclass(frozen=True)
class DayCounts:
    """How many units were asked, and what they said. `open`: they may still answer today; `nobody`: none to ask there."""

    asked: int = 0
    nothing: int = 0
    something: int = 0
    could_not: int = 0
    silent: int = 0
    open: int = 0
    nobody: int = 0


class UnitLine(NamedTuple):
    """One unit with its lead; `heard_on` is the last day on which it said anything, before or on this one."""

    unit: Unit
    day: UnitDay | None
    lead: Member | None
    heard_on: date | None


class Question(NamedTuple):
    """What is looked at: a day, of the units at or under a path; `is_open` while answers may come; kinds that are asked."""

    path: str
    day: date
    is_open: bool
    kinds: Sequence[str]
    was_asked: bool


def was_asked(db: Session, day: date) -> bool:
    """Whether anybody was asked that day at all."""
    return db.scalar(select(UnitDay.id).where(UnitDay.day == day).limit(1)) is not None


def counts(db: Session, asked: Question) -> tuple[DayCounts, dict[int, DayCounts]]:
    """Count all together, and by each unit right under the path; the unit's own answer is in the whole alone."""
    level = asked.path.count("/")
    child = cast(func.nullif(func.split_part(Unit.path, "/", level + 1), ""), BigInteger)
    rest = OPEN if asked.is_open else SILENT
    columns = [func.count().filter(UnitDay.said == said) for said in SAID]
    query = (
        select(child, func.count(), *columns)
        .join(Unit, Unit.id == UnitDay.unit_id)
        .where(UnitDay.day == asked.day, is_under(Unit.path, asked.path))
        .group_by(child)
    )
    found: dict[int | None, dict[str, int]] = {}
    for row in db.execute(query):
        said = dict(zip(SAID, row[2:], strict=True))
        found[row[0]] = {"asked": row[1], **said, rest: row[1] - sum(said.values())}
    for child_id, count in db.execute(select(child, func.count()).where(_has_nobody(asked)).group_by(child)):
        found.setdefault(child_id, {})[NOBODY] = count
    return _sum(found.values()), {key: DayCounts(**each) for key, each in found.items() if key is not None}


def list_units(db: Session, asked: Question, what: str, after: int = 0, limit: int = PAGE) -> list[UnitLine]:
    """List units that said this, or did not, a page of them behind a unit's id; the silent with who leads them."""
    if what == NOBODY:
        query: Select[Any] = (
            select(Unit).where(_has_nobody(asked), Unit.id > after).order_by(Unit.id).limit(limit)
        )
        return [UnitLine(each, None, None, None) for each in db.scalars(query)]
    return _lines(db, _days(asked).where(_is(what), Unit.id > after).order_by(Unit.id).limit(limit))


def list_longest_silent(db: Session, asked: Question, limit: int) -> list[UnitLine]:
    """List who has not answered, whoever was heard last the longest ago first."""
    heard = _heard_on(asked.day)
    query = _days(asked).where(UnitDay.said.is_(None)).order_by(heard.asc().nulls_first(), Unit.id)
    return _lines(db, query.limit(limit))


def list_best(db: Session, asked: Question) -> list[UnitLine]:
    """List who has answered on the most days in a row, this one too."""
    query = _days(asked).where(UnitDay.said.is_not(None), UnitDay.streak > 1)
    return _lines(db, query.order_by(UnitDay.streak.desc(), Unit.id).limit(BEST))


def _days(asked: Question) -> Select[Any]:
    return (
        select(Unit, UnitDay, Member, _heard_on(asked.day))
        .join(Unit, Unit.id == UnitDay.unit_id)
        .outerjoin(Member, Member.id == UnitDay.member_id)
        .where(UnitDay.day == asked.day, is_under(Unit.path, asked.path))
    )


def _heard_on(day: date) -> Any:
    before = aliased(UnitDay)
    heard = select(func.max(before.day)).where(before.unit_id == UnitDay.unit_id, before.day <= day)
    return heard.where(before.said.is_not(None)).scalar_subquery()


def _lines(db: Session, query: Select[Any]) -> list[UnitLine]:
    return [UnitLine(*row) for row in db.execute(query)]


def _is(what: str) -> ColumnElement[bool]:
    return UnitDay.said == what if what in SAID else UnitDay.said.is_(None)


def _has_nobody(asked: Question) -> ColumnElement[bool]:
    """SQL: an open unit of a kind that is asked, and nobody could be. Of a day on which nobody at all was asked: none."""
    if not asked.was_asked:
        return false()
    has_day = exists().where(UnitDay.unit_id == Unit.id, UnitDay.day == asked.day)
    return and_(
        is_under(Unit.path, asked.path), Unit.kind.in_(asked.kinds), Unit.closed_at.is_(None), ~has_day
    )


def _sum(found: Any) -> DayCounts:
    whole: dict[str, int] = {}
    for each in found:
        for name, count in each.items():
            whole[name] = whole.get(name, 0) + count
    return DayCounts(**whole)
