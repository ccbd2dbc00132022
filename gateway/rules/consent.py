"""What a member has agreed to, derived from the append-only ledger and from nothing else (rules.md L5, L6).

Enrolment writes the ledger and stores what `derive` says; the guard asks `permits`. Suppression by number is not here: it
outlives members and is asked for separately (L7).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.classes import MessageClass

ORGANISATIONAL, CAMPAIGN, EVERYTHING = "organisational", "campaign", "all"
GIVEN, WITHDRAWN = "given", "withdrawn"

OWN_ACTS = frozenset({"key", "sms", "voice", "paper"})
_OWN_ACT_SEEN_BY_US = frozenset({"key", "sms", "voice"})  # paper reaches us through somebody's hands


class ConsentState(enum.StrEnum):
    """How far a member's agreement goes; each step contains the ones before it, so states are compared by step."""

    NONE = "none"
    INTRODUCTION = "introduction"
    ORGANISATIONAL = "organisational"
    ALL = "all"

    # A StrEnum would compare by the alphabet, where "all" comes first.
    def __lt__(self, other: str) -> bool:
        return _step(self) < _step(other)

    def __le__(self, other: str) -> bool:
        return _step(self) <= _step(other)

    def __gt__(self, other: str) -> bool:
        return _step(self) > _step(other)

    def __ge__(self, other: str) -> bool:
        return _step(self) >= _step(other)


def _step(state: str) -> int:
    return _STEPS.index(ConsentState(state))


_STEPS = tuple(ConsentState)
_NEEDED = {
    MessageClass.SERVICE: ConsentState.ORGANISATIONAL,
    MessageClass.ORGANISATIONAL: ConsentState.ORGANISATIONAL,
    MessageClass.SURVEY: ConsentState.ORGANISATIONAL,
    MessageClass.EMERGENCY: ConsentState.ORGANISATIONAL,
    MessageClass.CAMPAIGN: ConsentState.ALL,
}


@dataclass(frozen=True)
class Entry:
    """One line of the ledger: purpose organisational, campaign or all; action given or withdrawn; instants in UTC.

    `has_proof`: the call, the message or the photographed form in which it was given is named (rules.md L8).
    """

    purpose: str
    action: str
    how: str
    at: datetime
    expires_at: datetime | None = None
    has_proof: bool = False


def derive(entries: Sequence[Entry], now: datetime) -> ConsentState:
    """Say what the ledger amounts to at `now`; the order of the entries does not matter.

    Only the member's own act (key, SMS, voice, signed paper) agrees to anything. A coordinator's word, or any other way,
    allows one introduction call that asks (contract: CSV files). A withdrawal ends what came before it, and after one only
    a key, SMS or voice of the member's own agrees again: no import, paper or coordinator (L7, journeys.md M1). Entries that
    have expired or lie in the future agree to nothing. Campaign alone, without organisational, permits nothing.
    """
    agreed: set[str] = set()
    left: set[str] = set()
    for entry in sorted(entries, key=lambda e: (e.at, e.action == WITHDRAWN)):
        purposes = _purposes(entry.purpose)
        if entry.action == WITHDRAWN:
            agreed -= purposes | {"introduction"}
            left |= purposes
        elif _is_in_force(entry, now):
            agreed |= _agrees_to(entry, purposes, left)
    return _state(agreed)


def proven(entries: Sequence[Entry], now: datetime) -> ConsentState:
    """Say what of the ledger could be shown to somebody who asks: what came with a call, a message or a signed form."""
    return derive([each for each in entries if each.action == WITHDRAWN or each.has_proof], now)


def expiry(at: datetime, days: int) -> datetime | None:
    """Return when what was agreed to at that instant runs out; None where the country sets no end (0 days)."""
    return at + timedelta(days=days) if days else None


def is_resting(left_at: datetime | None, days: int, now: datetime) -> bool:
    """Say whether a number that was opted out may not be asked anew yet (rules.md 3.1: no new request after opt-out)."""
    return left_at is not None and now < left_at + timedelta(days=days)


def is_agreed(state: ConsentState, purpose: str) -> bool:
    """Say whether this state holds something that ending this purpose takes away."""
    return state > (ConsentState.ORGANISATIONAL if purpose == CAMPAIGN else ConsentState.NONE)


def permits(state: ConsentState, message_class: MessageClass, is_introduction: bool) -> bool:
    """Say whether this agreement covers a message of this class.

    An introduction call asks the member and does nothing else, so it needs less and may never carry campaign or survey.
    """
    if is_introduction and message_class in (MessageClass.SERVICE, MessageClass.ORGANISATIONAL):
        return state >= ConsentState.INTRODUCTION
    return state >= _NEEDED[message_class]


def _purposes(purpose: str) -> set[str]:
    return {ORGANISATIONAL, CAMPAIGN} if purpose == EVERYTHING else {purpose}


def _is_in_force(entry: Entry, now: datetime) -> bool:
    return entry.at <= now and (entry.expires_at is None or now < entry.expires_at)


def _agrees_to(entry: Entry, purposes: set[str], left: set[str]) -> set[str]:
    if entry.how in _OWN_ACT_SEEN_BY_US:
        return purposes
    if entry.how in OWN_ACTS:
        return purposes - left
    return set() if left else {"introduction"}


def _state(agreed: set[str]) -> ConsentState:
    if {ORGANISATIONAL, CAMPAIGN} <= agreed:
        return ConsentState.ALL
    if ORGANISATIONAL in agreed:
        return ConsentState.ORGANISATIONAL
    return ConsentState.INTRODUCTION if "introduction" in agreed else ConsentState.NONE
