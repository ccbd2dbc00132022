"""May a ring be answered by a call: against double rings and against strangers who make us spend.

Asked when the ring arrives, with counts fetched before; what is allowed here still passes the guard (reason ring) when it
is placed. At any hour: the member has just rung (voice_design.md D30).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.verdicts import Allowed, Reason, Refused


@dataclass(frozen=True, kw_only=True)
class RingLimits:
    """Ceilings on call-backs; the figures for members only stop a machine that pretends to be one."""

    dedupe: timedelta = timedelta(seconds=60)
    known_per_day: int = 40
    unknown_per_day: int = 1
    unknown_per_hour: int = 60
    prefix_per_hour: int = 5


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One ring at `at` and what is known of its number.

    `is_known`: a member, or somebody halfway through joining. `is_awaited`: a call-back to it is queued or on the line.
    `last_at` is when we last agreed to call it back. Counts are of call-backs agreed to: to this number in 24 hours; to all
    unknown numbers, and to unknown numbers that differ in the last four digits only, in the hour.
    """

    at: datetime
    is_known: bool
    is_foreign: bool = False
    is_premium: bool = False
    is_landline: bool = False
    is_awaited: bool = False
    last_at: datetime | None = None
    call_backs_today: int = 0
    unknown_this_hour: int = 0
    prefix_this_hour: int = 0


def may_call_back(ring: Ring, limits: RingLimits | None = None) -> Allowed | Refused:
    """Judge one ring; the first objection decides. A ring that is refused is kept and shown all the same.

    Members come first: what strangers have used up never counts against a known number (reliability.md C16). Foreign and
    premium numbers are never rung, a landline only where it is known (voice_design.md 1.3, "one-ring" fraud).
    """
    for reason, objects in _CHECKS:
        if objects(ring, limits or RingLimits()):
            return Refused(reason)
    return Allowed()


def _just_rang(ring: Ring, limits: RingLimits) -> bool:
    return ring.is_awaited or (ring.last_at is not None and ring.at - ring.last_at < limits.dedupe)


def _is_capped(ring: Ring, limits: RingLimits) -> bool:
    if ring.is_known:
        return ring.call_backs_today >= limits.known_per_day
    return (
        ring.call_backs_today >= limits.unknown_per_day
        or ring.unknown_this_hour >= limits.unknown_per_hour
        or ring.prefix_this_hour >= limits.prefix_per_hour
    )


_CHECKS: tuple[tuple[Reason, Callable[[Ring, RingLimits], bool]], ...] = (
    (Reason.FOREIGN, lambda ring, _: ring.is_foreign),
    (Reason.PREMIUM, lambda ring, _: ring.is_premium),
    (Reason.LANDLINE, lambda ring, _: ring.is_landline and not ring.is_known),
    (Reason.JUST_RANG, _just_rang),
    (Reason.CALL_BACK_CAP, _is_capped),
)
