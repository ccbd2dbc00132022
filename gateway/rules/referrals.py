"""Is it one more member, or somebody who plays with the phones: flags on a joining that somebody is credited for (S4-59).

A flag holds the credit until a person of staff has looked; the member who joined is a member all the same. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


class Flag(enum.StrEnum):
    """What looks odd about a joining."""

    SELF = "self"  # on a number of the very person who is credited
    ONE_HANDSET = "one_handset"  # one person after the other on one number
    BURST = "burst"  # more in an hour or a day than one person can bring
    SEQUENCE = "sequence"  # numbers one after the other, as on cards bought in a row


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is still ordinary. A trainer's class joins in one sitting, so it may be larger (S0-14)."""

    in_hour: int = 5
    in_day: int = 15
    class_in_hour: int = 60
    class_in_day: int = 150
    on_number: int = 3  # a household shares a phone (D26)
    number_days: int = 30
    neighbours: int = 2  # others of theirs whose numbers lie so close …
    distance: int = 10  # … in the last digits


@dataclass(frozen=True, kw_only=True)
class Joining:
    """One joining with a code. `brought_at` are the credited person's others, `their_numbers` the numbers of those, as
    whole numbers; `on_number` counts who joined on this number lately, this one included."""

    at: datetime
    number: int
    is_class: bool = False
    is_own_number: bool = False
    on_number: int = 1
    brought_at: Sequence[datetime] = ()
    their_numbers: Sequence[int] = ()


def judge(joining: Joining, limits: Limits | None = None) -> tuple[Flag, ...]:
    """List what looks odd, the gravest first; nothing for an ordinary joining."""
    return tuple(flag for flag, looks_odd in _CHECKS if looks_odd(joining, limits or Limits()))


def _is_burst(joining: Joining, limits: Limits) -> bool:
    in_hour, in_day = (
        (limits.class_in_hour, limits.class_in_day) if joining.is_class else (limits.in_hour, limits.in_day)
    )
    return _since(joining, timedelta(hours=1)) >= in_hour or _since(joining, timedelta(days=1)) >= in_day


def _since(joining: Joining, span: timedelta) -> int:
    return sum(joining.at - span < at <= joining.at for at in joining.brought_at)


def _is_sequence(joining: Joining, limits: Limits) -> bool:
    near = [each for each in joining.their_numbers if 0 < abs(each - joining.number) <= limits.distance]
    return len(near) >= limits.neighbours


_CHECKS: tuple[tuple[Flag, Callable[[Joining, Limits], bool]], ...] = (
    (Flag.SELF, lambda joining, _: joining.is_own_number),
    (Flag.ONE_HANDSET, lambda joining, limits: joining.on_number > limits.on_number),
    (Flag.BURST, _is_burst),
    (Flag.SEQUENCE, _is_sequence),
)
