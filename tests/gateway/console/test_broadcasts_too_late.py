"""What changed between a look at the page and the press of its button: a clear word each, and nothing half done (issue 5)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from gateway.db import unit_of_work
from gateway.models import Delivery, Member, Unit
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from tests.builders import a_member
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.test_broadcasts import FORM, seen, the_broadcast, try_it, write

PAGE = "/broadcasts/abcdefghijk"
UNIT = "Booth 1 · BOOTH-1"


def ready(app: Flask, rt: Runtime) -> tuple[Desk, str]:
    """A desk that looks at the page of a broadcast which could start; what it saw."""
    a_member(rt)
    desk = a_desk(app, rt)
    write(desk)
    try_it(rt, desk, "abcdefghijk")
    return desk, seen(desk.read(f"{PAGE}/check"))


def owed(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).where(Delivery.reason == "broadcast")).one()


def test_second_of_two_who_press_start_reads_that_somebody_was_faster(app: Flask, rt: Runtime) -> None:
    first, saw = ready(app, rt)
    second = a_desk(app, rt, "Kamla")
    for desk in (first, second):
        assert desk.post(f"{PAGE}/start", seen=saw).status_code == 302
    assert "Somebody was faster" in second.read(PAGE)
    assert the_broadcast(rt).state == BroadcastState.STARTING


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (update(Member).values(barred="opt-out"), "Nobody would be reached."),
        (
            update(Unit).where(Unit.code == "BOOTH-1").values(closed_at=func.now()),
            "was closed. Choose another unit.",
        ),
    ],
)
def test_what_vanished_before_the_button_was_pressed_is_said(
    app: Flask, rt: Runtime, change: object, sentence: str
) -> None:
    desk, saw = ready(app, rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(change)  # type: ignore[arg-type]
    answer = desk.post(f"{PAGE}/start", seen=saw)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "It did not start." in page and sentence in page
    assert (the_broadcast(rt).state, owed(rt)) == (BroadcastState.DRAFT, 0)


def test_unit_that_was_closed_while_the_form_was_open_is_said_at_its_field(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Unit).where(Unit.code == "BOOTH-1").values(closed_at=func.now()))
    answer = desk.post("/broadcasts/new", **{"public_id": "abcdefghijk", "unit": UNIT, **FORM})
    assert answer.status_code == 422
    assert 'id="unit-error"' in answer.get_data(as_text=True)


def test_time_that_has_passed_is_said_at_its_field_and_nothing_is_kept(app: Flask, rt: Runtime) -> None:
    form = {"public_id": "abcdefghijk", "unit": UNIT, **FORM, "when": "at", "at": "2026-11-20T10:00"}
    answer = a_desk(app, rt).post("/broadcasts/new", **form)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert 'id="at-error"' in page and "This time has passed. Choose a later one, or “now”." in page
