"""What the control room draws over the days, of subjects and of units: a line of each on the page, a row of each in the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.console import control_charts as charts
from gateway.console.control_links import Links
from gateway.console.words import CATEGORIES
from gateway.control.room import Trends
from gateway.control.window import Window

DRAWN = 8  # of a set; all of it stands in the table
TITLES = {"days": _("Day by day"), "subjects": _("By subject"), "units": _("By unit")}


@dataclass(frozen=True)
class Row:
    """Reports of some days, of a subject or of a unit; `before` is None where a day is told, and `values` is empty."""

    name: str
    total: int
    before: int | None = None
    href: str | None = None
    values: Sequence[int] = ()


def rows_of(what: str, trends: Trends, links: Links) -> list[Row]:
    """The rows of one of `TITLES`: days from the last on, all else from the most on."""
    return {"days": _days, "subjects": _subjects, "units": _units}[what](trends, links)


def lines(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The first of a set with a small line each, all of one scale."""
    shown = [each for each in rows if each.total][:DRAWN]
    top = max((max(each.values) for each in shown), default=0)
    return [{"row": each, "svg": charts.line(each.values, top)} for each in shown]


def _days(trends: Trends, links: Links) -> list[Row]:
    drawn = charts.buckets(links.window, trends.days.all)
    return [
        Row(each.name, each.value, href=links.on(each.first, each.last))
        for each in reversed(drawn)
        if each.value
    ]


def _subjects(trends: Trends, links: Links) -> list[Row]:
    now, before = trends.days.categories, trends.before.categories
    return _by_size(
        _row(
            links.window,
            str(CATEGORIES.get(code, gettext("no subject given"))),
            now.get(code, {}),
            before.get(code, {}),
            links.reports(category=code) if code in CATEGORIES else None,
        )
        for code in now.keys() | before.keys()
    )


def _units(trends: Trends, links: Links) -> list[Row]:
    now, before = trends.days.children, trends.before.children
    return _by_size(
        _row(links.window, each.name, now.get(key, {}), before.get(key, {}), links.reports(each))
        for key, each in trends.units.items()
    )


def _row(
    window: Window, name: str, now: Mapping[date, int], before: Mapping[date, int], href: str | None
) -> Row:
    values = charts.sums(window, now)
    total = sum(values)
    return Row(name, total, sum(before.values()), href if total else None, values)


def _by_size(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda each: (-each.total, each.name))
