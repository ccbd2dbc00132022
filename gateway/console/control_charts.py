"""What the control room draws: buckets of days, small lines, the heat table, the map; classes instead of colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from babel.dates import format_date, get_day_names
from flask_babel import get_locale
from markupsafe import Markup

from gateway.console.control_words import Measure
from gateway.control.room import Line
from gateway.control.shapes import WIDTH, Drawing
from gateway.control.window import Window

BY_DAY, BY_WEEK = 31, 26 * 7  # days up to which each stands for itself, and each week
SHADES = 5
LINE_H = 44


@dataclass(frozen=True)
class Bucket:
    """Some days that are drawn as one."""

    first: date
    last: date
    label: str
    name: str
    value: int


def buckets(window: Window, counts: Mapping[date, int]) -> list[Bucket]:
    """Divide a window into days, weeks or four weeks, from its first day on; the sums are those of the days."""
    made = []
    for (first, last), value in zip(_spans(window), sums(window, counts), strict=True):
        label = format_date(first, "d MMM", locale=get_locale())
        until = f" – {format_date(last, 'd MMM', locale=get_locale())}" if last > first else ""
        made.append(Bucket(first, last, label, label + until, value))
    return made


def sums(window: Window, counts: Mapping[date, int]) -> list[int]:
    """The sums of a window's buckets alone: of a hundred small lines nobody reads the days."""
    return [
        sum(counts.get(first + timedelta(days=each), 0) for each in range((last - first).days + 1))
        for first, last in _spans(window)
    ]


def _spans(window: Window) -> list[tuple[date, date]]:
    step = 1 if window.length <= BY_DAY else 7 if window.length <= BY_WEEK else 28
    firsts = [window.first + timedelta(days=nth) for nth in range(0, window.length, step)]
    return [(first, min(first + timedelta(days=step - 1), window.last)) for first in firsts]


def line(values: Sequence[int], top: int) -> Markup:
    """Draw a small line; all of a set share one `top`, so that they may be compared."""
    heights = [round((LINE_H - 6) * each / top) if top else 0 for each in values] or [0]
    heights = heights if len(heights) > 1 else heights * 2
    # One wide is one step, and a path that goes on from where it is: a third of what points in full would weigh.
    rises = [old - new for old, new in zip(heights, heights[1:], strict=False)]
    steps = (
        f"h{len(list(same))}" if not rise else f"l1 {rise}" * len(list(same)) for rise, same in groupby(rises)
    )
    return Markup(
        '<svg class="tiny" viewBox="0 0 {w} {h}" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="M-1 {foot}V{first}h1{run}h1V{foot}"/></svg>'
    ).format(w=len(rises), h=LINE_H, foot=LINE_H + 2, first=LINE_H - 2 - heights[0], run="".join(steps))


def heat(hours: Mapping[tuple[int, int], int]) -> list[dict[str, Any]]:
    """The rows of the heat table, Monday first: a count and a shade for each hour."""
    top = max(hours.values(), default=0)
    names = get_day_names("abbreviated", locale=get_locale())
    return [
        {
            "name": names[day - 1],
            "cells": [
                (hours.get((day, hour), 0), _shade(hours.get((day, hour), 0), top)) for hour in range(24)
            ],
            "total": sum(hours.get((day, hour), 0) for hour in range(24)),
        }
        for day in range(1, 8)
    ]


def _shade(value: int, top: int) -> int:
    return 0 if not value else 1 + min(SHADES - 1, SHADES * (value - 1) // max(1, top))


@dataclass(frozen=True)
class Tile:
    """One unit of the map, with its figure in words and its shade."""

    line: Line
    written: str
    shade: int


def most(lines: Sequence[Line], measure: Measure, size: int) -> list[Line]:
    """The units with the most of a measure, where there are more than so many; what lies in none of them stands last."""
    parts = [each for each in lines if each.unit]
    if len(parts) <= size:
        return list(lines)
    ranked = sorted(parts, key=lambda each: -(measure.value(each) or 0))[:size]
    return [*ranked, *(each for each in lines if not each.unit)]


def tiles(lines: Sequence[Line], measure: Measure) -> list[Tile]:
    """Give each unit its shade: nought is 0, the others by rank, so that one huge one does not pale all others."""
    values = {each.unit.id: measure.value(each) for each in lines if each.unit}
    ranked = sorted({value for value in values.values() if value})
    shades = {value: -(-SHADES * nth // len(ranked)) for nth, value in enumerate(ranked, 1)}
    return [
        Tile(each, measure.written(values[each.unit.id]), shades.get(values[each.unit.id] or 0, 0))
        for each in lines
        if each.unit
    ]


def legend(shown: Sequence[Tile], measure: Measure) -> list[tuple[int, str]]:
    """Say from where to where each shade reaches."""
    said = []
    for shade in sorted({each.shade for each in shown if each.shade}):
        values = sorted(measure.value(each.line) or 0 for each in shown if each.shade == shade)
        low, high = measure.written(values[0]), measure.written(values[-1])
        said.append((shade, low if low == high else f"{low} – {high}"))
    return said


def shape_map(drawing: Drawing, shown: Sequence[Tile], links: Mapping[int, str], title: str) -> Markup:
    """Draw the shapes as links, each with its name and figure; the figure stands in it where there is room."""
    by_code = {each.line.unit.code: each for each in shown if each.line.unit}
    paths, figures = Markup(""), Markup("")
    for shape in drawing.shapes:
        tile = by_code[shape.code]
        assert tile.line.unit is not None
        name = f"{tile.line.unit.name}: {tile.written}"
        paths += Markup(
            '<a href="{}" aria-label="{}"><path class="m{}" d="{}"><title>{}</title></path></a>'
        ).format(links[tile.line.unit.id], name, tile.shade, shape.path, name)
        if shape.is_wide:
            figures += Markup('<text class="m{}" x="{}" y="{}">{}</text>').format(
                tile.shade, shape.x, shape.y + 5, tile.written
            )
    return Markup(
        '<svg class="shapes" viewBox="-2 -2 {w:.0f} {h:.0f}" text-anchor="middle" role="group" aria-label="{title}">{paths}'
        '<g aria-hidden="true">{figures}</g></svg>'
    ).format(w=WIDTH + 4, h=drawing.height + 4, title=title, paths=paths, figures=figures)
