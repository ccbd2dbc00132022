"""How fast we may call, and when a broadcast will have called everybody once (reach_and_retries.md 2.3).

The bucket's arithmetic is pure; `gateway.pace` keeps it where all senders share it. The forecast feeds the compose
page: "ends 17:40", "will not finish today", and how many are likely to be tried again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from math import floor

RING_SECONDS, UNANSWERED_SECONDS = 8.0, 30.0
LONGEST_RING, HEARINGS, LONGEST_NOTE = 60.0, 3, 60.0
_ROUNDS = (0.50, 0.65, 0.76)  # reached after one, two, three tries, of those who can be reached at all (2.1)


@dataclass(frozen=True)
class Bucket:
    """Tokens at an instant (UTC); one token is one call or one text."""

    tokens: float
    at: datetime


def take(bucket: Bucket, now: datetime, rate: float, burst: float, wanted: int) -> tuple[int, Bucket]:
    """Grant up to `wanted` whole tokens; `rate` a second are added since `bucket.at`, never beyond `burst`.

    A clock that went backwards adds nothing and takes nothing away, and the bucket goes on by it.
    """
    elapsed = max(0.0, (now - bucket.at).total_seconds())
    tokens = min(burst, bucket.tokens + elapsed * rate)
    granted = max(0, min(wanted, floor(tokens)))
    return granted, Bucket(tokens - granted, now)


def fill(bucket: Bucket, unused: int) -> Bucket:
    """Put tokens back that were taken and not used; below nothing: more was used than had been taken."""
    return Bucket(bucket.tokens + unused, bucket.at)


def lot(broadcast_id: int, now: datetime) -> int:
    """Draw a lot among broadcasts: the same for the same instant, another at the next, so that nobody starves."""
    return int.from_bytes(blake2b(f"{broadcast_id}:{now.timestamp()}".encode(), digest_size=8).digest())


@dataclass(frozen=True)
class Forecast:
    """When the first round ends (UTC), None where the window closes first; expected calls of the first three rounds."""

    finishes_at: datetime | None
    calls_per_second: float
    rounds: tuple[int, ...]


def finish_time(
    count: int,
    *,
    pace: float,
    lines: int | None,
    seconds_per_call: float,
    answer_share: float,
    window: tuple[datetime, datetime],
    now: datetime,
) -> Forecast:
    """Forecast a broadcast to `count` numbers at `pace` a second over `lines` lines (None: texts, which occupy none).

    `seconds_per_call` is the talk of an answered call, `answer_share` the share that answers at the first try (0 to 1).
    Starts at `now` or when the window opens. Source: the capacity rule of 2.3 and the reach curve of 2.1.
    """
    speed = _calls_per_second(pace, lines, seconds_per_call, answer_share)
    opens, closes = window
    rounds = tuple(round(count * share) for share in _still_to_reach(answer_share))
    if count and speed <= 0:
        return Forecast(None, speed, rounds)
    end = max(now, opens) + timedelta(seconds=count / speed if count else 0)
    return Forecast(end if end <= closes else None, speed, rounds)


def line_seconds(seconds_per_call: float, answer_share: float) -> float:
    """Return how long one try occupies a line on average, in seconds."""
    return answer_share * (RING_SECONDS + seconds_per_call) + (1 - answer_share) * UNANSWERED_SECONDS


def longest_call(seconds: float, notes: int) -> timedelta:
    """Return how long a broadcast's call can keep its line: `seconds` for hearing all of it, `notes` of voice it asks for.

    The longest ring of any network, three times all of it (whoever presses nine), and each note to its last second.
    """
    return timedelta(seconds=LONGEST_RING + HEARINGS * seconds + notes * LONGEST_NOTE)


def _calls_per_second(pace: float, lines: int | None, seconds_per_call: float, answer_share: float) -> float:
    if lines is None:
        return pace
    return min(pace, lines / line_seconds(seconds_per_call, answer_share))


def _still_to_reach(answer_share: float) -> list[float]:
    reached = [min(1.0, answer_share * share / _ROUNDS[0]) for share in _ROUNDS[:-1]]
    return [1.0, *(1 - share for share in reached)]
