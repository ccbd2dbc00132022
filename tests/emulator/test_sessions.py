"""USSD on the handset: the fields the provider sends, inputs joined by `*`, idle time-out, cancel, and screens that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.conftest import RAMESH, Desk, FakeGateway, until


@pytest.fixture
def asking(gateway: FakeGateway) -> FakeGateway:
    """A gateway that asks for one thing and ends."""
    gateway.ussd = lambda form: (
        "END Thank you" if form["text"].count("*") else f"CON Menu {form['text']}\n1 Problem"
    )
    return gateway


def shown(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = desk.get(f"phones/{RAMESH}")["ussd"]
    return found


def ends(gateway: FakeGateway) -> list[dict[str, str]]:
    return [form for kind, form in gateway.posts if kind == "ussd" and "status" in form]


def test_session_joins_its_inputs_and_tells_its_end(asking: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "ussd", code="*384*1#", wait=10)
    assert (shown(desk)["state"], shown(desk)["screen"]) == ("asking", "Menu \n1 Problem")
    desk.phone(RAMESH, "reply", text="1", wait=10)
    desk.phone(RAMESH, "reply", text="pump is dry", wait=10)
    assert (shown(desk)["state"], shown(desk)["screen"]) == ("over", "Thank you")
    end = until(lambda: ends(asking))[0]
    posts = [form for kind, form in asking.posts if kind == "ussd" and "text" in form]
    assert [form["text"] for form in posts] == ["", "1", "1*pump is dry"]
    assert set(posts[0]) == {"sessionId", "serviceCode", "phoneNumber", "text", "networkCode"}
    assert (end["status"], end["input"], end["hopsCount"]) == ("Success", "1*pump is dry", "3")
    assert len({form["sessionId"] for form in [*posts, end]}) == 1


def test_session_without_an_input_ends_after_thirty_seconds(asking: FakeGateway, desk: Desk) -> None:
    desk.phone(RAMESH, "ussd", wait=10)
    end = until(lambda: ends(asking))[0]
    assert (end["status"], end["errorMessage"]) == ("Incomplete", "no input within 30 seconds")
    assert 30_000 <= int(end["durationInMillis"]) < 180_000
    assert shown(desk)["state"] == "over"


def test_session_can_be_cancelled_and_dialled_again(asking: FakeGateway, start: Callable[..., Desk]) -> None:
    desk = start(speed=1.0)
    desk.phone(RAMESH, "ussd", wait=10)
    desk.phone(RAMESH, "cancel")
    assert until(lambda: ends(asking))[0]["status"] == "Incomplete"
    assert shown(desk) is None
    desk.phone(RAMESH, "ussd", wait=10)
    assert shown(desk)["state"] == "asking"


@pytest.mark.parametrize("body", ["", "Menu", "<Response/>"])
def test_reply_that_is_no_screen_ends_the_session(gateway: FakeGateway, desk: Desk, body: str) -> None:
    gateway.ussd = lambda form: body
    desk.phone(RAMESH, "ussd", wait=10)
    assert shown(desk)["screen"] == "Connection problem or invalid MMI code."
    assert until(lambda: ends(gateway))[0]["status"] == "Failed"


def test_screen_that_is_too_long_is_a_problem_on_the_wire(
    gateway: FakeGateway, start: Callable[..., Desk]
) -> None:
    desk = start(speed=1.0)
    gateway.ussd = lambda form: "CON " + "x" * 200
    desk.phone(RAMESH, "ussd", wait=10)
    assert len(shown(desk)["screen"]) == 178
    problems = [problem for each in desk.get("wire")["exchanges"] for problem in each["problems"]]
    assert problems == ["a screen of 204 letters: a phone shows 182"]


def test_nothing_can_be_typed_where_no_screen_asks(desk: Desk) -> None:
    answer = desk.http.request("POST", f"{desk.url}/control/phones/{RAMESH}/reply", json={"text": "1"})
    assert answer.status == 409
    answer = desk.http.request("POST", f"{desk.url}/control/phones/{RAMESH}/ussd", json={"code": "112"})
    assert answer.status == 400
