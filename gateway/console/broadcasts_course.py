"""When a broadcast begins and ends, how urgent it is and what it may cost: the fields of its form, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import gettext

from gateway.console.amounts import AmountUnreadable, read_amount, typed_amount
from gateway.models import Broadcast
from gateway.rules.walls import around_gap, instant_of_wall

LATEST = timedelta(days=60)
LONGEST_TIME = 32
_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass
class Course:
    """As typed (`when`, `at`, `expires`, `budget`) and as understood; times by the wall clock of the unit's zone."""

    zone: ZoneInfo
    when: str = "now"
    at: str = ""
    expires: str = ""
    budget: str = ""
    is_urgent: bool = False
    scheduled_at: datetime | None = None
    expires_at: datetime | None = None
    most: Decimal | None = None
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def more(self) -> dict[str, object]:
        """What a broadcast keeps of it."""
        return {
            "scheduled_at": self.scheduled_at,
            "expires_at": self.expires_at,
            "is_urgent": self.is_urgent,
            "budget": self.most,
        }


def course_of(broadcast: Broadcast, zone: ZoneInfo) -> Course:
    """Return the fields filled with a broadcast."""
    return Course(
        zone,
        when="at" if broadcast.scheduled_at else "now",
        at=_on_wall(zone, broadcast.scheduled_at),
        expires=_on_wall(zone, broadcast.expires_at),
        budget=typed_amount(broadcast.budget),
        is_urgent=broadcast.is_urgent,
        scheduled_at=broadcast.scheduled_at,
        expires_at=broadcast.expires_at,
        most=broadcast.budget,
    )


def read_course(sent: Mapping[str, str], zone: ZoneInfo, now: datetime, latest: timedelta = LATEST) -> Course:
    """Read what was sent; also of the command line, where a time may name its offset."""
    course = Course(
        zone,
        when="at" if sent.get("when") == "at" else "now",
        at=sent.get("at", "")[:LONGEST_TIME],
        expires=sent.get("expires", "")[:LONGEST_TIME],
        budget=sent.get("budget", "").strip()[:40],
        is_urgent=sent.get("is_urgent") == "1",
    )
    if course.when == "at":
        course.scheduled_at = _read_time(course, "at", course.at, now, now + latest)
    if course.expires.strip():
        course.expires_at = _read_time(course, "expires", course.expires, now, now + latest)
    if course.expires_at and course.expires_at <= (course.scheduled_at or now):
        course.errors.setdefault("expires", gettext("It must end after it begins."))
    _read_budget(course)
    return course


def _read_budget(course: Course) -> None:
    try:
        course.most = read_amount(course.budget)
    except AmountUnreadable:
        course.errors["budget"] = gettext("Write an amount like 2.50, or leave it empty.")
    if course.most == 0:
        course.errors["budget"] = gettext(
            "With nothing to spend nobody is called. Leave it empty for no limit."
        )


def _read_time(course: Course, name: str, typed: str, now: datetime, latest: datetime) -> datetime | None:
    """Read a time of the wall; a sentence where it is none, never comes, is past or too far away."""
    try:
        wall = datetime.fromisoformat(typed)
        at = wall.astimezone(UTC) if wall.tzinfo else instant_of_wall(course.zone, wall)
    except (ValueError, OverflowError):
        course.errors[name] = gettext("Say on which day and at what time.")
        return None
    if at is None:
        before, after = around_gap(course.zone, wall)
        course.errors[name] = gettext(
            "This time never comes: the clocks go forward that night. Choose %(before)s or %(after)s.",
            before=f"{before:%H:%M}",
            after=f"{after:%H:%M}",
        )
    elif at <= now:
        course.errors[name] = (
            gettext("This time has passed. Choose a later one, or “now”.")
            if name == "at"
            else gettext("This time has passed. Choose a later one.")
        )
    elif at > latest:
        course.errors[name] = gettext("Choose a time within the next %(n)s days.", n=LATEST.days)
    return at


def _on_wall(zone: ZoneInfo, at: datetime | None) -> str:
    return at.astimezone(zone).strftime(_FORMAT) if at else ""
