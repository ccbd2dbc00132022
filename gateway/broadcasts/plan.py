"""What a broadcast will take, before it is started: calls by round, lines, money, and when it ends or that it will not.

Reads nothing but settings, prices and the country's profile; the check page and the page of a running broadcast ask it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gateway.deliveries.owe import SMS
from gateway.rules.classes import MessageClass
from gateway.rules.forecast import (
    FIRST_SHARE,
    Cost,
    Tongue,
    calls_by_round,
    cost_of_calls,
    cost_of_fallback,
    cost_of_texts,
    lines_needed,
    members_that_fit,
    seconds_that_fit,
)
from gateway.rules.pacing import finish_time
from gateway.rules.prices import Prices
from gateway.rules.windows import closing, next_opening
from gateway.runtime import Runtime

TEXTS_PER_SECOND = 50.0
LONGEST_DAYS = 14
_DAY = timedelta(days=1)
_AFTER_FIRST = timedelta(hours=2)  # a silent phone is called again that much later, then on other days (2.2)


@dataclass(frozen=True)
class Plan:
    """The first round: when it begins and ends (UTC; None where two weeks do not suffice), and how fast it goes.

    `before_closing` are tried before the first window closes; `again` are likely to be tried a second time.
    """

    begins_at: datetime
    ends_at: datetime | None
    closes_at: datetime
    before_closing: int
    per_second: float
    again: int


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is forecast. `tongues` are the members by language, `fallback` the SMS to whom no call reached."""

    kind: str
    law: MessageClass
    tongues: Mapping[str, Tongue]
    fallback: Mapping[str, Tongue] = field(default_factory=dict)
    at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def members(self) -> int:
        return sum(each.members for each in self.tongues.values())

    @property
    def seconds(self) -> float:
        """Of the longest language that somebody speaks."""
        return max((each.seconds for each in self.tongues.values() if each.members), default=0.0)


class Change(enum.StrEnum):
    """What lets a broadcast finish that would not."""

    LATER = "later"  # start when the next window opens
    EXPIRY = "expiry"  # let it end later
    SHORTER = "shorter"  # say it in so many seconds
    FEWER = "fewer"  # only so many members
    LINES = "lines"  # so many lines


@dataclass(frozen=True)
class Remedy:
    """One way out: `at` for a time, `n` for seconds, members or lines."""

    change: Change
    n: int = 0
    at: datetime | None = None


@dataclass(frozen=True)
class Forecast:
    """The whole of it: `first` round, calls of every round, when the last try is over (None where no two weeks suffice).

    `in_time` are tried at least once before `deadline`: the closing of the window or the expiry, whichever comes first.
    `minutes` of talk are likely; `lines` would let the first round end in time.
    """

    first: Plan
    rounds: tuple[int, ...]
    ends_at: datetime | None
    deadline: datetime
    in_time: int
    cost: Cost
    minutes: int
    lines: int
    remedies: tuple[Remedy, ...] = ()

    @property
    def is_cut(self) -> bool:
        """Whether the first round will not end in time."""
        return bool(self.rounds) and self.in_time < self.rounds[0]


def forecast(rt: Runtime, prices: Prices, wanted: Wanted) -> Forecast:
    """Forecast a broadcast that starts at `wanted.at`, now where it is None or past."""
    members = wanted.members
    first = plan(
        rt, kind=wanted.kind, message_class=wanted.law, count=members, seconds=wanted.seconds, at=wanted.at
    )
    deadline = min(first.closes_at, wanted.expires_at or first.closes_at)
    room = (deadline - first.begins_at).total_seconds()
    made = Forecast(
        first=first,
        rounds=calls_by_round(members) if wanted.kind != SMS else (members,),
        ends_at=_all_rounds(rt, wanted, first) if wanted.kind != SMS else first.ends_at,
        deadline=deadline,
        in_time=min(members, members_that_fit(first.per_second, room)),
        cost=_cost(prices, wanted),
        minutes=_minutes(wanted),
        lines=lines_needed(members, wanted.seconds, room) if wanted.kind != SMS else 0,
    )
    return replace(made, remedies=tuple(_remedies(rt, wanted, made, room))) if made.is_cut else made


def plan(
    rt: Runtime, *, kind: str, message_class: str, count: int, seconds: float, at: datetime | None = None
) -> Plan:
    """Forecast one round to `count` members that starts at `at` (now where it is None or past).

    `seconds` is the length of a call that hears it all. What a window cuts goes on when the next one opens.
    """
    law = MessageClass(message_class)
    begins = closes = at = max(at or rt.clock(), rt.clock())
    first: Plan | None = None
    left = count
    for _ in range(LONGEST_DAYS):
        begins = next_opening(rt.profile, law, at, rt.settings.open_all_day)
        closes = closing(rt.profile, law, begins, rt.settings.open_all_day)
        made = finish_time(
            left,
            pace=TEXTS_PER_SECOND if kind == SMS else rt.settings.calls_per_second,
            lines=None if kind == SMS else rt.settings.lines,
            seconds_per_call=seconds,
            answer_share=FIRST_SHARE,
            window=(begins, closes),
            now=begins,
        )
        now_tried = min(left, int(made.calls_per_second * (closes - begins).total_seconds()))
        first = first or Plan(
            begins, None, closes, now_tried, made.calls_per_second, 0 if kind == SMS else made.rounds[1]
        )
        if made.finishes_at is not None:
            return replace(first, ends_at=made.finishes_at)
        left, at = left - now_tried, closes
    assert first is not None
    return first


def _all_rounds(rt: Runtime, wanted: Wanted, first: Plan) -> datetime | None:
    """When the last round is over: the second a little after the first, the others on the days that follow."""
    ended = first.ends_at
    for nth, calls in enumerate(calls_by_round(wanted.members)[1:]):
        if ended is None or not calls:
            return ended
        earliest = first.begins_at + _AFTER_FIRST if nth == 0 else ended + _DAY
        begins = max(earliest, ended) if nth == 0 else earliest
        ended = plan(
            rt, kind=wanted.kind, message_class=wanted.law, count=calls, seconds=wanted.seconds, at=begins
        ).ends_at
    return min(ended, wanted.expires_at) if ended and wanted.expires_at else ended


def _cost(prices: Prices, wanted: Wanted) -> Cost:
    if wanted.kind == SMS:
        return cost_of_texts(prices, wanted.tongues)
    calls = cost_of_calls(prices, wanted.tongues)
    return calls + cost_of_fallback(prices, wanted.fallback) if wanted.fallback else calls


def _minutes(wanted: Wanted) -> int:
    talk = sum(each.members * each.seconds for each in wanted.tongues.values())
    return 0 if wanted.kind == SMS else round(talk * FIRST_SHARE / 60)


def _remedies(rt: Runtime, wanted: Wanted, made: Forecast, room: float) -> list[Remedy]:
    """What would let the first round end in time, what staff can do at once first."""
    found = []
    opens = next_opening(rt.profile, wanted.law, made.first.closes_at, rt.settings.open_all_day)
    closes = closing(rt.profile, wanted.law, opens, rt.settings.open_all_day)
    whole = members_that_fit(made.first.per_second, (closes - opens).total_seconds())
    if whole >= wanted.members and (wanted.expires_at is None or wanted.expires_at >= closes):
        found.append(Remedy(Change.LATER, at=opens))
    ends_at = made.first.ends_at
    if wanted.expires_at is not None and ends_at is not None and ends_at > wanted.expires_at:
        found.append(Remedy(Change.EXPIRY, at=_whole_hour(ends_at)))
    if made.in_time:
        found.append(Remedy(Change.FEWER, made.in_time))
    return found if wanted.kind == SMS else found + _of_calls(rt, wanted, made, room)


def _of_calls(rt: Runtime, wanted: Wanted, made: Forecast, room: float) -> list[Remedy]:
    if made.first.per_second >= rt.settings.calls_per_second:  # the pace is the limit: neither helps
        return []
    found = []
    fits = seconds_that_fit(wanted.members, rt.settings.lines, room)
    if fits is not None and fits < wanted.seconds:
        found.append(Remedy(Change.SHORTER, fits))
    if made.lines > rt.settings.lines:
        found.append(Remedy(Change.LINES, made.lines))
    return found


def _whole_hour(at: datetime) -> datetime:
    down = at.replace(minute=0, second=0, microsecond=0)
    return down if down == at else down + timedelta(hours=1)
