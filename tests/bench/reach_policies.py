"""Four ways to try again: ours, the two that were published (reach_and_retries.md 2.2), and none.

A policy says when a member is called first, and after each call when the next one is, or that none is. It sees what a
provider would tell: how the call ended, seconds, keys; never whether somebody listened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from gateway.rules import habits, hearing
from gateway.rules.classes import Kind, MessageClass
from gateway.rules.habits import Record
from gateway.rules.profiles import load_profile
from gateway.rules.retry import Cause, Plan, RetryAt, Try, first_try, next_try
from gateway.rules.slots import slot_at
from gateway.rules.windows import next_opening
from tests.bench.reach_people import Picked

PROFILE, CLASS = load_profile("in"), MessageClass.ORGANISATIONAL
LENGTH, WHOLE = 45.0, 53.0  # seconds of the message, and until we hang up
EXPIRES = timedelta(days=5)


@dataclass(frozen=True)
class Called:
    """One call of a broadcast and what came of it."""

    at: datetime
    picked: Picked


class Policy(Protocol):
    """Tries one broadcast after another on the same members."""

    name: str

    def first(self, member: int, start: datetime) -> datetime | None: ...

    def following(self, member: int, start: datetime, calls: Sequence[Called]) -> datetime | None: ...


class Once:
    """One call, no retry."""

    name = "none"

    def first(self, member: int, start: datetime) -> datetime | None:
        return _open(start)

    def following(self, member: int, start: datetime, calls: Sequence[Called]) -> datetime | None:
        return None


@dataclass
class Fixed:
    """Waits of fixed length after a call that was not picked up, whatever the cause; whatever picks up ends it.

    Never for a number that does not exist. `ends_after`: so many broadcasts in a row without an answer end it for good.
    """

    name: str
    waits: tuple[timedelta, ...]
    ends_after: int | None = None
    unanswered: dict[int, int] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)

    def first(self, member: int, start: datetime) -> datetime | None:
        return None if member in self.ended else _open(start)

    def following(self, member: int, start: datetime, calls: Sequence[Called]) -> datetime | None:
        last = calls[-1]
        if last.picked.cause is Cause.INVALID:
            self.ended.add(member)
            return None
        if last.picked.cause is None:
            self.unanswered[member] = 0
            return None
        if len(calls) <= len(self.waits):
            return _open(last.at + self.waits[len(calls) - 1])
        self.unanswered[member] = self.unanswered.get(member, 0) + 1
        if self.ends_after is not None and self.unanswered[member] >= self.ends_after:
            self.ended.add(member)
        return None


def kilkari() -> Fixed:
    """A fresh call and three retry days, several tries inside each, nine in all; ends after six unanswered weeks (2.2).

    How the nine fall on the four days was not published: three on the first and two on each other, two hours apart.
    """
    hours = timedelta(hours=2)
    return Fixed(
        "Kilkari",
        (hours, hours, timedelta(hours=20), hours, timedelta(hours=22), hours, timedelta(hours=22), hours),
        6,
    )


def engage_spark() -> Fixed:
    """15 minutes, 45 minutes, then 24 hours (2.2)."""
    return Fixed("engageSPARK", (timedelta(minutes=15), timedelta(minutes=45), timedelta(hours=24)))


@dataclass
class Ours:
    """The rules of this house, as `deliveries` asks them: retry, habits, hearing, in this order."""

    name: str = "ours"
    records: dict[int, Record] = field(default_factory=dict)
    picked_up: dict[int, list[hearing.Silent | None]] = field(default_factory=dict)
    invalid: set[int] = field(default_factory=set)
    last_at: dict[int, datetime] = field(default_factory=dict)

    def first(self, member: int, start: datetime) -> datetime | None:
        record = self.records.get(member, habits.UNKNOWN)
        if member in self.invalid or habits.is_resting(record, self.last_at.get(member), start):
            return None
        return first_try(self._plan(member, start), start)

    def following(self, member: int, start: datetime, calls: Sequence[Called]) -> datetime | None:
        last, record = calls[-1], self.records.get(member, habits.UNKNOWN)
        self.last_at[member] = last.at
        cause = self._cause(member, last.picked, last.at)
        if cause is Cause.INVALID:
            self.invalid.add(member)
            return None
        slot = slot_at(PROFILE, CLASS, last.at)
        self.records[member] = habits.counted(record, slot, cause in (Cause.HEARD, Cause.ANSWERED_NOT_HEARD))
        tries = [Try(each.picked.cause or Cause.ANSWERED_NOT_HEARD, each.at) for each in calls[:-1]]
        follow = next_try(
            [*tries, Try(cause, last.at)], self._plan(member, start), last.at + timedelta(minutes=1)
        )
        if isinstance(follow, RetryAt):
            return follow.at
        if all(each.picked.cause for each in calls):
            self.records[member] = habits.unreached(self.records[member], last.at)
        return None

    def _plan(self, member: int, start: datetime) -> Plan:
        return Plan(
            profile=PROFILE,
            message_class=CLASS,
            kind=Kind.VOICE,
            seed=member,
            record=self.records.get(member, habits.UNKNOWN),
            expires_at=start + EXPIRES,
        )

    def _cause(self, member: int, picked: Picked, at: datetime) -> Cause:
        if picked.cause is not None:
            return picked.cause
        before = self.picked_up.setdefault(member, [])
        call = hearing.Listened(
            seconds=picked.seconds,
            length=LENGTH,
            has_key=picked.has_key,
            is_marked=picked.has_ended,
            has_ended=picked.has_ended,
            ring=picked.ring,
            day=at.date(),
            earlier=tuple(before),
        )
        found = hearing.evidence_of(call)
        silent = hearing.Silent(day=at.date(), ring=picked.ring, was_ended_by_us=picked.has_ended)
        before.insert(0, None if picked.has_key else silent)
        if found is not None:
            return Cause.HEARD
        return Cause.ANSWERED_NOT_HEARD


def all_policies() -> list[Policy]:
    return [Ours(), kilkari(), engage_spark(), Once()]


@lru_cache(maxsize=100_000)
def _open(at: datetime) -> datetime:
    return next_opening(PROFILE, CLASS, at)
