"""When a broadcast will have tried everybody once: from the pace, the lines and the calling window (house.md 5.3, 2).

Reads nothing but settings and the country's profile; the check page and the page of a running broadcast ask it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.deliveries.owe import SMS
from gateway.rules.classes import MessageClass
from gateway.rules.pacing import finish_time
from gateway.rules.windows import closing, next_opening
from gateway.runtime import Runtime

ANSWER_SHARE = 0.5  # reached at the first try (reach_and_retries.md 2.1)
GREETING_SECONDS = 6.0  # who calls, and the key that stops such calls
TEXTS_PER_SECOND = 50.0
LONGEST_DAYS = 14


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


def plan(
    rt: Runtime, *, kind: str, message_class: str, count: int, seconds: float, at: datetime | None = None
) -> Plan:
    """Forecast a broadcast to `count` members that starts at `at` (now where it is None or past).

    `seconds` is the length of what is heard. What a window cuts goes on when the next one opens.
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
            seconds_per_call=seconds + GREETING_SECONDS,
            answer_share=ANSWER_SHARE,
            window=(begins, closes),
            now=begins,
        )
        now_tried = min(left, int(made.calls_per_second * (closes - begins).total_seconds()))
        first = first or Plan(
            begins, None, closes, now_tried, made.calls_per_second, 0 if kind == SMS else made.rounds[1]
        )
        if made.finishes_at is not None:
            return _ended(first, made.finishes_at)
        left, at = left - now_tried, closes
    assert first is not None
    return first


def _ended(first: Plan, at: datetime) -> Plan:
    return Plan(first.begins_at, at, first.closes_at, first.before_closing, first.per_second, first.again)
