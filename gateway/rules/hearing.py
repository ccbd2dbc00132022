"""Was it heard? Told by evidence, never by the connection alone (voice_design.md D32; issue 5, part 3).

No provider tells us a mailbox from a person. What we have: keys, who hung up and when, and how this number was picked up
before. A mailbox presses nothing, hangs up when its tape is full or never, and picks up after the same ring each time. A
ring-back tone that a network counts as answered ends after a few seconds, or never, in the same way. What only seconds
speak for is *estimated* and shown as such; what looks like a machine five times in a row, on different days, is not heard.
Nobody stays a machine: one key, or one hang-up of theirs, and the next dozen calls are heard again.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

HALF = 0.5  # of the message (D32)
MAILBOXES = (30.0, 60.0, 90.0, 120.0, 180.0)  # seconds at which mailboxes commonly cut off
_SLACK = 1.5  # seconds: providers round, and replies take their time
_SAME_RING = 0.4  # seconds within which a machine picks up; no person is so even
_SEEN_BEFORE, _DAYS = 4, 4  # calls, and days of all five: less may well be a patient listener
LOOKS_BACK = 12  # calls; a key or a hang-up in one of them: there is somebody


class Evidence(enum.StrEnum):
    """What speaks for *heard*, the surest first."""

    KEY = "key"  # a key was pressed
    PLAYED = "played"  # it was played to its end, and they hung up as people do
    ESTIMATED = "estimated"  # half of it or more by the seconds; nothing else is known


@dataclass(frozen=True, kw_only=True)
class Silent:
    """An answered call without a key: its day (UTC), seconds it rang (None: not known), whether we had to end it."""

    day: date
    ring: float | None
    was_ended_by_us: bool


@dataclass(frozen=True, kw_only=True)
class Listened:
    """One answered call of ours.

    `seconds` of connection; `length` of the reply that brought the message, greeting and all, and seconds spoken `before` it;
    `has_ended`: the conversation came to its end before they hung up; `is_marked`: it noted that the message was played;
    `has_answered`: a question of it. `earlier`: the number's last answered calls (`LOOKS_BACK`), the newest first, None for
    those with a key; `day` is that of this one.
    """

    seconds: float
    length: float
    before: float = 0.0
    has_key: bool = False
    has_answered: bool = False
    is_marked: bool = False
    has_ended: bool = False
    ring: float | None = None
    day: date | None = None
    earlier: Sequence[Silent | None] = ()


def evidence_of(call: Listened) -> Evidence | None:
    """Say what speaks for *heard*; None where it was not heard, or by a machine."""
    listened = call.seconds - call.before
    was_played = call.is_marked or 0 < call.length <= listened + _SLACK
    is_half = was_played or listened >= HALF * call.length > 0
    if call.has_answered or (call.has_key and is_half):
        return Evidence.KEY
    if not is_half or call.has_key or is_machine(call):
        return None
    is_person = was_played and not call.has_ended and not _is_full_mailbox(call.seconds)
    return Evidence.PLAYED if is_person else Evidence.ESTIMATED


def is_machine(call: Listened) -> bool:
    """Say whether it was a mailbox for sure: a tape that was full in mid-message, or the same even ring as ever."""
    if call.has_key:
        return False
    was_played = call.is_marked or call.has_ended or call.before + call.length <= call.seconds + _SLACK
    is_cut = not was_played and _is_full_mailbox(call.seconds)
    return is_cut or (call.has_ended and _is_even(call))


def _is_full_mailbox(seconds: float) -> bool:
    return any(abs(seconds - each) <= 1 for each in MAILBOXES)


def _is_even(call: Listened) -> bool:
    """The same ring within a blink, five times in a row on four days at least, and for long no key nor hang-up of theirs."""
    silent = [each for each in call.earlier[:LOOKS_BACK] if each is not None and each.was_ended_by_us]
    if len(silent) < max(_SEEN_BEFORE, len(call.earlier[:LOOKS_BACK])):
        return False
    last = silent[:_SEEN_BEFORE]
    rings = [ring for ring in (call.ring, *(each.ring for each in last)) if ring]
    days = {call.day, *(each.day for each in last)}
    return len(rings) == _SEEN_BEFORE + 1 and max(rings) - min(rings) <= _SAME_RING and len(days) >= _DAYS
