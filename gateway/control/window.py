"""A window of whole days in the organisation's own zone, and the window of equal length right before it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST, USUAL = 400, 30  # days
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """From the beginning of the first day to the end of the last. A day of 23 or 25 hours is a day like any other."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> datetime:
        return _midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.last + ONE_DAY, self.zone)

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=nth) for nth in range(self.length)]

    @property
    def before(self) -> Window:
        """As many days, up to the one before the first."""
        return Window(self.first - timedelta(days=self.length), self.first - ONE_DAY, self.zone)


@dataclass(frozen=True)
class Asked:
    """The window of an address, and what of the address could not be done (`unreadable`, `turned`, `future`, `cut`)."""

    window: Window
    trouble: str | None = None


def last_days(today: date, days: int, zone: str) -> Window:
    """Return the last so many days, today among them."""
    return Window(today - timedelta(days=days - 1), today, zone)


def window_in(first: str, last: str, today: date, zone: str) -> Asked:
    """Read what an address asks for: two days as 2026-11-22. Without them it is the last 30 days."""
    usual = last_days(today, USUAL, zone)
    if not first and not last:
        return Asked(usual)
    try:
        end = date.fromisoformat(last) if last else today
        begin = date.fromisoformat(first) if first else end - timedelta(days=USUAL - 1)
    except (ValueError, OverflowError):
        return Asked(usual, "unreadable")
    trouble = None
    if begin > end:
        begin, end, trouble = end, begin, "turned"
    if end > today:
        begin, end, trouble = min(begin, today), today, "future"
    if (end - begin).days >= LONGEST:
        begin, trouble = end - timedelta(days=LONGEST - 1), "cut"
    if begin.year < 2000:
        return Asked(usual, "unreadable")
    return Asked(Window(begin, end, zone), trouble)


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)
