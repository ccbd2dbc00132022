"""The pages of the conversations: counts of whoever lives under the viewer's unit, the picture, and where people get stuck."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from gateway.db import unit_of_work
from gateway.runtime import Runtime
from gateway.store import question_counts, units
from gateway.store.question_counts import Whose
from tests.conftest import TestClock
from tests.gateway.cli.conftest import Cli, cli  # noqa: F401
from tests.gateway.console.seats import a_tree, seat

RECORD, KEYS = "problem/2/record", "problem/2/keys"


@pytest.fixture
def callers(rt: Runtime, clock: TestClock) -> None:
    """Thirty calls in Achhnera of which half fell silent at the beep, two first calls in Bah."""
    a_tree(rt)
    with unit_of_work(rt.engine) as work:
        ids = {code: units.find_unit_by_code(work.db, code).id for code in ("BOOTH-1", "BOOTH-2")}  # type: ignore[union-attr]
        for nth in range(30):
            whose = Whose(clock().date(), ids["BOOTH-1"], "voice", "hi", is_first=False)
            question_counts.add(work.db, whose, {RECORD: "sa" if nth % 2 else "sh"})
        for _ in range(2):
            whose = Whose(clock().date(), ids["BOOTH-2"], "voice", "bn", is_first=True)
            question_counts.add(work.db, whose, {RECORD: "a", KEYS: "a", "main_menu/2/menu": "ra"})


def test_counts_are_those_below_the_viewer(app: Flask, rt: Runtime, callers: None) -> None:
    assert '<td class="n">30</td>' in seat(app, rt, "Meera", unit="ACH").get("/conversations/problem").text
    bah = seat(app, rt, "Kamal", unit="BAH").get("/conversations/problem").text
    assert '<td class="n">2</td>' in bah
    assert '<td class="n">30</td>' not in bah
    assert "built-in" not in bah  # a question may be called as what a dictionary can do
    assert '<td class="n">32</td>' in seat(app, rt, "Asha", unit="AGRA").get("/conversations/problem").text


def test_place_where_people_get_stuck_is_named_and_drawn(app: Flask, rt: Runtime, callers: None) -> None:
    page = seat(app, rt, unit="AGRA").get("/conversations/problem").text
    assert "did not answer" in page
    assert page.count('class="question troubled"') == 2  # drawn wide, and in one column for a phone
    assert 'href="#record"' in page
    assert "Nowhere" in seat(app, rt, "Kamal", unit="BAH").get("/conversations/problem").text


def test_callers_are_told_apart_by_the_address(app: Flask, rt: Runtime, callers: None) -> None:
    browser = seat(app, rt, unit="AGRA")
    for asked, calls in (
        ("who=first", 2),
        ("who=again", 30),
        ("language=bn", 2),
        ("channel=ussd", None),
        ("channel=sms", None),
    ):
        page = browser.get(f"/conversations/problem?{asked}").text
        assert (f'<td class="n">{calls}</td>' in page) is (calls is not None), asked


def test_list_names_what_was_used_and_what_was_not(app: Flask, rt: Runtime, callers: None) -> None:
    page = seat(app, rt, unit="AGRA").get("/conversations").text
    assert page.index("telling a problem") < page.index("the first menu") < page.index("Not used")


def test_unknown_conversation_is_not_found(app: Flask, rt: Runtime, callers: None) -> None:
    assert seat(app, rt, unit="AGRA").get("/conversations/nonsense").status_code == 404


def test_command_counts_the_same(rt: Runtime, cli: Cli) -> None:  # noqa: F811
    with unit_of_work(rt.engine) as work:
        today = datetime.now(UTC).date()  # the command has the real clock
        whose = Whose(today, units.root_unit(work.db).id, "voice", "hi", is_first=False)
        for nth in range(30):
            question_counts.add(work.db, whose, {RECORD: "sa" if nth % 2 else "sh"})
    found = cli("flow", "stats", "problem", "--json").json
    record = next(each for each in found["questions"] if each["node"] == "record")
    assert (record["calls"], record["asked"], record["silent"], record["hung_up"]) == (30, 60, 30, 15)
    assert record["is_troubled"]
    assert "record" in cli("flow", "stats", "problem", "--first").out
    assert cli("flow", "stats", "nonsense").code == 1


def test_command_tells_those_who_texted_from_those_who_rang(rt: Runtime, cli: Cli) -> None:  # noqa: F811
    with unit_of_work(rt.engine) as work:
        today, root = datetime.now(UTC).date(), units.root_unit(work.db).id
        for channel, fared in (("voice", "a"), ("sms", "w")):
            question_counts.add(work.db, Whose(today, root, channel, "hi", is_first=False), {RECORD: fared})
    found = cli("flow", "stats", "problem", "--channel", "sms", "--json").json
    record = next(each for each in found["questions"] if each["node"] == "record")
    assert (record["asked"], record["answered"], record["wrong"]) == (1, 0, 1)
