"""The control room: the figures of a unit and all under it in a window of days, with the window before beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from gateway.control.window import Window
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.store import control_calls, control_reports, unit_list, wall
from gateway.store.control_calls import Calls, Reach
from gateway.store.control_reports import ITSELF, Counted, Days, Figures, Waits
from gateway.store.sight import Sight
from gateway.store.wall import Silence

AGES = (1, 3, 7, 30)  # what waits: came today, up to two days ago, up to six, up to 29, earlier


@dataclass(frozen=True)
class Line:
    """One unit right under the fork, or what is looked at and lies in none of those (`unit` None)."""

    unit: Unit | None
    now: Figures
    before: Figures
    waits: Waits


@dataclass(frozen=True)
class Trends:
    """What came in by days, of this window and of the one before; `units` are the parts that they tell apart."""

    days: Days
    before: Days
    units: Mapping[int, Unit]


@dataclass(frozen=True)
class Comparison:
    """The parts of a unit side by side; `all`, `before` and `waits` are the sums of `lines`.

    `fork` is the unit whose parts are the lines: a chain of only children says nothing side by side.
    """

    place: Unit
    fork: Unit
    window: Window
    all: Figures
    before: Figures
    waits: Waits
    lines: Sequence[Line]


@dataclass(frozen=True)
class Picture(Comparison):
    """Everything the page shows."""

    trends: Trends
    hours: Mapping[tuple[int, int], int]
    calls: Calls
    calls_before: Calls
    reach: Reach
    reach_before: Reach
    silence: Silence


def look(db: Session, rt: Runtime, sight: Sight, place: Unit, window: Window) -> Picture:
    """Count everything of a unit that lies at or below the sight's own."""
    here, before = replace(sight, path=place.path), window.before
    now = (window.since, window.until)
    then = (before.since, before.until)
    fork = unit_list.find_fork(db, place)
    counted = _count(db, here, fork, window)
    calls, calls_before = control_calls.calls(db, here, before.since, window.since, window.until)
    return Picture(
        **vars(_compare(db, rt, here, place, fork, window, counted)),
        trends=_trends(db, here, counted),
        hours=counted.hours,
        calls=calls,
        calls_before=calls_before,
        reach=control_calls.reach(db, here, *now),
        reach_before=control_calls.reach(db, here, *then),
        silence=wall.silence_of(db, place.path, min(window.last, today_of(rt))),
    )


def compare(db: Session, rt: Runtime, sight: Sight, place: Unit, window: Window) -> Comparison:
    """Count what came in and what waits, part by part, and nothing else."""
    here, fork = replace(sight, path=place.path), unit_list.find_fork(db, place)
    return _compare(db, rt, here, place, fork, window, _count(db, here, fork, window))


def trends(db: Session, sight: Sight, place: Unit, window: Window) -> Trends:
    """Count what came in by days, and nothing else."""
    here = replace(sight, path=place.path)
    return _trends(db, here, _count(db, here, unit_list.find_fork(db, place), window))


def today_of(rt: Runtime) -> date:
    """Return the day that it is in the house."""
    return rt.clock().astimezone(rt.profile.timezone).date()


def edges(today: date, zone: str) -> list[datetime]:
    """Return the moments between the ages of what waits, the latest first."""
    first = [today - timedelta(days=age - 1) for age in AGES]
    return [Window(day, day, zone).since for day in first]


def _count(db: Session, here: Sight, fork: Unit, window: Window) -> Counted:
    since, middle, until = window.before.since, window.since, window.until
    return control_reports.count(db, here, since, middle, until, window.zone, fork.path)


def _trends(db: Session, here: Sight, counted: Counted) -> Trends:
    parts = {key for each in (counted.days, counted.days_before) for key in each.children if key}
    return Trends(counted.days, counted.days_before, control_reports.units_of(db, here.path, parts))


def _compare(
    db: Session, rt: Runtime, here: Sight, place: Unit, fork: Unit, window: Window, counted: Counted
) -> Comparison:
    waits = control_reports.waits(db, here, rt.clock(), edges(today_of(rt), window.zone), fork.path)
    return Comparison(
        place=place,
        fork=fork,
        window=window,
        all=counted.now[None],
        before=counted.before[None],
        waits=waits[None],
        lines=_lines(db, place, fork, counted.now, counted.before, waits),
    )


def _lines(
    db: Session,
    place: Unit,
    fork: Unit,
    now: Mapping[int | None, Figures],
    before: Mapping[int | None, Figures],
    waits: Mapping[int | None, Waits],
) -> list[Line]:
    """The open units right under the fork, and whatever closed one still has figures; by name."""
    under = {each.unit.id: each.unit for each in unit_list.list_children(db, fork).children}
    counted = {key for each in (now, before, waits) for key in each if key}
    known = under | control_reports.units_of(db, place.path, counted - under.keys())
    lines = [_line(known[key], key, now, before, waits) for key in known]
    own = _line(None, ITSELF, now, before, waits)
    is_own = own.now.received or own.before.received or own.waits.waiting
    return [*sorted(lines, key=lambda each: each.unit.name if each.unit else ""), *([own] if is_own else [])]


def _line(
    unit: Unit | None,
    key: int,
    now: Mapping[int | None, Figures],
    before: Mapping[int | None, Figures],
    waits: Mapping[int | None, Waits],
) -> Line:
    return Line(unit, now.get(key, Figures()), before.get(key, Figures()), waits.get(key, Waits()))
