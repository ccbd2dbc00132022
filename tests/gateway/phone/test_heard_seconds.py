"""How much of the words of a question was heard: by the time until the provider's next word, and never more than was said."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.calls import listening
from gateway.models import Call
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.phone.test_learning import counted
from tests.lines import Caller
from tests.walks import all_of


@pytest.fixture
def caller(rt: Runtime, client: FlaskClient) -> Caller:
    number: Number = a_number()
    a_member(rt, "Sita", number=number)
    caller = Caller(client, number)
    caller.ring()
    return caller


def said(rt: Runtime) -> float:
    return float((all_of(rt, Call)[-1].conversation or {})["said"]["seconds"])


def test_key_cuts_off_what_was_not_heard_yet(rt: Runtime, caller: Caller, clock: TestClock) -> None:
    length = said(rt)
    assert length > 4
    clock.forward(seconds=2.5)
    caller.press("1")
    caller.hang_up()
    menu = counted(rt, "main_menu")["menu"]
    assert (menu.heard_seconds, menu.to_end) == (2.5, 0)
    assert menu.said_seconds == pytest.approx(length, abs=0.1)


def test_silence_heard_it_to_the_end(rt: Runtime, caller: Caller, clock: TestClock) -> None:
    first = said(rt)
    clock.forward(seconds=first + 5)
    caller.wait()
    again = said(rt)
    clock.forward(seconds=1)
    caller.hang_up()
    menu = counted(rt, "main_menu")["menu"]
    assert (menu.to_end, menu.hung_up) == (1, 1)
    assert menu.said_seconds == pytest.approx(first + again, abs=0.2)
    assert menu.heard_seconds == pytest.approx(first + 1, abs=0.2)


def test_end_that_was_told_hours_later_tells_nothing(rt: Runtime, caller: Caller, clock: TestClock) -> None:
    clock.forward(hours=3)
    caller.hang_up()
    menu = counted(rt, "main_menu")["menu"]
    assert (menu.said_seconds, menu.heard_seconds, menu.to_end, menu.hung_up) == (0, 0, 0, 1)


def test_conversation_from_before_this_was_noted_counts_nothing(clock: TestClock) -> None:
    assert listening.until(None, clock()) == {}
    assert listening.until({"state": None, "wait": None, "said": None, "heard": []}, clock()) == {}
