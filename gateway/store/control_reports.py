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
    Date,
    Float,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from gateway.models import Report, ReportEvent, Unit
from gateway.states import REPORTS_WAITING, ReportState, Urgency
from gateway.store.planning import ANEW, plan
from gateway.store.reports import Seen, visible_to
from gateway.store.sight import Sight
from gateway.store.units import is_under

ITSELF = 0  # stands where a child's id does: reports of exactly the unit
# Until the transaction ends: it sorts in memory, two months of a state are read by several processes at once, and no plan
# of a booth is kept for the state.
ROOM = {"work_mem": "64MB", "parallel_tuple_cost": "0.02", **ANEW}
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


NAMES = tuple(each.name for each in fields(Figures))
LENGTHS = frozenset({"first_median", "first_p90", "solved_median", "solved_p90"})


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


@dataclass(frozen=True)
class Counted:
    """What came in: by part of the unit (`ITSELF` apart, None is all together) now and in the time before, by day, by hour.

    `hours` are those of now, by (day of the week, hour) as clocks there show it; Monday is 1.
    """

    now: dict[int | None, Figures]
    before: dict[int | None, Figures]
    days: Days
    days_before: Days
    hours: dict[tuple[int, int], int]


def count(
    db: Session, sight: Sight, since: datetime, middle: datetime, until: datetime, zone: str, at: str = ""
) -> Counted:
    """Count what came in since `middle`, and before it since `since`, by parts of the unit `at` this path, else the sight's.

    The reports are read once: every figure is a sum over the same ones.
    """
    plan(db, **ROOM)
    some = _cohort(sight, since, middle, until, zone, at)
    found = Counted({None: Figures()}, {None: Figures()}, _no_days(), _no_days(), {})
    for what, is_now, day, key, values in db.execute(
        union_all(_by_part(some), _by_day(some), _by_hour(some))
    ):
        days = found.days if is_now else found.days_before
        match what:
            case "figures":
                parts = found.now if is_now else found.before
                parts[int(key) if key else None] = _figures(values)
            case "hours":
                found.hours[divmod(int(key), 24)] = int(values[0])
            case "day":
                days.all[day] = int(values[0])
            case "children":
                days.children.setdefault(int(key), {})[day] = int(values[0])
            case _:
                days.categories.setdefault(key, {})[day] = int(values[0])
    return found


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
        _seen(
            sight,
            child,
            func.count(),
            func.count().filter(Report.due_at < now),
            func.count().filter(Report.is_red),
            func.count().filter(Report.state.in_((S.DRAFT, S.UNVERIFIED, S.RECEIVED))),
            func.count().filter(Report.state == S.REOPENED),
            func.min(Report.received_at),
            *ages,
        )
        .where(Report.is_waiting)
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


def _no_days() -> Days:
    return Days({}, {}, {})


def _figures(values: Sequence[float | None]) -> Figures:
    """Counts are whole; lengths of time stay as they are."""
    told = zip(NAMES, values, strict=True)
    numbers: list[Any] = [value if name in LENGTHS else int(value or 0) for name, value in told]
    return Figures(*numbers)


def _by_part(some: CTE) -> Select[Any]:
    numbers = [cast(_figure(some, name), Float) for name in NAMES]
    sets = func.grouping_sets(tuple_(some.c.is_now, some.c.child), tuple_(some.c.is_now))
    return select(
        literal("figures").label("what"),
        some.c.is_now,
        cast(null(), Date).label("day"),
        cast(some.c.child, Text).label("key"),
        array(numbers).label("numbers"),
    ).group_by(sets)


def _by_day(some: CTE) -> Select[Any]:
    """Of all, of each part, and of each category."""
    day, child, category = cast(some.c.local, Date).label("day"), some.c.child, some.c.category
    which = func.grouping(child, category)
    sets = func.grouping_sets(*(tuple_(some.c.is_now, day, *more) for more in ((), (child,), (category,))))
    return select(
        case((which == 3, "day"), (which == 1, "children"), else_="categories"),
        some.c.is_now,
        day,
        func.coalesce(cast(child, Text), category),
        array([cast(func.count(), Float)]),
    ).group_by(sets)


def _by_hour(some: CTE) -> Select[Any]:
    hour = func.date_part("isodow", some.c.local) * 24 + func.date_part("hour", some.c.local)
    return (
        select(
            literal("hours"), true(), cast(null(), Date), cast(hour, Text), array([cast(func.count(), Float)])
        )
        .where(some.c.is_now)
        .group_by(hour)
    )


def _cohort(sight: Sight, since: datetime, middle: datetime, until: datetime, zone: str, at: str) -> CTE:
    """The reports that came in, with what the figures are made of."""
    first = func.least(Report.heard_at, Report.taken_at, Report.assigned_at, Report.answered_at)
    again = select(ReportEvent.report_id).where(ReportEvent.kind == "reopened")
    return (
        _seen(
            sight,
            (Report.received_at >= middle).label("is_now"),
            func.timezone(zone, Report.received_at).label("local"),
            func.coalesce(Report.category, "").label("category"),
            _child(at or sight.path).label("child"),
            Report.state.label("state"),
            (Report.urgency == Urgency.DANGER).label("is_danger"),
            Report.merged_into_id.is_not(None).label("is_merged"),
            and_(Report.assignee_id.is_(None), Report.taken_at.is_(None)).label("is_untouched"),
            Report.answered_at.is_not(None).label("is_answered"),
            Report.id.in_(again).label("is_again"),
            func.date_part("epoch", first - Report.received_at).label("first"),
            case(
                (Report.state == S.CONFIRMED, func.date_part("epoch", Report.closed_at - Report.received_at))
            ).label("solved"),
        )
        .where(Report.received_at >= since, Report.received_at < until)
        .cte("cohort")
    )


def _seen(sight: Sight, *columns: Any) -> Select[Any]:
    """Reports that the viewer may know of, joined to nothing but what limits them."""
    return (
        select(*columns)
        .select_from(Report)
        .join(Seen, Seen.id == Report.sight_unit_id)
        .where(visible_to(sight))
    )


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
