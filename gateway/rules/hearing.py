"""Was it heard? Told by evidence, never by the connection alone (voice_design.md D32; issue 5, part 3).

No provider tells us a mailbox from a person. What we have: keys, who hung up and when, and how this number was picked up
before. A mailbox presses nothing, hangs up when its tape is full or never, and picks up after the same ring each time. A
ring-back tone that a network counts as answered ends after a few seconds, or never, in the same way. What only seconds
speak for is *estimated* and shown as such; what looks like a machine again and again is not heard.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

HALF = 0.5  # of the message (D32)
MAILBOXES = (30.0, 60.0, 90.0, 120.0, 180.0)  # seconds at which mailboxes commonly cut off
_SLACK = 1.5  # seconds: providers round, and replies take their time
_SAME_RING = 0.4  # seconds within which a machine picks up; no person is so even
_SEEN_BEFORE = 3  # calls; one that looks like a machine may well be a patient listener


class Evidence(enum.StrEnum):
    """What speaks for *heard*, the surest first."""

    KEY = "key"  # a key was pressed
    PLAYED = "played"  # it was played to its end, and they hung up as people do
    ESTIMATED = "estimated"  # half of it or more by the seconds; nothing else is known


@dataclass(frozen=True, kw_only=True)
class Silent:
    """An answered call in which no key was pressed: seconds it rang (None: not known), and whether we had to end it."""

    ring: float | None
    was_ended_by_us: bool


@dataclass(frozen=True, kw_only=True)
class Listened:
    """One answered call of ours.

    `seconds` of connection; `length` of the reply that brought the message, greeting and all, and seconds spoken `before` it;
    `has_ended`: the conversation came to its end before they hung up; `is_marked`: it noted that the message was played;
    `has_answered`: a question of it. `earlier`: the number's last answered calls, the newest first, None for those with a key.
    """

    seconds: float
    length: float
    before: float = 0.0
    has_key: bool = False
    has_answered: bool = False
    is_marked: bool = False
    has_ended: bool = False
    ring: float | None = None
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
    """The same ring within a blink, four times in a row, and never a key nor a hang-up of theirs."""
    earlier = call.earlier[:_SEEN_BEFORE]
    if len(earlier) < _SEEN_BEFORE or any(each is None or not each.was_ended_by_us for each in earlier):
        return False
    rings = [call.ring, *(each.ring for each in earlier if each is not None)]
    known = [each for each in rings if each]
    return len(known) == len(rings) and max(known) - min(known) <= _SAME_RING
