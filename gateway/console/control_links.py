"""Where every number of the control room leads: to the same unit and the same days, in the inbox or among the calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup

from gateway.control.room import AGES
from gateway.control.window import Window
from gateway.models import Unit


@dataclass(frozen=True)
class Links:
    """Addresses of one unit and one window."""

    place: Unit
    window: Window
    measure: str

    def over(self, window: Window) -> Markup:
        """The same page over other days."""
        return self._control(self.place, window, self.measure)

    def unit(self, place: Unit) -> Markup:
        """The same page of another unit."""
        return self._control(place, self.window, self.measure)

    def elsewhere(self, unit_id: int) -> Markup:
        """The same page of a unit of which nothing else is known yet."""
        return _address("control.show", unit=unit_id, **_days(self.window.first, self.window.last))

    def by(self, measure: str) -> Markup:
        """The same page with another map."""
        return self._control(self.place, self.window, measure) + "#map"

    def table(self, what: str) -> Markup:
        """What is drawn there as a table: by days, subjects or units."""
        days = _days(self.window.first, self.window.last)
        return _address("control.table", of=what, unit=self.place.id, **days)

    def reports(self, place: Unit | None = None, tab: str = "all", **asked: str) -> Markup:
        """The reports that came in then."""
        first, last = self.window.first.isoformat(), self.window.last.isoformat()
        return self.inbox(place, **{"tab": tab, "from": first, "to": last, **asked})

    def inbox(self, place: Unit | None = None, **asked: str) -> Markup:
        """Reports of the unit, whenever they came."""
        return _address("reports.index", counted=(place or self.place).code, **asked)

    def on(self, first: date, last: date) -> Markup:
        """The reports that came in on these days."""
        return self.inbox(None, tab="all", **_days(first, last))

    def calls(self, **asked: str) -> Markup:
        """The calls of then."""
        first, last = self.window.first.isoformat(), self.window.last.isoformat()
        return _address("calls.index", unit=self.place.id, **{"from": first, "to": last, **asked})

    def ages(self, today: date) -> list[Markup]:
        """What waits, by the days on which it came: as `room.edges` divides them."""
        begins = [today - timedelta(days=age - 1) for age in AGES]
        ends = [None, *(day - timedelta(days=1) for day in begins)]
        return [
            self.inbox(None, tab="waiting", **_days(first, last))
            for first, last in zip([*begins, None], ends, strict=True)
        ]

    def _control(self, place: Unit, window: Window, measure: str) -> Markup:
        days = _days(window.first, window.last)
        shown = None if measure == "reports" else measure
        return _address("control.show", unit=place.id, **days, map=shown)


def _address(endpoint: str, **asked: Any) -> Markup:
    """An address for a quoted attribute as it is: its ampersands stand before names, where HTML lets them be.

    Escaped they would be a twentieth of the page. Whatever else an attribute cannot hold `url_for` has encoded.
    """
    return Markup(url_for(endpoint, **asked))


def _days(first: date | None, last: date | None) -> dict[str, str]:
    days = {"from": first, "to": last}
    return {name: day.isoformat() for name, day in days.items() if day}
