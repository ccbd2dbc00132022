"""What a broadcast will take: when it ends, that it will not, and what to change then (issue 5, part 5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.broadcasts.plan import Change, Forecast, Wanted, forecast
from gateway.rules.classes import MessageClass
from gateway.rules.forecast import Tongue
from gateway.runtime import Runtime
from tests.conftest import TestClock

LAW = MessageClass.ORGANISATIONAL


def made(rt: Runtime, members: int, *, kind: str = "voice", lines: int = 50, **more: object) -> Forecast:
    rt = replace(rt, settings=replace(rt.settings, lines=lines, calls_per_second=100))
    tongue = Tongue(members, seconds=45, parts=2)
    return forecast(rt, rt.profile.money.prices, Wanted(kind=kind, law=LAW, tongues={"hi": tongue}, **more))  # type: ignore[arg-type]


def changes(found: Forecast) -> list[Change]:
    return [each.change for each in found.remedies]


def test_small_one_ends_in_its_window_and_needs_nothing(rt: Runtime, clock: TestClock) -> None:
    found = made(rt, 1000)
    assert not found.is_cut and found.remedies == ()
    assert found.first.ends_at is not None and found.first.ends_at <= found.deadline
    assert found.ends_at is not None and found.ends_at > found.first.ends_at  # other days for the silent ones
    assert found.rounds[0] == 1000 == found.in_time
    assert 0 < found.cost.low < found.cost.likely < found.cost.high


def test_one_that_does_not_fit_says_how_many_do_and_what_to_change(rt: Runtime, clock: TestClock) -> None:
    found = made(rt, 40_000, lines=30)
    assert found.is_cut and 0 < found.in_time < 40_000
    assert found.lines > 30
    assert {Change.FEWER, Change.LINES} <= set(changes(found))
    assert not made(rt, 40_000, lines=found.lines + 1).is_cut  # the advice is true
    assert not made(rt, found.in_time, lines=30).is_cut


def test_starting_late_in_the_day_offers_the_next_morning(rt: Runtime, clock: TestClock) -> None:
    clock.now = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 20:30 in India, half an hour before closing
    found = made(rt, 4_000)
    later = next(each for each in found.remedies if each.change is Change.LATER)
    assert later.at is not None and later.at > found.deadline
    assert not made(rt, 4_000, at=later.at).is_cut


def test_expiry_that_comes_too_soon_is_offered_later(rt: Runtime, clock: TestClock) -> None:
    clock.now = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
    found = made(rt, 40_000, expires_at=clock.now + timedelta(minutes=10))
    assert found.is_cut and found.deadline == clock.now + timedelta(minutes=10)
    until = next(each.at for each in found.remedies if each.change is Change.EXPIRY)
    assert not made(rt, 40_000, expires_at=until).is_cut or until > found.first.closes_at


def test_shorter_words_are_offered_only_where_they_help(rt: Runtime, clock: TestClock) -> None:
    clock.now = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)  # ten and a half hours to go
    found = made(rt, 40_000, lines=41)
    shorter = [each.n for each in found.remedies if each.change is Change.SHORTER]
    assert shorter and 10 <= shorter[0] < 45
    assert Change.SHORTER not in changes(made(rt, 10**6))


@pytest.mark.parametrize("members", [1, 4_000])
def test_texts_need_no_lines_and_cost_what_they_cost(rt: Runtime, members: int) -> None:
    found = made(rt, members, kind="sms")
    assert (found.lines, found.minutes, found.rounds) == (0, 0, (members,))
    assert found.cost.low == found.cost.likely == found.cost.high == members * 2 * rt.profile.money.prices.sms


def test_nobody_costs_nothing(rt: Runtime) -> None:
    found = made(rt, 0)
    assert not found.is_cut and found.cost.high == 0
