"""Where every number of the control room leads: to the same unit and the same days, in the inbox or among the calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from gateway.control.room import AGES
from gateway.control.window import Window
from gateway.models import Unit


@dataclass(frozen=True)
class Links:
    """Addresses of one unit and one window."""

    place: Unit
    window: Window
    measure: str

    def over(self, window: Window) -> str:
        """The same page over other days."""
        return self._control(self.place, window, self.measure)

    def unit(self, place: Unit) -> str:
        """The same page of another unit."""
        return self._control(place, self.window, self.measure)

    def elsewhere(self, unit_id: int) -> str:
        """The same page of a unit of which nothing else is known yet."""
        return url_for("control.show", unit=unit_id, **_days(self.window.first, self.window.last))  # type: ignore[arg-type]

    def by(self, measure: str) -> str:
        """The same page with another map."""
        return f"{self._control(self.place, self.window, measure)}#map"

    def reports(self, place: Unit | None = None, tab: str = "all", **asked: str) -> str:
        """The reports that came in then."""
        first, last = self.window.first.isoformat(), self.window.last.isoformat()
        return self.inbox(place, **{"tab": tab, "from": first, "to": last, **asked})

    def inbox(self, place: Unit | None = None, **asked: str) -> str:
        """Reports of the unit, whenever they came."""
        return url_for("reports.index", counted=(place or self.place).code, **asked)  # type: ignore[arg-type]

    def calls(self, **asked: str) -> str:
        """The calls of then."""
        first, last = self.window.first.isoformat(), self.window.last.isoformat()
        return url_for("calls.index", unit=self.place.id, **{"from": first, "to": last, **asked})  # type: ignore[arg-type]

    def ages(self, today: date) -> list[str]:
        """What waits, by the days on which it came: as `room.edges` divides them."""
        begins = [today - timedelta(days=age - 1) for age in AGES]
        ends = [None, *(day - timedelta(days=1) for day in begins)]
        return [
            self.inbox(None, tab="waiting", **_days(first, last))
            for first, last in zip([*begins, None], ends, strict=True)
        ]

    def _control(self, place: Unit, window: Window, measure: str) -> str:
        days = _days(window.first, window.last)
        shown = None if measure == "reports" else measure
        return url_for("control.show", unit=place.id, **days, map=shown)  # type: ignore[arg-type]


def _days(first: date | None, last: date | None) -> dict[str, str]:
    days = {"from": first, "to": last}
    return {name: day.isoformat() for name, day in days.items() if day}
