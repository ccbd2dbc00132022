"""Classes at the desk: opened with digits that check, credited to a trainer, closed; never those of the next block."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from flows.references import check_digit
from gateway.models import JoinCode
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.seats import a_tree
from tests.walks import all_of


@pytest.fixture
def desk(app: Flask, rt: Runtime) -> Desk:
    a_tree(rt)
    return a_desk(app, rt, unit="ACH")


def test_class_is_opened_with_digits_that_check_and_closed(rt: Runtime, desk: Desk) -> None:
    trainer = a_member(rt, "Asha", number=a_number(222_222), unit="BOOTH-1")
    desk.post("/members/classes", unit="BOOTH-1", phone="70002 22222", title="Monday")
    code = all_of(rt, JoinCode)[0]
    assert (code.member_id, check_digit(code.code), len(code.code)) == (trainer, 0, 5)
    page = desk.read("/members/classes")
    assert code.code in page
    assert "Asha" in page
    desk.post(f"/members/classes/{code.id}/close")
    assert not re.search(rf"<b[^>]*>{code.code}", desk.read("/members/classes"))


@pytest.mark.parametrize(("field", "wrong"), [("unit", "BOOTH-2"), ("phone", "70003 33333"), ("phone", "x")])
def test_field_that_is_wrong_opens_nothing(rt: Runtime, desk: Desk, field: str, wrong: str) -> None:
    a_member(rt, "Ravi", number=a_number(333_333), unit="BOOTH-2")
    answer = desk.post("/members/classes", **{"unit": "BOOTH-1", "phone": "", field: wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert all_of(rt, JoinCode) == []


def test_class_of_the_next_block_is_neither_seen_nor_closed(app: Flask, rt: Runtime, desk: Desk) -> None:
    desk.post("/members/classes", unit="BOOTH-1", phone="", title="Monday")
    code = all_of(rt, JoinCode)[0]
    beside = a_desk(app, rt, "Ravi", unit="BAH")
    assert "Monday" not in beside.read("/members/classes")
    assert beside.post(f"/members/classes/{code.id}/close").status_code == 404
