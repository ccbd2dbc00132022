"""M6 and M1: rung back in vain, rung back late, a new number, an old number that somebody else has."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway import number_changes
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Delivery, Member, NumberChange, OtherNumber, Suppression
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import TestClock
from tests.lines import CALLS_BACK, Caller
from tests.walks import NOTE, all_of, go_on, members_on, picked_up, text, texts_to, the_member, walk, words


@pytest.fixture
def number() -> Number:
    return a_number()


def rings_in_vain(rt: Runtime, client: FlaskClient) -> None:
    picked_up(rt, client).hang_up(seconds=0, outcome="no_answer")


def test_call_back_that_nobody_takes_is_tried_three_times_then_one_sms_says_so(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock
) -> None:
    Caller(client, number, line=CALLS_BACK).ring()
    for _ in range(3):
        assert texts_to(rt, number) == []
        rings_in_vain(rt, client)
        waiting = all_of(rt, Delivery)[0]
        clock.now = max(clock.now, waiting.due_at)
    assert all_of(rt, Delivery)[0].state == DeliveryState.FAILED
    assert len(texts_to(rt, number)) == 1


def test_opted_out_number_that_does_not_pick_up_gets_no_sms(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock
) -> None:
    a_member(rt, "Sita", number=number)
    text(client, number, "STOP")
    before = len(texts_to(rt, number))
    Caller(client, number, line=CALLS_BACK).ring()
    for _ in range(3):
        rings_in_vain(rt, client)
        clock.now = max(clock.now, max(each.due_at for each in all_of(rt, Delivery)))
    assert len(texts_to(rt, number)) == before


@pytest.mark.parametrize(("hours", "is_late"), [(1, False), (3, True)])
def test_call_back_that_comes_late_begins_with_an_apology(
    rt: Runtime, client: FlaskClient, number: Number, clock: TestClock, hours: int, is_late: bool
) -> None:
    a_member(rt, "Sita", number=number)
    Caller(client, number, line=CALLS_BACK).ring()
    clock.forward(hours=hours)
    assert (words(rt, "greeting.late") in picked_up(rt, client).ring()) is is_late


@pytest.fixture
def moving(rt: Runtime, client: FlaskClient, number: Number) -> NumberChange:
    """Sita, known on another number, has said on a new one who she is; staff have found her and asked."""
    a_member(rt, "Sita", number=a_number(111_111))
    said = Caller(client, number)
    walk(said, "1", "1", "3", NOTE)
    said.hang_up()
    sita = the_member(rt, a_number(111_111))
    staff_id = a_person_of_staff(rt)
    with unit_of_work(rt.engine) as unit:
        change = unit.db.query(NumberChange).one()
        assert change.note_id is not None
        number_changes.ask_old_number(unit, rt, change, unit.db.get_one(Member, sita.id), staff_id)
        return change


def confirm(rt: Runtime, change: NumberChange) -> None:
    staff_id = a_person_of_staff(rt, "Meera")
    with unit_of_work(rt.engine) as unit:
        number_changes.confirm(unit, rt, unit.db.get_one(NumberChange, change.id), staff_id)


def test_history_moves_only_when_old_number_and_coordinator_agree(
    rt: Runtime, client: FlaskClient, number: Number, moving: NumberChange
) -> None:
    caller = picked_up(rt, client)
    assert words(rt, "old_number.yes") in caller.ring()
    caller.press("1")
    caller.hang_up()
    assert the_member(rt, a_number(111_111)).name == "Sita"
    confirm(rt, moving)
    assert members_on(rt, a_number(111_111)) == []
    assert "Sita" in [each.name for each in members_on(rt, number)]
    was = all_of(rt, OtherNumber, OtherNumber.member_id == moving.member_id)
    assert [(each.reason, each.until is not None) for each in was] == [("changed", True)]


def test_member_who_keeps_the_number_is_not_moved(
    rt: Runtime, client: FlaskClient, moving: NumberChange
) -> None:
    caller = picked_up(rt, client)
    walk(caller, "2")
    with pytest.raises(Conflict):
        confirm(rt, moving)
    assert the_member(rt, a_number(111_111)).name == "Sita"


def test_stranger_on_the_old_number_hears_nothing_and_is_not_rung_again(
    rt: Runtime, client: FlaskClient, number: Number, moving: NumberChange
) -> None:
    caller = picked_up(rt, client)
    walk(caller, "3")
    caller.hang_up()
    assert members_on(rt, a_number(111_111)) == []
    assert [each.reason for each in all_of(rt, Suppression)] == ["recycled"]
    confirm(rt, moving)
    assert "Sita" in [each.name for each in members_on(rt, number)]


def test_old_number_is_rung_once_and_its_first_answer_stays(
    rt: Runtime, client: FlaskClient, moving: NumberChange
) -> None:
    caller = picked_up(rt, client)
    walk(caller, "2")
    with unit_of_work(rt.engine) as unit:
        number_changes.answered(unit, rt, moving.id, "yes", moving.old_number_id)
        assert unit.db.get_one(NumberChange, moving.id).said == "no"
    with pytest.raises(Conflict), unit_of_work(rt.engine) as unit:
        change = unit.db.get_one(NumberChange, moving.id)
        number_changes.ask_old_number(unit, rt, change, unit.db.query(Member).first(), 1)  # type: ignore[arg-type]


def test_said_twice_on_the_new_number_it_is_one_request(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    walk(Caller(client, number), "1", "1", "3", NOTE)
    again = Caller(client, number)
    again.ring()
    go_on(again, "3", NOTE)
    assert len(all_of(rt, NumberChange)) == 1
