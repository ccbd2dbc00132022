"""By when each step is due, a row per clause of demo_data.md 6.5, and the days on which time stands still."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.rules.ladder import Calendar, Hours, Ladder, Pace, Step, due_at, step_of, tell_at
from gateway.states import ReportState, Urgency

R, U = ReportState, Urgency
INDIA = ZoneInfo("Asia/Kolkata")
SUNDAYS = Calendar(INDIA, frozenset({6}))
DIWALI = Calendar(INDIA, frozenset({6}), frozenset({date(2026, 11, 9)}))  # a Monday
NO_REST = Calendar(INDIA)


def at(text: str) -> datetime:
    """An instant of November 2026 on India's clocks."""
    return datetime.strptime(f"2026 11 {text}", "%Y %m %d %H:%M").replace(tzinfo=INDIA)


@pytest.mark.parametrize(
    ("step", "urgency", "since", "due", "why"),
    [
        (Step.HEAR, U.NOT_STATED, "2 10:00", "3 10:00", "heard 24 h"),
        (Step.ASSIGN, U.CAN_WAIT, "2 10:00", "4 10:00", "assigned 48 h"),
        (
            Step.SOLVE,
            U.NOT_STATED,
            "2 10:00",
            "10 10:00",
            "7 days a level, the Sunday between does not count",
        ),
        (Step.HEAR, U.NOT_STATED, "7 10:00", "9 10:00", "Saturday's report is heard on Monday"),
        (Step.HEAR, U.NOT_STATED, "8 10:00", "10 00:00", "told on Sunday: the clock starts with Monday"),
        (Step.HEAR, U.SOON, "2 10:00", "2 22:00", "soon: half the time"),
        (Step.SOLVE, U.SOON, "2 10:00", "5 10:00", "soon: three days a level"),
        (Step.TAKE, U.DANGER, "8 10:00", "8 10:05", "danger 5 min, on Sunday too"),
        (Step.SOLVE, U.DANGER, "7 20:00", "8 20:00", "danger knows no rest day"),
        (Step.HEAR, U.NOT_STATED, "7 23:59", "9 23:59", "a minute before midnight"),
    ],
)
def test_step_is_due(step: Step, urgency: Urgency, since: str, due: str, why: str) -> None:
    assert due_at(Ladder(), SUNDAYS, step, urgency, at(since)) == at(due), why


def test_holiday_does_not_count_either() -> None:
    assert due_at(Ladder(), DIWALI, Step.HEAR, U.NOT_STATED, at("7 10:00")) == at("10 10:00")
    assert due_at(Ladder(), DIWALI, Step.TAKE, U.DANGER, at("9 10:00")) == at("9 10:05")


def test_three_levels_take_the_21_days_of_the_central_government() -> None:
    since = at("1 00:00")
    for _ in range(3):
        since = due_at(Ladder(), NO_REST, Step.SOLVE, U.NOT_STATED, since)
    assert since == at("22 00:00")


def test_organisation_chooses_its_own_hours_and_days() -> None:
    hours = {**Ladder().hours, Pace.ORDINARY: Hours(6, 12, 48)}
    chosen = Ladder(hours=hours, danger_minutes=3, rest_days=frozenset({4}))
    fridays = Calendar(INDIA, chosen.rest_days)
    assert due_at(chosen, fridays, Step.HEAR, U.NOT_STATED, at("5 23:00")) == at("7 05:00")
    assert due_at(chosen, fridays, Step.TAKE, U.DANGER, at("5 23:00")) == at("5 23:03")


def test_clocks_that_change_lose_no_hour() -> None:
    """A day of 23 hours counts 23: a deadline is time that really ran."""
    berlin = Calendar(ZoneInfo("Europe/Berlin"))
    since = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert berlin.after(since, timedelta(hours=24)) == since + timedelta(hours=24)


@pytest.mark.parametrize(
    ("state", "urgency", "is_taken", "step"),
    [
        (R.RECEIVED, U.NOT_STATED, False, Step.HEAR),
        (R.REOPENED, U.SOON, False, Step.HEAR),
        (R.HEARD, U.NOT_STATED, False, Step.ASSIGN),
        (R.ASSIGNED, U.NOT_STATED, False, Step.SOLVE),
        (R.IN_WORK, U.DANGER, True, Step.SOLVE),
        (R.HEARD, U.DANGER, False, Step.TAKE),
        (R.ANSWERED, U.DANGER, False, None),
        (R.CONFIRMED, U.NOT_STATED, False, None),
        (R.BLANK, U.NOT_STATED, False, None),
    ],
)
def test_what_is_due_next(state: ReportState, urgency: Urgency, is_taken: bool, step: Step | None) -> None:
    assert step_of(state, urgency, is_taken) == step


def test_interim_word_comes_every_seven_days_of_the_calendar() -> None:
    assert tell_at(Ladder(), at("2 10:00")) == at("9 10:00")


def test_week_without_a_working_day_and_time_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="working day"):
        Ladder(rest_days=frozenset(range(7)))
    with pytest.raises(ValueError, match="zone"):
        SUNDAYS.after(datetime(2026, 11, 2), timedelta(hours=1))
