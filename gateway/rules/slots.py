"""Parts of the day in which members are reached: the soft window cut into three (voice_design.md D25).

The retries use it to come at another time of day than before; a member's own choice narrows it.
"""

from __future__ import annotations

import enum
from datetime import date, datetime

from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Profile
from gateway.rules.windows import local_day, window_on


class Slot(enum.StrEnum):
    """A third of the window, in the order of the day."""

    MORNING = "morning"
    MIDDAY = "midday"
    EVENING = "evening"


SLOTS = tuple(Slot)


def slot_hours(
    profile: Profile, message_class: MessageClass, local_date: date, open_all_day: bool = False
) -> dict[Slot, tuple[datetime, datetime]]:
    """Return when each part of that local day begins and ends (UTC), in the order of the day."""
    opens, closes = window_on(profile, message_class, local_date, open_all_day=open_all_day, is_soft=True)
    third = (closes - opens) / len(SLOTS)
    return {slot: (opens + third * nth, opens + third * (nth + 1)) for nth, slot in enumerate(SLOTS)}


def slot_start(
    profile: Profile, message_class: MessageClass, local_date: date, slot: Slot, open_all_day: bool = False
) -> datetime:
    """Return the instant (UTC) at which this part of that local day begins."""
    return slot_hours(profile, message_class, local_date, open_all_day)[slot][0]


def slot_at(
    profile: Profile, message_class: MessageClass, at_utc: datetime, open_all_day: bool = False
) -> Slot:
    """Return the part of the day an instant lies in; before the window it is morning, after it evening."""
    hours = slot_hours(profile, message_class, local_day(profile, at_utc), open_all_day)
    begun = [slot for slot, (begins, _) in hours.items() if begins <= at_utc]
    return begun[-1] if begun else Slot.MORNING
