"""Whole numbers: masked everywhere, shown one at a time for a reason, counted, noted, and never of another unit."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.access import ROLES, Permission, Role, may_role
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Member
from gateway.phones import display
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.console.seats import a_tree, post, seat

NUMBER = a_number(904_211)
SHOWN = display(NUMBER)


def sita(rt: Runtime, unit: str = "BOOTH-1") -> str:
    """The address of a member whose number is NUMBER."""
    member_id = a_member(rt, number=NUMBER, unit=unit)
    with unit_of_work(rt.engine) as work:
        return f"/members/{work.db.get_one(Member, member_id).public_id}"


def test_number_is_shown_for_a_reason_and_noted(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page, browser = sita(rt), seat(app, rt, role="coordinator")
    assert SHOWN not in browser.get(page).text and NUMBER not in browser.get(page).text
    answer = post(browser, f"{page}/number", reason="danger", words="ring 70000 90421 now")
    assert SHOWN in answer.text and answer.headers["Cache-Control"] == "no-store"
    assert SHOWN not in browser.get(page).text
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "number-seen")).one()
    assert noted.details == {"reason": "danger"} and noted.unit_id is not None  # what was typed is not kept


def test_number_is_not_shown_without_a_reason(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page, browser = sita(rt), seat(app, rt, role="coordinator")
    for reason in ("", "curious"):
        answer = post(browser, f"{page}/number", reason=reason)
        assert (answer.status_code, SHOWN in answer.text) == (422, False)


def test_number_of_the_sibling_unit_is_not_there(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page, browser = sita(rt, "BOOTH-2"), seat(app, rt, role="coordinator")
    assert post(browser, f"{page}/number", reason="danger").status_code == 404


def test_number_of_somebody_else_is_not_shown_through_a_member(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page, browser = sita(rt), seat(app, rt, role="coordinator")
    other = a_member(rt, "Ramesh", unit="BOOTH-2")
    with unit_of_work(rt.engine) as work:
        number_id = work.db.get_one(Member, other).number_id
    assert post(browser, f"{page}/number", reason="danger", number_id=number_id).status_code == 404


def test_day_has_an_end_and_an_alarm(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    page, browser = sita(rt), seat(app, rt, role="coordinator")
    told = [post(browser, f"{page}/number", reason="check").status_code for _ in range(31)]
    assert told == [200] * 30 + [429]
    with unit_of_work(rt.engine) as work:
        noted = list(work.db.scalars(select(AuditEntry.action)))
    assert noted.count("number-alarm") == 1
    clock.forward(hours=11, minutes=50)
    assert post(browser, f"{page}/number", reason="check").status_code == 429  # ten to midnight
    clock.forward(minutes=20)
    assert (
        post(seat(app, rt, name="Bina", role="coordinator"), f"{page}/number", reason="check").status_code
        == 200
    )
    assert post(browser, f"{page}/number", reason="check").status_code == 200


@pytest.mark.parametrize("role", ROLES)
def test_only_roles_that_ring_members_see_numbers(app: Flask, rt: Runtime, role: Role) -> None:
    a_tree(rt)
    page, browser = sita(rt), seat(app, rt, role=role)
    seen = post(browser, f"{page}/number", reason="check")
    assert (SHOWN in seen.text) is may_role(role, Permission.UNMASK_NUMBERS)
