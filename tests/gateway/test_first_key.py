"""A key of a call's first second is not taken (voice_design.md D5): the question is put again, and nobody is blamed."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.app import create_app
from gateway.calls import talk
from gateway.db import unit_of_work
from gateway.models import Call
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.lines import Caller


@pytest.fixture
def sita(rt: Runtime) -> Caller:
    number = a_number()
    a_member(rt, "Sita", number=number)
    told = replace(rt, settings=replace(rt.settings, keys_after_seconds=1))
    return Caller(create_app(told.settings, told).test_client(), number)


def without_turn(reply: str) -> str:
    return reply.partition("\nthen ")[0]


def fared(rt: Runtime) -> dict[str, str]:
    with unit_of_work(rt.engine) as unit:
        return talk.fared_of(unit.db.scalars(select(Call)).one().conversation)


def test_key_of_the_first_second_is_not_taken_and_the_question_comes_again(
    rt: Runtime, sita: Caller, clock: TestClock
) -> None:
    menu = sita.ring()
    clock.forward(seconds=0.9)
    assert without_turn(sita.press("1")) == without_turn(menu)
    assert fared(rt) == {}
    assert "record 60" in sita.press("1")  # the second key counts however soon it comes


@pytest.mark.parametrize("key", ["7", "0", "11"])
def test_no_other_key_of_the_first_second_is_taken_either(sita: Caller, key: str) -> None:
    assert without_turn(sita.ring()) == without_turn(sita.press(key))


def test_key_that_a_slow_network_brings_late_is_taken(sita: Caller, clock: TestClock) -> None:
    sita.ring()
    clock.forward(seconds=1)
    assert "record 60" in sita.press("1")


def test_early_key_that_is_posted_again_later_is_still_not_taken(
    rt: Runtime, sita: Caller, clock: TestClock
) -> None:
    menu = sita.ring()
    early = sita.press("1")
    clock.forward(seconds=9)
    address = menu.partition("then http://127.0.0.1:8000")[2]
    again = sita.client.post(address, data=sita.form(digits="1"))
    assert again.get_data(as_text=True) == early
    assert fared(rt) == {}


def test_silence_and_a_hang_up_of_the_first_second_are_what_they_are(rt: Runtime, sita: Caller) -> None:
    sita.ring()
    sita.wait()
    assert fared(rt) == {"main_menu/" + version(rt) + "/menu": "s"}
    sita.hang_up()


def test_with_the_emulator_whose_phones_may_hurry_every_key_is_taken(
    rt: Runtime, client: FlaskClient
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    hasty = Caller(client, number)
    hasty.ring()
    assert "record 60" in hasty.press("1")


def version(rt: Runtime) -> str:
    return str(rt.flows["main_menu"].version)
