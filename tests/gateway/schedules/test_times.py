"""Broadcasts that come again: each time once, the newest of those missed, none without its approval."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from gateway.broadcasts import launch, schedules
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import AuditEntry, Broadcast, Schedule
from gateway.rules.calendar import Before, Event, Weekly
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import units
from tests.builders import a_broadcast, a_member, a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.schedules.weeks import (
    MONDAYS_AT_NINE,
    a_bulletin,
    a_campaign,
    an_approved,
    schedule,
    sweep,
    times_of,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def plan(rt: Runtime, broadcast_id: int, rule: Weekly | Event = MONDAYS_AT_NINE) -> None:
    with unit_of_work(rt.engine) as unit:
        schedules.plan(unit, rt, unit.db.get_one(Broadcast, broadcast_id), rule, None)


def test_a_bulletin_comes_every_monday_as_a_copy_that_is_approved(rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    first = a_bulletin(rt)
    sweep(rt)
    assert times_of(rt) == []
    for monday in ("2026-11-30 03:30", "2026-12-07 03:30:05"):
        clock.now = at(monday)
        sweep(rt)
        sweep(rt)
    made = times_of(rt)
    assert [each.occurs_at for each in made] == [at("2026-11-30 03:30"), at("2026-12-07 03:30")]
    assert {(each.parent_id, each.relation, each.state) for each in made} == {
        (first, "occurrence", BroadcastState.RUNNING)
    }
    assert made[0].expires_at == at("2026-12-07 03:30")  # the next one says it better


def test_two_sweeps_at_once_make_one(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt)
    clock.now = at("2026-11-30 03:30")
    with ThreadPoolExecutor(4) as several:
        list(several.map(lambda _: sweep(rt), range(4)))
    assert len(times_of(rt)) == 1


def test_a_house_that_was_down_makes_the_newest_and_tells_of_the_others(
    rt: Runtime, clock: TestClock
) -> None:
    a_bulletin(rt)
    clock.now = at("2026-12-14 05:00")  # an hour and a half after the third Monday
    sweep(rt)
    kept = schedule(rt)
    assert [each.occurs_at for each in times_of(rt)] == [at("2026-12-14 03:30")]
    assert (kept.skipped, kept.skipped_at) == (2, at("2026-12-07 03:30"))
    assert kept.next_at == at("2026-12-21 03:30")
    with unit_of_work(rt.engine) as unit:
        told = unit.db.scalars(select(AuditEntry).where(AuditEntry.action == "schedule-skipped")).one()
    assert told.details == {"count": 2}


def test_what_is_long_past_is_not_made_up_for(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt)
    clock.now = at("2026-11-30 10:00")
    sweep(rt)
    assert (times_of(rt), schedule(rt).skipped) == ([], 1)
    assert schedule(rt).ended_at is None


def test_a_clock_that_is_put_back_makes_none_twice(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt)
    clock.now = at("2026-11-30 03:31")
    sweep(rt)
    clock.now = at("2026-11-30 03:00")
    sweep(rt)
    clock.now = at("2026-11-30 03:31")
    sweep(rt)
    assert len(times_of(rt)) == 1


def test_it_ends_after_its_last_day(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt, Weekly(frozenset({0}), time(9), date(2026, 12, 1)))
    clock.now = at("2026-11-30 03:30")
    sweep(rt)
    assert len(times_of(rt)) == 1
    assert (schedule(rt).next_at, schedule(rt).problem) == (None, None)
    assert schedule(rt).ended_at == clock.now


MEETING = Event(date(2026, 11, 26), time(17), (Before(days=3), Before(days=1), Before(hours=2)))


def test_reminders_end_when_the_event_begins(rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    a_bulletin(rt, MEETING)  # at Monday noon: three days before at five is this afternoon
    for when in ("2026-11-23 11:30", "2026-11-25 11:30", "2026-11-26 09:30"):
        clock.now = at(when)
        sweep(rt)
    made = times_of(rt)
    assert [each.expires_at for each in made] == [at("2026-11-26 11:30")] * 3
    assert schedule(rt).ended_at is not None


def test_a_reminder_that_comes_after_the_event_is_skipped(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt, MEETING)
    clock.now = at("2026-11-26 12:00")
    sweep(rt)
    assert (times_of(rt), schedule(rt).skipped) == ([], 3)


def test_a_campaign_whose_certificate_has_run_out_stops_and_says_why(rt: Runtime, clock: TestClock) -> None:
    asha = a_person_of_staff(rt, "Asha", "approver")
    broadcast_id = a_campaign(rt, "2026-12-01T00:00:00+00:00", asha)
    plan(rt, broadcast_id)
    clock.now = at("2026-11-30 03:30")
    sweep(rt)
    assert [(each.approver_id, each.certificate is not None) for each in times_of(rt)] == [(asha, True)]
    clock.now = at("2026-12-07 03:30")
    sweep(rt)
    assert len(times_of(rt)) == 1
    assert (schedule(rt).problem, schedule(rt).ended_at) == ("no-certificate", clock.now)


def test_words_that_changed_after_the_approval_stop_it(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = a_bulletin(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).texts = {"hi": "कुछ और।"}
    clock.now = at("2026-11-30 03:30")
    sweep(rt)
    assert (times_of(rt), schedule(rt).problem) == ([], "not-approved")


def test_a_discarded_broadcast_and_a_closed_unit_come_no_more(rt: Runtime, clock: TestClock) -> None:
    discarded, of_closed = a_bulletin(rt), a_bulletin(rt, unit="BOOTH-2")
    with unit_of_work(rt.engine) as unit:
        launch.stop(unit, rt, unit.db.get_one(Broadcast, discarded))
        units.get_unit_by_code(unit.db, "BOOTH-2").closed_at = rt.clock()
    clock.now = at("2026-11-30 03:30")
    sweep(rt)
    with unit_of_work(rt.engine) as unit:
        problems = dict(unit.db.execute(select(Schedule.broadcast_id, Schedule.problem)).all())
    assert (times_of(rt), problems) == ([], {discarded: "stopped", of_closed: "unit-closed"})


def test_stopping_it_makes_no_more(rt: Runtime, clock: TestClock) -> None:
    a_bulletin(rt)
    with unit_of_work(rt.engine) as unit:
        schedules.stop(unit, rt, unit.db.scalars(select(Schedule)).one(), None)
    clock.now = at("2026-11-30 03:30")
    sweep(rt)
    assert (times_of(rt), schedule(rt).problem) == ([], None)


REFUSED = [
    (Event(date(2026, 11, 20), time(17), (Before(days=1),)), "past"),
    (Weekly(frozenset({0}), time(9), date(2026, 11, 24)), "none of these times"),
    (Weekly(frozenset({0}), time(6)), "outside the hours"),
    (Event(date(2026, 11, 24), time(17), (Before(days=3),)), "none of these times"),
]


@pytest.mark.parametrize(("rule", "why"), REFUSED)
def test_a_time_that_cannot_be_is_refused_in_words(rt: Runtime, rule: Weekly | Event, why: str) -> None:
    broadcast_id = an_approved(rt)
    with pytest.raises(Conflict, match=why):
        plan(rt, broadcast_id, rule)


def test_an_event_in_the_gap_of_the_clocks_is_refused_in_words(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = an_approved(rt)
    with unit_of_work(rt.engine) as unit:
        units.get_unit_by_code(unit.db, "BOOTH-1").zone = "America/New_York"
    with pytest.raises(Conflict, match="put forward over 02:30"):
        plan(rt, broadcast_id, Event(date(2027, 3, 14), time(2, 30), (Before(days=1),)))


def test_a_draft_or_one_that_comes_again_already_is_refused(rt: Runtime) -> None:
    with pytest.raises(Conflict, match="approved first"):
        plan(rt, a_broadcast(rt))
    twice = a_bulletin(rt)
    with pytest.raises(Conflict, match="comes again already"):
        plan(rt, twice)
