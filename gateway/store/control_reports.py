"""The figures of reports in a window of time: by unit, by day, by hour. Limited to a sight, whose unit and all under it count.

A report counts at its `sight_unit_id`, as everywhere: what went past the local staff counts from the level above on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    and_,
    case,
    cast,
    extract,
    func,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session

from gateway.models import Report, ReportEvent, Unit
from gateway.states import REPORTS_WAITING, ReportState, Urgency
from gateway.store.reports import Seen, select_visible
from gateway.store.sight import Sight
from gateway.store.units import is_under

ITSELF = 0  # stands where a child's id does: reports of exactly the unit
S = ReportState


@dataclass(frozen=True)
class Figures:
    """Of the reports that came in: what became of each, and how long it took, in seconds.

    `open`, `asked`, `confirmed`, `unconfirmed`, `untouched` and `blank` sum to `received`: still worked on; answered, and
    the reporter's word is awaited; closed with it; closed without it; the same though nobody ever was in charge; nothing
    to hear. `answered` is how many were answered at all, `reopened` how many of them the reporter said were not solved.
    """

    received: int = 0
    danger: int = 0
    merged: int = 0
    open: int = 0
    asked: int = 0
    confirmed: int = 0
    unconfirmed: int = 0
    untouched: int = 0
    blank: int = 0
    answered: int = 0
    reopened: int = 0
    acted: int = 0
    first_median: float | None = None
    first_p90: float | None = None
    solved_median: float | None = None
    solved_p90: float | None = None


@dataclass(frozen=True)
class Waits:
    """What waits now: how many, past their deadline, in danger, unheard, reopened; since when, and by when it came.

    `ages` are counted between the moments that were asked for, the latest first; they sum to `waiting`.
    """

    waiting: int = 0
    overdue: int = 0
    danger: int = 0
    unheard: int = 0
    reopened: int = 0
    oldest: datetime | None = None
    ages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Days:
    """How many came in a day: of all, of each child (`ITSELF` apart), of each category ("" where none was given)."""

    all: dict[date, int]
    children: dict[int, dict[date, int]]
    categories: dict[str, dict[date, int]]


def figures(
    db: Session, sight: Sight, since: datetime, until: datetime, at: str = ""
) -> dict[int | None, Figures]:
    """Count what came in, by child of the unit `at` this path (else the sight's own); None is all of them together."""
    some = _cohort(sight, since, until, at)
    columns = [_figure(some, each.name).label(each.name) for each in fields(Figures)]
    query = select(some.c.child, *columns).group_by(func.grouping_sets(tuple_(some.c.child), tuple_()))
    found: dict[int | None, Figures] = {row[0]: Figures(*row[1:]) for row in db.execute(query)}
    return {None: Figures()} | found


def total(db: Session, sight: Sight, since: datetime, until: datetime) -> Figures:
    """The same of all together."""
    some = _cohort(sight, since, until)
    return Figures(*db.execute(select(*(_figure(some, each.name) for each in fields(Figures)))).one())


def per_day(db: Session, sight: Sight, since: datetime, until: datetime, zone: str, at: str = "") -> Days:
    """Count what came in by local day, in one reading."""
    some = _cohort(sight, since, until, at)
    day = func.date(func.timezone(zone, some.c.at)).label("day")
    sets = func.grouping_sets(tuple_(day), tuple_(day, some.c.child), tuple_(day, some.c.category))
    which = func.grouping(some.c.child, some.c.category)
    days = Days({}, {}, {})
    for on, child, category, kind, count in db.execute(
        select(day, some.c.child, some.c.category, which, func.count()).group_by(sets)
    ):
        match kind:
            case 3:
                days.all[on] = count
            case 1:
                days.children.setdefault(child, {})[on] = count
            case _:
                days.categories.setdefault(category, {})[on] = count
    return days


def per_hour(
    db: Session, sight: Sight, since: datetime, until: datetime, zone: str
) -> dict[tuple[int, int], int]:
    """Count what came in by (day of the week, hour) as clocks there show it; Monday is 1."""
    some = _cohort(sight, since, until)
    local = func.timezone(zone, some.c.at)
    weekday, hour = (cast(extract(part, local), BigInteger) for part in ("isodow", "hour"))
    query = select(weekday, hour, func.count()).group_by(weekday, hour)
    return {(row[0], row[1]): row[2] for row in db.execute(query)}


def waits(
    db: Session, sight: Sight, now: datetime, edges: Sequence[datetime], at_path: str = ""
) -> dict[int | None, Waits]:
    """Count what waits at this moment, by child; None is all of it. `edges`: from the latest to the earliest."""
    child = _child(at_path or sight.path).label("child")
    at = Report.received_at
    between = [
        and_(at >= low if low else true(), at < high if high else true())
        for low, high in zip([*edges, None], [None, *edges], strict=True)
    ]
    ages = [func.count().filter(each) for each in between]
    query = (
        select_visible(sight)
        .where(Report.is_waiting)
        .with_only_columns(
            child,
            func.count(),
            func.count().filter(Report.due_at < now),
            func.count().filter(Report.is_red),
            func.count().filter(Report.state.in_((S.DRAFT, S.UNVERIFIED, S.RECEIVED))),
            func.count().filter(Report.state == S.REOPENED),
            func.min(Report.received_at),
            *ages,
        )
        .group_by(func.grouping_sets(tuple_(child), tuple_()))
    )
    found: dict[int | None, Waits] = {
        row[0]: replace(Waits(*row[1:7]), ages=tuple(row[7:])) for row in db.execute(query)
    }
    return {None: Waits(ages=(0,) * len(ages))} | found


def units_of(db: Session, path: str, ids: Collection[int]) -> dict[int, Unit]:
    """Return these units of that part of the tree, closed ones too."""
    query = select(Unit).where(Unit.id.in_(ids), is_under(Unit.path, path))
    return {each.id: each for each in db.scalars(query)} if ids else {}


def _cohort(sight: Sight, since: datetime, until: datetime, at: str = "") -> CTE:
    """The reports that came in, with what the figures are made of."""
    first = func.least(Report.heard_at, Report.taken_at, Report.assigned_at, Report.answered_at)
    is_solved = Report.state == S.CONFIRMED
    again = select(ReportEvent.report_id).where(ReportEvent.kind == "reopened")
    query = (
        select_visible(sight)
        .with_only_columns(
            Report.received_at.label("at"),
            func.coalesce(Report.category, "").label("category"),
            _child(at or sight.path).label("child"),
            Report.state.label("state"),
            (Report.urgency == Urgency.DANGER).label("is_danger"),
            Report.merged_into_id.is_not(None).label("is_merged"),
            and_(Report.assignee_id.is_(None), Report.taken_at.is_(None)).label("is_untouched"),
            Report.answered_at.is_not(None).label("is_answered"),
            Report.id.in_(again).label("is_again"),
            extract("epoch", first - Report.received_at).label("first"),
            case((is_solved, extract("epoch", Report.closed_at - Report.received_at))).label("solved"),
        )
        .where(Report.received_at >= since, Report.received_at < until)
    )
    cohort: CTE = query.cte("cohort")
    return cohort


def _figure(some: CTE, name: str) -> ColumnElement[Any]:
    column = some.c
    closed = column.state == S.CLOSED_UNCONFIRMED
    conditions: dict[str, ColumnElement[bool]] = {
        "danger": column.is_danger,
        "merged": column.is_merged,
        "open": column.state.in_(REPORTS_WAITING),
        "asked": column.state == S.ANSWERED,
        "confirmed": column.state == S.CONFIRMED,
        "unconfirmed": and_(closed, ~column.is_untouched),
        "untouched": and_(closed, column.is_untouched),
        "blank": column.state == S.BLANK,
        "answered": column.is_answered,
        "reopened": column.is_again,
        "acted": column.first.is_not(None),
    }
    parts = {"median": 0.5, "p90": 0.9}
    of, _, part = name.partition("_")
    if part in parts:
        return cast(func.percentile_cont(parts[part]).within_group(column[of]), Float)
    return func.count().filter(conditions[name]) if name in conditions else func.count()


def _child(path: str) -> ColumnElement[int]:
    """SQL: the id of the unit right under this one in whose part the report counts."""
    part = func.split_part(Seen.path, "/", path.count("/") + 1)
    return cast(func.coalesce(func.nullif(part, ""), str(ITSELF)), BigInteger)
