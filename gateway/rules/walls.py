"""What a wall clock can show: times that come twice, and times that never come because the clocks go forward.

`rules.windows` decides in doubt that nobody is rung; here somebody typed a time, and is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


def instant_of_wall(zone: ZoneInfo, wall: datetime) -> datetime | None:
    """Return when the clocks of the zone show this time (UTC), the later of two; None where they never do."""
    later = wall.replace(tzinfo=zone, fold=1)
    instants = [each.astimezone(UTC) for each in (later, later.replace(fold=0))]
    shown = [each for each in instants if each.astimezone(zone).replace(tzinfo=None) == wall]
    return max(shown, default=None)


def around_gap(zone: ZoneInfo, wall: datetime) -> tuple[datetime, datetime]:
    """Return the last and the first time on the wall around one that never comes, to the minute."""
    jump = wall.replace(tzinfo=zone, fold=0).astimezone(
        UTC
    )  # read with the clocks as they were: after the jump
    while (before := jump - _MINUTE).astimezone(zone).replace(tzinfo=None) > wall:
        jump = before
    return (jump - _MINUTE).astimezone(zone).replace(tzinfo=None), jump.astimezone(zone).replace(tzinfo=None)
