"""The pages of what comes again: planned, refused in words, stopped; nothing of another unit."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.broadcasts import schedules
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Broadcast, Schedule, Unit
from gateway.runtime import Runtime
from gateway.store import units
from tests.builders import a_broadcast, a_unit
from tests.gateway.console.desk import a_desk
from tests.gateway.schedules.weeks import an_approved, schedule

MONDAYS = {"kind": "weekly", "days": ["0", "3"], "at": "09:00"}


def an_id(rt: Runtime, broadcast_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).public_id


def test_a_coordinator_lets_it_come_every_week_sees_the_next_times_and_stops_it(
    app: Flask, rt: Runtime
) -> None:
    desk, public_id = a_desk(app, rt), an_id(rt, an_approved(rt))
    assert "Every week" in desk.read(f"/broadcasts/{public_id}/again")
    assert desk.post(f"/broadcasts/{public_id}/again", **MONDAYS).status_code == 302
    page = desk.read("/broadcasts/schedules")
    for words in ("every Monday and Thursday, 09:00", "Thu 26 Nov, 09:00", "Mon 30 Nov, 09:00", "Meera"):
        assert words in page, words
    assert "every Monday" in desk.read(f"/broadcasts/{public_id}/again")
    desk.post(f"/broadcasts/schedules/{schedule(rt).public_id}/stop")
    assert "ended" in desk.read("/broadcasts/schedules")
    with unit_of_work(rt.engine) as unit:
        told = set(unit.db.scalars(select(AuditEntry.action)))
    assert {"schedule-made", "schedule-stopped"} <= told


def test_reminders_of_an_event_are_planned_and_told_in_hindi(app: Flask, rt: Runtime) -> None:
    desk, public_id = a_desk(app, rt), an_id(rt, an_approved(rt))
    event = {"kind": "event", "day": "2026-12-10", "event_at": "17:00", "before": ["3d", "2h"]}
    assert desk.post(f"/broadcasts/{public_id}/again", **event).status_code == 302
    assert "3 days and 2 hours before 10 Dec 2026, 17:00" in desk.read("/broadcasts/schedules")


REFUSED = [
    ({"kind": "weekly", "at": "09:00"}, "Choose at least one day of the week."),
    ({"kind": "weekly", "days": ["0"], "at": "soon"}, "Say at what time"),
    ({"kind": "weekly", "days": ["0"], "at": "03:00"}, "members may not be called"),
    ({"kind": "monthly", "dates": "1, 45", "at": "09:00"}, "Write days of the month"),
    ({"kind": "event", "day": "2026-11-20", "event_at": "17:00", "before": ["1d"]}, "None of these times"),
    ({"kind": "event", "day": "", "event_at": "17:00"}, "Say on which day."),
]


@pytest.mark.parametrize(("form", "words"), REFUSED)
def test_what_cannot_be_comes_back_with_a_sentence(
    app: Flask, rt: Runtime, form: dict[str, str], words: str
) -> None:
    desk, public_id = a_desk(app, rt), an_id(rt, an_approved(rt))
    answer = desk.post(f"/broadcasts/{public_id}/again", **form)
    assert (answer.status_code, words in answer.get_data(as_text=True)) == (422, True)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Schedule)).all() == []


def test_a_draft_must_be_approved_first_and_a_double_click_plans_one(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    draft = desk.post(f"/broadcasts/{an_id(rt, a_broadcast(rt))}/again", **MONDAYS)
    assert "It must be approved first" in draft.get_data(as_text=True)
    public_id = an_id(rt, an_approved(rt))
    assert desk.post(f"/broadcasts/{public_id}/again", **MONDAYS).status_code == 302
    assert "comes again already" in desk.post(f"/broadcasts/{public_id}/again", **MONDAYS).get_data(
        as_text=True
    )


def test_another_unit_neither_sees_nor_plans_nor_stops_it(app: Flask, rt: Runtime) -> None:
    public_id = an_id(rt, an_approved(rt))
    a_desk(app, rt).post(f"/broadcasts/{public_id}/again", **MONDAYS)
    other = a_desk(app, rt, "Asha", unit="BOOTH-2")
    assert "Nothing comes again yet" in other.read("/broadcasts/schedules")
    assert other.get(f"/broadcasts/{public_id}/again").status_code == 404
    assert other.post(f"/broadcasts/{public_id}/again", **MONDAYS).status_code == 404
    assert other.post(f"/broadcasts/schedules/{schedule(rt).public_id}/stop").status_code == 404
    assert schedule(rt).ended_at is None


def test_who_may_not_send_may_look(app: Flask, rt: Runtime) -> None:
    public_id = an_id(rt, an_approved(rt))
    staff = a_desk(app, rt, "Farid", role="staff")
    assert staff.get("/broadcasts/schedules").status_code == 200
    assert staff.get(f"/broadcasts/{public_id}/again").status_code == 403


def test_a_unit_keeps_its_own_clock_and_refuses_one_that_is_none(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db)
    form = {"own-name": place.name, "language": "", "zone": "Asia/Katmandoo"}
    refused = desk.post(f"/units/{place.id}/change", **form)
    assert (refused.status_code, "no clock of this name" in refused.get_data(as_text=True)) == (422, True)
    assert desk.post(f"/units/{place.id}/change", **form | {"zone": "Asia/Kathmandu"}).status_code == 302
    with unit_of_work(rt.engine) as unit:
        assert units.get_unit(unit.db, place.id).zone == "Asia/Kathmandu"
    public_id = an_id(rt, an_approved(rt))
    assert "By the clock of Kathmandu" in desk.read(f"/broadcasts/{public_id}/again")
    desk.post(f"/broadcasts/{public_id}/again", **MONDAYS)
    assert "(Kathmandu)" in desk.read("/broadcasts/schedules")
    desk.post(f"/units/{place.id}/change", **form | {"zone": ""})
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Unit, place.id).zone is None


def test_why_one_stopped_is_told(app: Flask, rt: Runtime) -> None:
    desk, broadcast_id = a_desk(app, rt), an_approved(rt)
    desk.post(f"/broadcasts/{an_id(rt, broadcast_id)}/again", **MONDAYS)
    with unit_of_work(rt.engine) as unit:
        found = unit.db.scalars(select(Schedule)).one()
        schedules._end(unit, rt, found, None, "no-certificate")
        found.skipped, found.skipped_at = 2, rt.clock()
    page = desk.read("/broadcasts/schedules")
    assert "the certificate is not valid any more" in page
    assert "2 times were skipped" in page
    assert "1 broadcast that came again has stopped by itself" in desk.read("/broadcasts")
    assert "has stopped" not in a_desk(app, rt, "Asha", unit="BOOTH-2").read("/broadcasts")
