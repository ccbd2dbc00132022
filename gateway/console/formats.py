"""Figures, times, lengths and waveforms as the templates print them; each is a filter of Jinja by its name here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from flask import g
from flask_babel import get_locale, gettext
from flask_babel import ngettext as plural
from markupsafe import Markup, escape

from gateway.access.decorators import runtime
from gateway.db import UnitOfWork
from gateway.store import zones
from gateway.store.inbox import MOST

MINUTE, HOUR, DAY = 60, 3600, 86_400


def number(value: float) -> str:
    """12,34,567: grouped as in the page's language."""
    return str(format_decimal(value, locale=get_locale()))


def some(count: int) -> str:
    """A count that was counted to `MOST` and no further: "1,000+" where there are more."""
    return number(count) if count <= MOST else f"{number(MOST)}+"


def country() -> str:
    """The country whose rules hold here, as the page's language calls it."""
    profile = runtime().profile
    return str(get_locale().territories.get(profile.country.upper(), profile.name))


def age(at: datetime) -> str:
    """How long ago, in its largest unit: "5 min", "26 h", "3 days"."""
    return duration(max(0, (runtime().clock() - at).total_seconds()))


def duration(seconds: float) -> str:
    """A length of time in its largest useful unit; hours up to two days, as people on duty count."""
    if seconds < MINUTE:
        return str(gettext("now"))
    if seconds < 2 * HOUR:
        return str(gettext("%(n)s min", n=number(int(seconds // MINUTE))))
    if seconds < 2 * DAY:
        return str(gettext("%(n)s h", n=number(int(seconds // HOUR))))
    days = int(seconds // DAY)
    return str(plural("%(count)s day", "%(count)s days", days, count=number(days)))


def by_clock_of(unit: UnitOfWork, path: str) -> None:
    """Tell the times of this page by the clock of the unit with this path, as they were typed."""
    g.zone = zones.zones_of(unit.db, [path])[path]


def moment(at: datetime, zone: str | None = None) -> str:
    """A point in time for people: "today 14:05", "yesterday 14:05", "21 Nov, 14:05" else.

    By the clock of `zone`, else of the page's unit (`by_clock_of`), else of the country; one that is not the country's is
    named: "today 14:05 (New York)".
    """
    own = runtime().profile.zone
    wanted = zone or g.get("zone") or own
    told = _moment(at, ZoneInfo(wanted))
    return told if wanted == own else f"{told} ({place_of(wanted)})"


def place_of(zone: str) -> str:
    """The name of a clock for people: "New York"; the country's own goes by the country."""
    own = runtime().profile.zone
    return country() if zone == own else zone.rpartition("/")[2].replace("_", " ")


def _moment(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    clock = format_time(local, "HH:mm", locale=get_locale())
    match (runtime().clock().astimezone(zone).date() - local.date()).days:
        case 0:
            return str(gettext("today %(clock)s", clock=clock))
        case 1:
            return str(gettext("yesterday %(clock)s", clock=clock))
        case -1:
            return str(gettext("tomorrow %(clock)s", clock=clock))
        case _:
            return f"{format_date(local.date(), 'd MMM', locale=get_locale())}, {clock}"


def day(on: date) -> str:
    """A day for people: "21 Nov 2026"."""
    return str(format_date(on, "d MMM y", locale=get_locale()))


def stamp(at: datetime) -> Markup:
    """A `time` element that says how long ago, with the exact moment as its title."""
    iso = at.isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, escape(moment(at)), escape(age(at)))


def clock(seconds: float | None) -> str:
    """A length of sound: 0:42."""
    whole = round(seconds or 0)
    return f"{whole // MINUTE}:{whole % MINUTE:02}"


def masked(tail: str | None) -> str:
    """A phone number of which only its last four digits are shown, split 5 + 5."""
    return f"••••• •{tail}" if tail else ""


def wave(peaks: Sequence[int] | None, bars: int = 80, width: int = 320, height: int = 40) -> Markup:
    """The path of a waveform: one upright stroke a bar, for a viewBox of `width` x `height`."""
    heights = _fewer(peaks or [0] * bars, bars)
    middle, step = height // 2, width // bars
    halves = [max(1, round(peak * (middle - 1) / 100)) for peak in heights]
    # Relative and whole numbers: a list of 30 reports is half as heavy.
    drawn = [f"M{step // 2} {middle - halves[0]}v{2 * halves[0]}"]
    drawn += [f"m{step}-{old + new}v{2 * new}" for old, new in zip(halves, halves[1:], strict=False)]
    return Markup("".join(drawn))


def _fewer(peaks: Sequence[int], bars: int) -> list[int]:
    count = min(bars, len(peaks))
    edges = [index * len(peaks) // count for index in range(count + 1)]
    return [max(peaks[start:end]) for start, end in zip(edges, edges[1:], strict=False)]


FILTERS = {
    each.__name__: each
    for each in (number, some, age, duration, moment, place_of, day, stamp, clock, masked, wave)
}
