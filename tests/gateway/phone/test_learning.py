"""How each question fared is counted when a call ends: once, in one of six ways, for the place where the caller lives."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import question_counts, units
from gateway.store.question_counts import Asked
from tests.builders import a_member, a_number
from tests.lines import Caller

LONG_AGO, LATER = date(2020, 1, 1), date(2100, 1, 1)


@pytest.fixture
def number(rt: Runtime) -> Number:
    number = a_number()
    a_member(rt, "Sita", number=number)
    return number


def counted(rt: Runtime, flow: str, is_first: bool | None = None) -> dict[str, Asked]:
    with unit_of_work(rt.engine) as unit:
        path = units.root_unit(unit.db).path
        rows = question_counts.of_flow(unit.db, path, flow, LONG_AGO, LATER)
    return {row.node: row for row in rows if is_first in (None, row.is_first)}


def test_each_way_to_take_a_question_is_counted(rt: Runtime, client: FlaskClient, number: Number) -> None:
    call = Caller(client, number)
    call.ring()
    call.wait()  # silence
    call.press("9")
    call.press("7")
    call.press("1")
    call.speak()
    call.press("2")
    call.hang_up()
    menu = counted(rt, "main_menu")["menu"]
    assert (menu.calls, menu.asked) == (1, 4)
    assert (menu.silent, menu.again, menu.wrong, menu.answered, menu.hung_up) == (1, 1, 1, 1, 0)
    assert counted(rt, "problem")["urgency"].answered == 1


def test_question_at_which_the_line_broke_is_told_apart(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    call = Caller(client, number)
    call.ring()
    call.press("1")
    call.hang_up()
    call.hang_up()  # the provider says it twice
    record = counted(rt, "problem")["record"]
    assert (record.calls, record.asked, record.hung_up) == (1, 1, 1)


def test_words_that_were_kept_at_the_hang_up_are_an_answer(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    call = Caller(client, number)
    call.ring()
    call.press("1")
    call.hang_up(recording_url="http://127.0.0.1:9/recordings/1.wav")
    record = counted(rt, "problem")["record"]
    assert (record.answered, record.hung_up) == (1, 0)
    assert "urgency" not in counted(rt, "problem")


def test_first_call_is_told_from_later_ones(rt: Runtime, client: FlaskClient, number: Number) -> None:
    for _ in range(3):
        call = Caller(client, number)
        call.ring()
        call.hang_up()
    assert counted(rt, "main_menu", is_first=True)["menu"].calls == 1
    assert counted(rt, "main_menu", is_first=False)["menu"].calls == 2


def test_every_time_it_was_put_ended_in_one_way(rt: Runtime, client: FlaskClient, number: Number) -> None:
    for keys in ("1", "7", "99", "0*", "5"):
        call = Caller(client, number)
        call.ring()
        for key in keys:
            call.press(key)
        call.hang_up()
    for row in [*counted(rt, "main_menu").values(), *counted(rt, "problem").values()]:
        assert row.asked == (row.answered + row.silent + row.wrong + row.again + row.away + row.hung_up)
