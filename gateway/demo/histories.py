"""What happened to a report and when: the line of states it went through, spread over the time since it came. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.profiles import Profile
from gateway.states import ReportState

R = ReportState
# State -> hours after the report came in, as a good team would do it (demo_data.md 6.5).
STEPS: dict[ReportState, Sequence[tuple[ReportState, float]]] = {
    R.DRAFT: (),
    R.UNVERIFIED: (),
    R.RECEIVED: (),
    R.BLANK: ((R.BLANK, 5),),
    R.HEARD: ((R.HEARD, 3),),
    R.ASSIGNED: ((R.HEARD, 3), (R.ASSIGNED, 9)),
}
STEPS[R.IN_WORK] = (*STEPS[R.ASSIGNED], (R.IN_WORK, 27))
STEPS[R.ANSWERED] = (*STEPS[R.IN_WORK], (R.ANSWERED, 78))
STEPS[R.CONFIRMED] = (*STEPS[R.ANSWERED], (R.CONFIRMED, 80))
STEPS[R.REOPENED] = (*STEPS[R.ANSWERED], (R.REOPENED, 80))
STEPS[R.CLOSED_UNCONFIRMED] = (*STEPS[R.ANSWERED], (R.CLOSED_UNCONFIRMED, 150))
# Not solved at the first time, and then it was.
TWICE = (
    *STEPS[R.REOPENED],
    (R.HEARD, 84),
    (R.ASSIGNED, 90),
    (R.IN_WORK, 96),
    (R.ANSWERED, 140),
    (R.CONFIRMED, 142),
)
# What came last was of late: who is asked whether it is solved has three days, and a "no" is heard within one.
RECENT = {R.ANSWERED: (3.0, 44.0), R.REOPENED: (3.0, 14.0)}
BY_MEMBER = (R.CONFIRMED, R.REOPENED, R.CLOSED_UNCONFIRMED)
SHARE_OF_AGE = 0.85
DAY_BEGINS, DAY_ENDS = 9, 19


@dataclass(frozen=True)
class Step:
    """A state that the report reached."""

    state: ReportState
    at: datetime


def steps_of(
    state: ReportState,
    received_at: datetime,
    now: datetime,
    profile: Profile,
    dice: random.Random,
    is_twice: bool = False,
) -> list[Step]:
    """Return the steps up to this state: in order, by day, all of them before now."""
    plan = TWICE if is_twice else STEPS[state]
    if not plan:
        return []
    age = (now - received_at).total_seconds() / 3600
    pace = min(dice.uniform(0.7, 1.2), SHARE_OF_AGE * age / plan[-1][1])
    if state in RECENT:
        pace = (age - dice.uniform(*RECENT[state])) / plan[-1][1]
    made: list[Step] = []
    for reached, hours in plan:
        at = received_at + timedelta(hours=hours * pace)
        by_day = _by_day(at, profile)
        at = by_day if by_day < now - timedelta(hours=min(age * 0.05, 1.0)) else at
        made.append(Step(reached, max(at, made[-1].at + timedelta(minutes=2)) if made else at))
    return made


def told_at(received_at: datetime) -> datetime:
    """Return when staff said a word in between: before a week was over, as the ladder wants it."""
    return received_at + timedelta(days=6)


def _by_day(at: datetime, profile: Profile) -> datetime:
    local = at.astimezone(profile.timezone)
    if local.hour < DAY_BEGINS:
        return local.replace(hour=DAY_BEGINS)
    if local.hour >= DAY_ENDS:
        return (local + timedelta(days=1)).replace(hour=DAY_BEGINS)
    return at
