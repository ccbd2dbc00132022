"""The silence before a poll: no campaign contact in the polling area in the hours that end at its close (rules.md L2).

Calls and texts of ours are held, not lost. A member may still ring in; what is played then holds no campaign content.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.classes import MessageClass
from gateway.rules.escalation import is_within
from gateway.rules.profiles import Profile


@dataclass(frozen=True)
class Silence:
    """A poll in a unit and everything under it; `close_of_poll` in UTC, `hours_before` counted back from it."""

    unit_path: str
    close_of_poll: datetime
    hours_before: int = 48

    def covers(self, unit_path: str, at: datetime) -> bool:
        begins = self.close_of_poll - timedelta(hours=self.hours_before)
        return begins <= at < self.close_of_poll and is_within(unit_path, self.unit_path)


def silence_for(
    profile: Profile, unit_path: str, close_of_poll: datetime, hours_before: int | None = None
) -> Silence:
    """Build a silence with the country's hours; a local order may ask for more of them, never for fewer (L2, 3.2)."""
    return Silence(unit_path, close_of_poll, max(profile.silence_hours, hours_before or 0))


def is_silent(silences: Sequence[Silence], unit_path: str, message_class: MessageClass, at: datetime) -> bool:
    """Say whether this class is silent for members of this unit at this instant; only campaign ever is."""
    return silent_until(silences, unit_path, message_class, at) is not None


def silent_until(
    silences: Sequence[Silence], unit_path: str, message_class: MessageClass, at: datetime
) -> datetime | None:
    """Return when the silence that holds now ends, polls that follow each other taken together; None where none holds."""
    if message_class is not MessageClass.CAMPAIGN:
        return None
    end = at
    while covering := [s.close_of_poll for s in silences if s.covers(unit_path, end)]:
        end = max(covering)
    return end if end > at else None
