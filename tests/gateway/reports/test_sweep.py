"""What happens to a report by itself: it climbs, danger rings on, its reporter is told and asked, it is closed at last."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Delivery, Holiday, PhoneNumber, ReportEvent, Staff
from gateway.reports import answering, desk, outcome, sweep
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, DeliveryState, ReportState
from gateway.store import ladder, rights_rows
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.reports.desks import (
    Tree,
    a_duty_number,
    a_report,
    a_tree,
    kinds,
    number_of,
    owed,
    report,
)
from tests.lines import CALLS_BACK, Caller

ANSWER = {"hi": "पंप कल ठीक होगा।"}


@pytest.fixture
def tree(rt: Runtime) -> Tree:
    return a_tree(rt, "BOOTH-1", "DISTRICT")


def answered(rt: Runtime, tree: Tree, report_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, report_id, tree.staff["BOOTH-1"], ANSWER, {})


def test_late_report_climbs_to_the_next_level_with_staff_until_the_top(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    made = a_report(rt)
    sweep.sweep(rt)
    assert kinds(rt, made) == ["received"]
    clock.forward(hours=24)
    sweep.sweep(rt)
    found = report(rt, made)
    assert (tree.code_of(found.desk_unit_id), found.ups) == ("DISTRICT", 1)
    assert tree.code_of(found.sight_unit_id) == "BOOTH-1"
    assert found.due_at == clock() + timedelta(hours=24)
    clock.forward(hours=24)
    sweep.sweep(rt)
    sweep.sweep(rt)
    found = report(rt, made)
    assert (tree.code_of(found.desk_unit_id), found.ups, found.due_at) == ("DISTRICT", 1, clock())
    assert kinds(rt, made) == ["received", "climbed", "overdue_at_top"]


def test_owner_who_did_not_solve_it_loses_it_to_the_level_above(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    with unit_of_work(rt.engine) as unit:
        desk.start_work(unit, rt, made, me)
    clock.forward(days=8)
    sweep.sweep(rt)
    found = report(rt, made)
    assert (found.state, found.assignee_id, found.ups) == (ReportState.HEARD, None, 1)


def test_holidays_of_the_unit_and_those_above_stop_the_clock(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    with unit_of_work(rt.engine) as unit:
        tomorrow = clock().date() + timedelta(days=1)
        unit.db.add(Holiday(unit_id=tree.unit("BLOCK"), day=tomorrow, name="Chhath"))
    assert report(rt, a_report(rt)).due_at == clock() + timedelta(hours=48)


def test_holiday_that_is_added_later_still_counts(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made = a_report(rt)
    with unit_of_work(rt.engine) as unit:
        tomorrow = clock().date() + timedelta(days=1)
        unit.db.add(Holiday(unit_id=tree.unit("BOOTH-1"), day=tomorrow, name="Chhath"))
    clock.forward(hours=24)
    sweep.sweep(rt)
    assert (report(rt, made).ups, report(rt, made).due_at) == (0, clock() + timedelta(hours=24))


def test_rest_days_that_the_organisation_chose_stop_the_clock(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    with unit_of_work(rt.engine) as unit:
        ladder.keep_ladder(unit.db, ladder.Ladder(rest_days=frozenset({1})))
    assert report(rt, a_report(rt)).due_at == clock() + timedelta(hours=48)  # today is Monday


def test_owner_who_left_gives_it_back(rt: Runtime, tree: Tree) -> None:
    made, me = a_report(rt), tree.staff["BOOTH-1"]
    with unit_of_work(rt.engine) as unit:
        desk.start_work(unit, rt, made, me)
        unit.db.get_one(Staff, me).disabled_at = rt.clock()
    sweep.sweep(rt)
    sweep.sweep(rt)
    assert (report(rt, made).assignee_id, report(rt, made).state) == (None, ReportState.HEARD)
    assert kinds(rt, made).count("given_back") == 1


def test_danger_rings_the_chain_in_order_and_then_the_next_level(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    near = [a_duty_number(rt, "BOOTH-1", position) for position in (1, 2)]
    far = a_duty_number(rt, "STATE")
    made = a_report(rt, urgency="danger")
    calls = owed(rt, DeliveryReason.DUTY)
    assert [each.number_id for each in calls] == near
    assert [each.due_at - clock() for each in calls] == [timedelta(0), timedelta(seconds=60)]
    assert report(rt, made).due_at == clock() + timedelta(minutes=5)
    clock.forward(minutes=5)
    sweep.sweep(rt)
    assert owed(rt, DeliveryReason.DUTY)[-1].number_id == far
    assert tree.code_of(report(rt, made).desk_unit_id) == "DISTRICT"
    for _ in range(3):
        clock.forward(minutes=5)
        sweep.sweep(rt)
    assert len(owed(rt, DeliveryReason.DUTY)) == 3
    found = report(rt, made)
    assert (found.is_red, found.climb_at) == (True, None)


def test_duty_phones_are_left_alone_once_somebody_takes_it(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    a_duty_number(rt, "BOOTH-1")
    a_duty_number(rt, "STATE")
    made = a_report(rt, urgency="danger")
    with unit_of_work(rt.engine) as unit:
        desk.take(unit, rt, made, tree.staff["BOOTH-1"])
    clock.forward(minutes=10)
    sweep.sweep(rt)
    assert [each.state for each in owed(rt, DeliveryReason.DUTY)] == [DeliveryState.CANCELLED]
    found = report(rt, made)
    assert (found.assignee_id, found.is_red, found.ups) == (tree.staff["BOOTH-1"], False, 0)


def test_reporter_hears_every_week_that_it_is_not_forgotten_once_a_number(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    member = a_member(rt)
    reports = [a_report(rt, member=member) for _ in range(2)]
    for week in (1, 2):
        clock.forward(days=7)
        sweep.sweep(rt)
        sweep.sweep(rt)
        calls = [each for each in owed(rt, DeliveryReason.INTERIM) if each.kind == "voice"]
        texts = [each for each in owed(rt, DeliveryReason.INTERIM) if each.kind == "sms"]
        assert (len(calls), len(texts)) == (week, 2 * week)
    assert all(report(rt, each).tell_at == clock() + timedelta(days=7) for each in reports)


def ring(rt: Runtime, client: FlaskClient, made: int, outcome: str = "no-answer") -> None:
    """The phone rings with what is due, and this becomes of it."""
    send_some(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        number_id = number_of(rt, made)
        number = rt.vault.open_number(
            *unit.db.execute(
                select(PhoneNumber.sealed, PhoneNumber.index).where(PhoneNumber.id == number_id)
            ).one()
        )
    placed = rt.voice.placed[-1]  # type: ignore[attr-defined]
    phone = Caller(client, number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
    phone.hang_up(0, outcome.replace("-", "_"))


def test_three_days_in_vain_close_it_as_unconfirmed(
    rt: Runtime, tree: Tree, clock: TestClock, client: FlaskClient
) -> None:
    made = a_report(rt, number=a_number())
    answered(rt, tree, made)
    days = set()
    for _ in range(12):
        before = len(rt.voice.placed)  # type: ignore[attr-defined]
        send_some(rt, "voice")
        if len(rt.voice.placed) > before:  # type: ignore[attr-defined]
            ring(rt, client, made)
            days.add(clock().date())
        clock.forward(hours=12)
        sweep.sweep(rt)
        if report(rt, made).state == ReportState.CLOSED_UNCONFIRMED:
            break
    found = report(rt, made)
    assert (found.state, found.closed_how, found.asks) == (ReportState.CLOSED_UNCONFIRMED, "silence", 3)
    assert len(days) >= 3
    with unit_of_work(rt.engine) as unit:
        assert outcome.member_said(unit, rt, made, found.number_id, "no")  # a late word still counts
    assert report(rt, made).state == ReportState.REOPENED


def test_dead_number_is_left_to_a_person(
    rt: Runtime, tree: Tree, clock: TestClock, client: FlaskClient
) -> None:
    made, me = a_report(rt, number=a_number()), tree.staff["BOOTH-1"]
    answered(rt, tree, made)
    ring(rt, client, made, "invalid")
    clock.forward(days=1)
    sweep.sweep(rt)
    found = report(rt, made)
    assert (found.state, found.ask_at, kinds(rt, made)[-1]) == (ReportState.ANSWERED, None, "beyond_reach")
    with unit_of_work(rt.engine) as unit:
        outcome.told_in_person(unit, rt, made, me, "yes")
    found = report(rt, made)
    assert (found.state, found.closed_how) == (ReportState.CONFIRMED, "visit")


def test_call_in_doubt_is_made_again_the_next_day(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made = a_report(rt)
    answered(rt, tree, made)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Delivery).values(state=DeliveryState.IN_DOUBT))
    clock.forward(days=1)
    sweep.sweep(rt)
    sweep.sweep(rt)
    states = [each.state for each in owed(rt, DeliveryReason.ANSWER)]
    assert states == [DeliveryState.IN_DOUBT, DeliveryState.QUEUED]
    assert report(rt, made).asks == 0  # nobody knows whether it rang: the day does not count


def test_reporter_who_was_forgotten_is_asked_no_more(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made, other = a_report(rt), a_report(rt)
    answered(rt, tree, made)
    with unit_of_work(rt.engine) as unit:
        rights_rows.forget_reports(unit.db, [made, other])
    for _ in range(8):
        clock.forward(days=1)
        sweep.sweep(rt)
    assert (report(rt, made).ask_at, kinds(rt, made).count("beyond_reach")) == (None, 1)
    assert (report(rt, other).tell_at, len(owed(rt, DeliveryReason.INTERIM))) == (None, 0)


def test_who_opted_out_after_reporting_is_not_rung(
    rt: Runtime, tree: Tree, clock: TestClock, client: FlaskClient
) -> None:
    from gateway.states import DeliveryState as D
    from gateway.store import suppressions

    made = a_report(rt, number=a_number())
    clock.forward(minutes=1)
    with unit_of_work(rt.engine) as unit:
        index = unit.db.get_one(PhoneNumber, number_of(rt, made)).index
        suppressions.add_suppression(unit.db, index, "opt-out", rt.clock())
    answered(rt, tree, made)
    send_some(rt, "voice")
    assert owed(rt, DeliveryReason.ANSWER)[0].state == D.REFUSED
    clock.forward(days=1)
    sweep.sweep(rt)
    assert report(rt, made).ask_at is None


def test_two_sweeps_at_once_do_each_thing_once(rt: Runtime, tree: Tree, clock: TestClock) -> None:
    made = [a_report(rt) for _ in range(12)]
    clock.forward(days=7)
    gate = Barrier(3)

    def run() -> None:
        gate.wait()
        sweep.sweep(rt)

    threads = [Thread(target=run) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sweep.sweep(rt)
    with unit_of_work(rt.engine) as unit:
        done = select(ReportEvent.kind, func.count()).group_by(ReportEvent.kind)
        assert {row[0]: row[1] for row in unit.db.execute(done)} == {
            "received": 12,
            "climbed": 12,
            "interim": 12,
        }
    assert {report(rt, each).ups for each in made} == {1}
