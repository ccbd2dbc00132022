"""What a lead says of the day is kept: the last word of the day, of their own unit, and how many days in a row."""

from __future__ import annotations

import pytest

from gateway.days import saying
from gateway.db import unit_of_work
from gateway.models import UnitDay
from gateway.runtime import Runtime
from gateway.scene import Scene
from tests.builders import a_member
from tests.conftest import TestClock
from tests.gateway.days.evening import HOUR, a_lead, ask, days, next_evening, owed, say, turn_on


@pytest.fixture
def sita(rt: Runtime, clock: TestClock) -> int:
    """A lead who is asked this evening."""
    member_id = a_lead(rt)
    turn_on(rt)
    clock.forward(**HOUR)
    ask(rt)
    return member_id


def stands(rt: Runtime) -> tuple[str | None, int]:
    (day,) = days(rt)
    return day.said, day.streak


def test_last_word_of_the_day_counts(rt: Runtime, sita: int) -> None:
    (day,) = days(rt)
    assert stands(rt) == (None, 0)
    for said in ("nothing", "nothing", "could_not"):
        say(rt, day, said)
        assert stands(rt) == (said, 1)


def test_nothing_is_kept_after_midnight(rt: Runtime, sita: int, clock: TestClock) -> None:
    (day,) = days(rt)
    clock.forward(hours=5)
    say(rt, day, "nothing")
    assert stands(rt) == (None, 0)


def test_nobody_speaks_for_a_unit_that_is_not_theirs(rt: Runtime, sita: int) -> None:
    (day,) = days(rt)
    for stranger in (a_member(rt, "Ramesh"), a_lead(rt, unit="BOOTH-2", name="Asha")):
        say(rt, day, "nothing", stranger)
    say(rt, day, "everything")
    assert stands(rt) == (None, 0)
    say(rt, day, "nothing", a_lead(rt, name="Gita"))
    assert stands(rt) == ("nothing", 1)


def test_call_that_asks_is_enough_where_nobody_said_who(rt: Runtime, sita: int) -> None:
    (day,) = days(rt)
    with unit_of_work(rt.engine) as unit:
        saying.say(unit, rt, Scene(1, None, "hi", delivery_id=owed(rt)[0].id), day.id, "nothing")
    assert stands(rt) == ("nothing", 1)


def test_days_in_a_row_are_counted_until_one_is_silent(rt: Runtime, sita: int, clock: TestClock) -> None:
    found = []
    for said in ("nothing", "could_not", None, "something", "nothing"):
        today = days(rt, clock.now.date())[0]
        if said:
            say(rt, today, said)
        found.append(days(rt, clock.now.date())[0].streak)
        next_evening(clock)
        ask(rt)
    assert found == [1, 2, 0, 1, 2]


def test_conversation_knows_the_unit_and_what_the_streak_will_be(
    rt: Runtime, sita: int, clock: TestClock
) -> None:
    found = []
    for _ in range(3):
        day = days(rt, clock.now.date())[0]
        with unit_of_work(rt.engine) as unit:
            found.append(saying.fact(unit.db, rt, day.id, "en"))
            assert saying.open_day(unit.db, rt, sita) == day.id
        say(rt, day, "nothing")
        with unit_of_work(rt.engine) as unit:
            assert saying.open_day(unit.db, rt, sita) is None
            assert unit.db.get_one(UnitDay, day.id).said == "nothing"
        next_evening(clock)
        ask(rt)
    assert [(each["unit"], each["streak"], each["is_milestone"]) for each in found] == [
        ("Booth 1", "one", False),
        ("Booth 1", "two", False),
        ("Booth 1", "three", True),
    ]
