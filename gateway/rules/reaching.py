"""How many a broadcast reaches, try by try, beside what is usual; when it is to stop by itself; and when it ends.

Pure. The usual curve is that of reach_and_retries.md 2.1, of those who can be reached at all; the limits are those of the
law and of the house (rules.md L17; issue: automatic pause).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Profile
from gateway.rules.windows import closing, local_day, next_opening

USUAL = (0.50, 0.65, 0.76, 0.87, 0.92, 0.965)  # of all, after one, two … six tries
MOST_OPT_OUTS, ENOUGH_ANSWERED = 0.02, 200
COMPLAINTS, COMPLAINT_DAYS = 5, 10
ENOUGH_TRIED, ODDLY_LOW = 100, 0.5  # fewer than half of what was to be expected
LEAST_EXPECTED = 0.2  # of whomever: where fewer than a tenth pick up, something is wrong
LONGEST_DAYS = 14


def reached_after(tried: Sequence[int], reached: Sequence[int]) -> list[float]:
    """Return the share reached after the first, second … try, of everybody, also while many still await theirs.

    `tried` says how many ended their first, second … try, `reached` how many of these were reached by it. Whoever was
    tried less often counts as alike to those who were tried more often, as a survival curve does.
    """
    missed = [1 - r / t for t, r in zip(tried, reached, strict=True) if t]
    return [1 - left for left in accumulate(missed, lambda left, miss: left * miss)]


def listened_to(seconds: Sequence[tuple[int, int]], points: Sequence[int]) -> list[int]:
    """Return how many listened at least so long, for each point; `seconds` are pairs of a length and how many it was."""
    return [sum(count for length, count in seconds if length >= point) for point in points]


def share_heard(seconds: float, before: float, length: float) -> float:
    """Estimate how much of a message was heard, 0 to 1: `seconds` of a call in which `before` was spoken first."""
    return min(1.0, max(0.0, seconds - before) / length) if length > 0 else 0.0


def is_oddly_low(tried: int, answered: int, expected: float = USUAL[0]) -> bool:
    """Whether fewer than half as many pick up as these people do at a first try; of few nothing is said."""
    return tried >= ENOUGH_TRIED and answered < tried * max(expected, LEAST_EXPECTED) * ODDLY_LOW


def may_be_oddly_low(tried: int, answered: int) -> bool:
    """Whether it could be, whatever these people usually do."""
    return is_oddly_low(tried, answered, 1.0)


def has_too_many_opt_outs(answered: int, opt_outs: int) -> bool:
    """Whether two in a hundred of those who answered, of at least 200, want no more such calls."""
    return answered >= ENOUGH_ANSWERED and opt_outs >= answered * MOST_OPT_OUTS


def has_too_many_complaints(complaints: int) -> bool:
    """Whether five people complained; the caller counts those of ten days (rules.md L17)."""
    return complaints >= COMPLAINTS


@dataclass(frozen=True)
class Rest:
    """When all who wait have been tried once (None: not in two weeks), and how many are left when the hours close."""

    ends_at: datetime | None
    closes_at: datetime
    left_over: int
    is_today: bool
    goes_on_at: datetime | None  # in the next hours, where this day's do not suffice


def rest_of(
    profile: Profile,
    message_class: MessageClass,
    waiting: int,
    per_second: float,
    now: datetime,
    open_all_day: bool = False,
) -> Rest:
    """Forecast those who still wait at the pace that was seen; what a window cuts goes on when the next one opens."""
    begins = next_opening(profile, message_class, now, open_all_day)
    closes = first_closes = closing(profile, message_class, begins, open_all_day)
    left, left_over, goes_on = float(waiting), 0, None
    for day in range(LONGEST_DAYS):
        room = (closes - begins).total_seconds() * per_second
        if left <= room and per_second > 0:
            ends = begins + timedelta(seconds=left / per_second)
            is_today = local_day(profile, ends) == local_day(profile, now)
            return Rest(ends, first_closes, left_over, is_today, goes_on)
        left -= room
        begins = next_opening(profile, message_class, closes, open_all_day)
        closes = closing(profile, message_class, begins, open_all_day)
        if day == 0:
            left_over, goes_on = round(left), begins
    return Rest(None, first_closes, left_over, False, goes_on)
