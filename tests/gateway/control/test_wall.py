"""The wall: what waits, as those before it may know it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from gateway.control import wall
from gateway.db import unit_of_work
from gateway.models import Call, Delivery, Report, Unit, UnitDay
from gateway.runtime import Runtime
from gateway.states import CallState, DeliveryReason, ReportState, Urgency
from gateway.store import units
from gateway.store.sight import EVERYTHING, Sight
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree, seat
from tests.gateway.control.world import a_call, path_of, set_report


def wall_of(rt: Runtime, code: str | None = None) -> wall.Wall:
    sight = Sight(path_of(rt, code), 0) if code else EVERYTHING
    with unit_of_work(rt.engine) as work:
        return wall.look(work.db, rt, sight)


def test_wall_counts_what_waits(rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    a_report(rt, urgency=Urgency.DANGER)
    taken = a_report(rt, urgency=Urgency.DANGER, state=ReportState.HEARD)
    late, soon = a_report(rt, state=ReportState.ASSIGNED), a_report(rt)
    a_report(rt, state=ReportState.CONFIRMED)
    merged = a_report(rt)
    set_report(rt, merged, merged_into_id=set_report(rt, soon, due_at=clock() + timedelta(hours=1)))
    set_report(rt, taken, taken_at=clock())
    set_report(rt, late, due_at=clock() - timedelta(minutes=1), received_at=clock() - timedelta(hours=30))
    seen = wall_of(rt)
    assert (seen.standing.new, seen.standing.danger, seen.standing.overdue, seen.standing.waiting) == (
        2,
        1,
        1,
        4,
    )
    assert seen.standing.oldest == clock() - timedelta(hours=30)
    assert (seen.today.received, seen.today.solved) == (5, 0)
    assert len(seen.arrivals) == 5  # one came before yesterday, the one that was merged came too


def test_wall_says_what_members_called_solved_today(rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    for closed_at in (clock(), clock() - timedelta(hours=12, minutes=1), clock() - timedelta(hours=11)):
        set_report(rt, a_report(rt, state=ReportState.CONFIRMED), closed_at=closed_at)
    set_report(rt, a_report(rt, state=ReportState.CLOSED_UNCONFIRMED), closed_at=clock())
    assert (wall_of(rt).today.solved, wall_of(rt, "BAH").today.solved) == (2, 0)  # it is noon


def test_report_past_the_local_staff_is_on_no_wall_below(rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt, "BOOTH-1", desk="AGRA", urgency=Urgency.DANGER)
    assert [wall_of(rt, code).standing.danger for code in ("BOOTH-1", "ACH", "AGRA")] == [0, 0, 1]
    assert [len(wall_of(rt, code).arrivals) for code in ("BOOTH-1", "ACH", "AGRA")] == [0, 0, 1]


def test_accusation_is_counted_for_those_who_may_see_it(rt: Runtime) -> None:
    a_tree(rt)
    set_report(rt, a_report(rt), is_restricted=True)
    assert (wall_of(rt, "ACH").standing.new, wall_of(rt).standing.new) == (0, 1)


def test_calls_in_progress_are_those_of_the_unit(rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    a_call(rt, "BOOTH-1")
    a_call(rt, "BOOTH-2")
    a_call(rt, None)
    a_call(rt, "BOOTH-1", state=CallState.ENDED)
    a_call(rt, "BOOTH-1", started_at=clock() - timedelta(hours=3))  # its last post was lost
    assert [wall_of(rt, code).calls for code in ("BOOTH-1", "ACH", "BAH", "AGRA")] == [1, 1, 1, 3]


def test_call_that_would_tell_of_a_hidden_report_is_not_counted(rt: Runtime) -> None:
    a_tree(rt)
    past = a_report(rt, "BOOTH-1", desk="AGRA")
    call_id = a_call(rt, "BOOTH-1")
    report_id = set_report(rt, past, call_id=call_id)
    with unit_of_work(rt.engine) as work:
        work.db.get_one(Call, call_id).report_id = report_id
    assert [wall_of(rt, code).calls for code in ("BOOTH-1", "ACH", "AGRA")] == [0, 0, 1]


@pytest.mark.parametrize("also", [False, True], ids=["only the hidden one", "another after it"])
def test_hidden_report_hides_its_call_and_the_call_that_answers_it(rt: Runtime, also: bool) -> None:
    a_tree(rt)
    call_id = a_call(rt, "BOOTH-1")
    hidden = set_report(rt, a_report(rt, "BOOTH-1", desk="AGRA"), call_id=call_id)
    if also:
        with unit_of_work(rt.engine) as work:
            work.db.get_one(Call, call_id).report_id = set_report(rt, a_report(rt), call_id=call_id)
    answer = a_call(rt, "BOOTH-1", is_inbound=False, entered="answer")
    with unit_of_work(rt.engine) as work:
        call = work.db.get_one(Call, answer)
        report = work.db.get_one(Report, hidden)
        delivery = Delivery(
            reason=DeliveryReason.ANSWER, kind="voice", report_id=hidden, number_id=report.number_id,
            member_id=call.member_id, due_at=rt.clock(), created_at=rt.clock(),
        )  # fmt: skip
        work.db.add(delivery)
        work.db.flush()
        call.delivery_id = delivery.id
    assert [wall_of(rt, code).calls for code in ("ACH", "AGRA")] == [0, 2]


def test_sealed_call_counts_at_the_top_alone(rt: Runtime) -> None:
    a_tree(rt)
    a_call(rt, "BOOTH-1", is_sealed=True)
    assert [wall_of(rt, code).calls for code in ("BOOTH-1", "ACH", "AGRA")] == [0, 0, 1]


def test_silent_units_are_those_asked_today_who_said_nothing(rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    today = clock().date()
    with unit_of_work(rt.engine) as work:
        ids = {unit.code: unit.id for unit in work.db.query(Unit)}
        for code, day, said in (
            ("BOOTH-1", today, None), ("BOOTH-2", today, "nothing"), ("ACH", today, None),
            ("BOOTH-1", today - timedelta(days=1), None), ("BAH", today - timedelta(days=1), None),
        ):  # fmt: skip
            work.db.add(UnitDay(unit_id=ids[code], day=day, asked_at=clock(), said=said))
    seen = [wall_of(rt, code).silence for code in ("AGRA", "ACH", "BOOTH-2", "BAH")]
    assert [(each.asked, each.silent) for each in seen] == [(3, 2), (2, 2), (1, 0), (1, 0)]
    clock.forward(days=1)  # nobody was asked yet today: yesterday is shown
    assert (wall_of(rt).silence.day, wall_of(rt).silence.silent) == (today, 2)


def test_page_names_places_and_nobody(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt, "BOOTH-1", name="Kamla Devi", urgency=Urgency.DANGER, text="पानी नहीं")
    page = seat(app, rt, role="coordinator").get("/wall").text
    assert "Booth-1" in page and "danger now" in page
    assert not any(each in page for each in ("Kamla", "पानी", "•••", "+917000"))


def test_fragment_of_the_wall_is_not_sent_again_while_it_is_the_same(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    first = browser.get("/wall?fragment=1")
    again = browser.get("/wall?fragment=1", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, "<html" in first.text) == (200, 304, False)


def test_wall_of_another_unit_is_not_there(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    with unit_of_work(rt.engine) as work:
        bah = units.get_unit_by_code(work.db, "BAH").id
    assert seat(app, rt, unit="ACH").get(f"/wall?unit={bah}").status_code == 404
    assert seat(app, rt, "Root", unit="AGRA").get(f"/wall?unit={bah}").status_code == 200
    assert seat(app, rt, "Listener", role="listener").get("/wall").status_code == 403
