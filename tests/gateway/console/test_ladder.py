"""The page of deadlines, rest days and holidays: kept, audited, within one's own units."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Holiday
from gateway.rules.ladder import Pace
from gateway.runtime import Runtime
from gateway.store import ladder
from tests.builders import a_unit
from tests.gateway.console.desk import Desk, a_desk

FORM = {
    **{f"{pace}-{step}": hours for pace in Pace for step, hours in (("hear", "6"), ("assign", "12"), ("solve", "36"))},
    "danger_minutes": "3", "tell_days": "5", "rest-4": "on",
}  # fmt: skip


@pytest.fixture
def top(app: Flask, rt: Runtime) -> Desk:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-1", under="BLOCK-1")
        a_unit(unit.db, "OTHER", under="BLOCK-1")
    return a_desk(app, rt, role="administrator", unit="BLOCK-1")


def actions(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_what_is_kept_is_shown_and_audited(rt: Runtime, top: Desk) -> None:
    assert 'value="168"' in top.read("/house/ladder")
    assert top.post("/house/ladder", **FORM).status_code == 302
    with unit_of_work(rt.engine) as unit:
        kept = ladder.find_ladder(unit.db)
    assert (kept.hours[Pace.SOON].hear, kept.danger_minutes, kept.rest_days) == (6, 3, frozenset({4}))
    assert "ladder-changed" in actions(rt)
    assert 'value="36"' in top.read("/house/ladder")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"soon-hear": "0"}, "Write hours"),
        ({"soon-hear": "१२"}, "Write hours"),
        ({"danger-solve": "99999999"}, "Write hours"),
        ({"ordinary-hear": "24"}, "heard first"),
        ({"danger_minutes": "x"}, "Write a number"),
        ({f"rest-{day}": "on" for day in range(7)}, "needs a working day"),
    ],
)
def test_nonsense_comes_back_with_a_sentence(
    rt: Runtime, top: Desk, wrong: dict[str, str], said: str
) -> None:
    answer = top.post("/house/ladder", **{**FORM, **wrong})
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert "ladder-changed" not in actions(rt)


def test_only_the_whole_organisation_changes_hours_and_each_unit_its_holidays(
    rt: Runtime, app: Flask, top: Desk
) -> None:
    booth = a_desk(app, rt, "Ravi", "administrator", "BOOTH-1")
    day = str(rt.clock().date() + timedelta(days=3))
    assert booth.post("/house/ladder", **FORM).status_code == 403
    assert booth.post("/house/ladder/holidays", day=day, name="Diwali", unit="").status_code == 302
    assert booth.post("/house/ladder/holidays", day=day, name="Diwali", unit="BOOTH-1").status_code == 422
    for code in ("OTHER", "BLOCK-1", "nowhere"):
        answer = booth.post("/house/ladder/holidays", day=day, name="Eid", unit=code)
        assert "no unit with this code" in answer.get_data(as_text=True)
    with unit_of_work(rt.engine) as unit:
        holiday = unit.db.scalars(select(Holiday)).one()
    other = a_desk(app, rt, "Zoya", "administrator", "OTHER")
    assert "Diwali" not in other.read("/house/ladder")
    assert other.post(f"/house/ladder/holidays/{holiday.id}/remove").status_code == 404
    assert top.post(f"/house/ladder/holidays/{holiday.id}/remove").status_code == 302
    assert {"holiday-added", "holiday-removed"} <= set(actions(rt))


def test_holiday_of_the_past_or_without_a_name_is_refused(rt: Runtime, top: Desk) -> None:
    today = rt.clock().date()
    for form in (
        {"day": str(today - timedelta(days=1)), "name": "Diwali"},
        {"day": "31.12.2026", "name": "Diwali"},
        {"day": str(today), "name": " "},
        {"day": str(today), "name": "x" * 121},
    ):
        assert top.post("/house/ladder/holidays", unit="", **form).status_code == 422
    page = top.post("/house/ladder/holidays", unit="", day="x", name="<script>alert(1)</script>")
    assert "<script>alert" not in page.get_data(as_text=True)
