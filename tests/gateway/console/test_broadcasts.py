"""Broadcasts at the console: written, checked, tried, approved, started, watched; never seen from beside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.broadcasts import sums
from gateway.broadcasts.plan import plan
from gateway.broadcasts.spread import spread
from gateway.console.broadcasts_bar import counts
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Broadcast, Delivery, PollSilence, Staff
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BroadcastState, DeliveryReason, DeliveryState
from gateway.store import broadcast_people, units
from gateway.store.broadcast_people import Narrow, Part
from tests.builders import a_broadcast, a_member
from tests.conftest import TestClock
from tests.gateway.console.desk import Desk, a_desk

WORDS = "कल दस बजे मीटिंग है।"
FORM = {
    "title": "Meeting",
    "kind": "voice",
    "when": "now",
    "message_class": "organisational",
    "text-hi": WORDS,
}
CERTIFICATE = {
    "certificate-number": "MCMC 12",
    "certificate-issuer": "District",
    "certificate-valid_until": "2026-12-31",
}


def the_broadcast(rt: Runtime) -> Broadcast:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Broadcast)).one()


def write(desk: Desk, unit: str = "Booth 1 · BOOTH-1", **form: str) -> str:
    """Write one and return its public id."""
    answer = desk.post("/broadcasts/new", **{"public_id": "abcdefghijk", "unit": unit, **FORM, **form})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return "abcdefghijk"


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]


def try_it(rt: Runtime, desk: Desk, public_id: str) -> None:
    build_subject(rt, "broadcast", the_broadcast(rt).id)
    assert desk.post(f"/broadcasts/{public_id}/test", number="070000 00777").status_code == 302


def start(rt: Runtime, desk: Desk, public_id: str) -> None:
    page = desk.read(f"/broadcasts/{public_id}/check")
    assert desk.post(f"/broadcasts/{public_id}/start", seen=seen(page)).status_code == 302
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, the_broadcast(rt).id)


def test_form_sent_twice_makes_one_draft(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk)
    write(desk)
    assert the_broadcast(rt).state == BroadcastState.DRAFT
    assert the_broadcast(rt).texts == {"hi": WORDS}


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"title": ""}, "title"),
        ({"text-hi": ""}, "text-hi"),
        ({"unit": "Nowhere"}, "unit"),
        ({"when": "at", "at": "2026-11-23T09:00"}, "at"),
        ({"when": "at", "at": "soon"}, "at"),
        ({"kind": "sms", "text-hi": "अ" * 500}, "text-hi"),
        ({"message_class": "campaign", "certificate-number": "7"}, "certificate-issuer"),
    ],
)
def test_form_comes_back_with_its_words_when_something_is_wrong(
    app: Flask, rt: Runtime, wrong: dict[str, str], name: str
) -> None:
    desk = a_desk(app, rt)
    answer = desk.post("/broadcasts/new", **{"unit": "BOOTH-1", **FORM, **wrong})
    assert answer.status_code == 422
    assert f'<li><a href="#{name}">' in answer.get_data(as_text=True)


def test_check_page_counts_and_says_who_is_left_out(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt, "Sita")
    a_member(rt, "Ramesh", consent=None)
    page = desk.read(f"/broadcasts/{write(desk)}/check")
    assert "1 member will be called" in page
    assert "have not agreed to such calls" in page
    assert "The sound is still being made" in page
    assert "Call 1 member" in page


def test_test_call_rings_own_phone_and_opens_the_button(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    public_id = write(desk)
    page = desk.read(f"/broadcasts/{public_id}/check")
    assert desk.post(f"/broadcasts/{public_id}/start", seen=seen(page)).status_code == 403
    try_it(rt, desk, public_id)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Delivery.reason)).one() == DeliveryReason.TEST
        assert unit.db.get_one(Staff, desk.staff_id).number_id is not None
    start(rt, desk, public_id)
    assert the_broadcast(rt).state == BroadcastState.RUNNING


def test_unreadable_test_number_is_told_in_place(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    public_id = write(desk)
    for number in ("", "12"):
        answer = desk.post(f"/broadcasts/{public_id}/test", number=number)
        assert answer.status_code == 422
        assert '<a href="#number">' in answer.get_data(as_text=True)


def test_starting_twice_starts_once(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    public_id = write(desk)
    try_it(rt, desk, public_id)
    page = desk.read(f"/broadcasts/{public_id}/check")
    start(rt, desk, public_id)
    assert desk.post(f"/broadcasts/{public_id}/start", seen=seen(page)).status_code == 302
    with unit_of_work(rt.engine) as unit:
        query = select(Delivery).where(Delivery.reason == DeliveryReason.BROADCAST)
        assert len(unit.db.scalars(query).all()) == 1


def test_approval_is_refused_when_the_words_changed_meanwhile(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    public_id = write(desk)
    try_it(rt, desk, public_id)
    old = seen(desk.read(f"/broadcasts/{public_id}/check"))
    edit = desk.read(f"/broadcasts/{public_id}/edit")
    changed = {"unit": "BOOTH-1", **FORM, "text-hi": "कुछ और।"}
    assert desk.post(f"/broadcasts/{public_id}/edit", **changed, seen=seen(edit)).status_code == 302
    assert desk.post(f"/broadcasts/{public_id}/approve", seen=old).status_code == 409
    assert the_broadcast(rt).tested_at is None


def test_scheduled_broadcast_is_approved_to_start_by_itself(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    public_id = write(desk, when="at", at="2026-11-24T10:00")
    try_it(rt, desk, public_id)
    page = desk.read(f"/broadcasts/{public_id}/check")
    assert "Call 1 member: tomorrow 10:00" in page
    desk.post(f"/broadcasts/{public_id}/approve", seen=seen(page))
    assert the_broadcast(rt).state == BroadcastState.APPROVED
    assert "Scheduled" in desk.read("/broadcasts?state=approved")


def test_campaign_needs_certificate_and_second_person(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    bare = write(desk, message_class="campaign")
    assert "needs the certificate" in desk.read(f"/broadcasts/{bare}/check")
    edit = desk.read(f"/broadcasts/{bare}/edit")
    form = {"unit": "BOOTH-1", **FORM, "message_class": "campaign", **CERTIFICATE, "seen": seen(edit)}
    desk.post(f"/broadcasts/{bare}/edit", **form)
    page = desk.read(f"/broadcasts/{bare}/check")
    assert "Four eyes" in page
    try_it(rt, desk, bare)
    assert desk.post(f"/broadcasts/{bare}/approve", seen=seen(page)).status_code == 403
    second = a_desk(app, rt, "Asha", "approver")
    assert second.post(f"/broadcasts/{bare}/approve", seen=seen(page)).status_code == 302
    assert the_broadcast(rt).approver_id == second.staff_id


def test_silence_before_a_poll_blocks_a_campaign(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    public_id = write(desk, message_class="campaign", **CERTIFICATE)
    with unit_of_work(rt.engine) as unit:
        place = units.get_unit_by_code(unit.db, "BOOTH-1")
        unit.db.add(PollSilence(unit_id=place.id, closes_at=rt.clock() + timedelta(hours=20)))
    assert "Silence before a poll until tomorrow 08:00" in desk.read(f"/broadcasts/{public_id}/check")


def test_broadcast_page_shows_numbers_that_add_up_and_their_people(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    for name in ("Sita", "Ramesh", "Mina"):
        a_member(rt, name)
    public_id = write(desk)
    try_it(rt, desk, public_id)
    start(rt, desk, public_id)
    assert send_some(rt, "voice").handed == 4
    page = desk.read(f"/broadcasts/{public_id}")
    assert "3 asked" in page
    assert "<b>3</b> ringing or on the phone" in page
    people = desk.read(f"/broadcasts/{public_id}/people/in_progress")
    assert all(name in people for name in ("Sita", "Ramesh", "Mina"))
    assert "+9170000" not in people


def test_fragment_is_304_while_nothing_changes_and_ends(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    public_id = write(desk)
    try_it(rt, desk, public_id)
    start(rt, desk, public_id)
    first = desk.get(f"/broadcasts/{public_id}?fragment=1")
    etag = {"If-None-Match": first.headers["ETag"]}
    assert desk.client.get(f"/broadcasts/{public_id}?fragment=1", headers=etag).status_code == 304
    assert "X-Finished" not in first.headers
    desk.post(f"/broadcasts/{public_id}/stop")
    assert desk.get(f"/broadcasts/{public_id}?fragment=1").headers["X-Finished"] == "1"


def test_pause_go_on_and_stop_are_harmless_when_pressed_twice(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    a_member(rt)
    public_id = write(desk)
    try_it(rt, desk, public_id)
    start(rt, desk, public_id)
    states = []
    for deed in ("pause", "pause", "resume", "resume", "stop", "stop"):
        assert desk.post(f"/broadcasts/{public_id}/{deed}").status_code == 302
        states.append(str(the_broadcast(rt).state))
    assert states == ["paused", "paused", "running", "running", "stopped", "stopped"]
    assert desk.post(f"/broadcasts/{public_id}/pause").status_code == 409


DELIVERIES = [
    (state, tries, cause)
    for state in DeliveryState
    for tries, cause in ((0, None), (1, None), (1, "busy"), (1, "answered_not_heard"))
]


def test_people_of_every_part_are_those_that_the_sums_count(app: Flask, rt: Runtime) -> None:
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        for _ in DELIVERIES:
            a_member(rt)
        unit.db.get_one(Broadcast, broadcast_id).state = BroadcastState.STARTING
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
        owed = unit.db.scalars(select(Delivery)).all()
        for delivery, (state, tries, cause) in zip(owed, DELIVERIES, strict=True):
            delivery.state, delivery.tries, delivery.last_cause = state, tries, cause
    with unit_of_work(rt.engine) as unit:
        stand = sums.of_broadcast(unit.db, broadcast_id)
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        listed = {part: len(broadcast_people.list_people(unit.db, broadcast, "/", part)[0]) for part in Part}
        again, _ = broadcast_people.list_people(unit.db, broadcast, "/", None, Narrow(is_again=True))
    assert listed == counts(stand)
    assert len(again) == stand.to_retry


@pytest.mark.parametrize(
    "path",
    ["", "/check", "/edit", "/people/all", "/people/heard"],
)
def test_sibling_unit_finds_nothing(app: Flask, rt: Runtime, path: str) -> None:
    public_id = write(a_desk(app, rt))
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    assert beside.get(f"/broadcasts/{public_id}{path}").status_code == 404


@pytest.mark.parametrize("deed", ["approve", "start", "test", "pause", "resume", "stop", "edit"])
def test_sibling_unit_changes_nothing(app: Flask, rt: Runtime, deed: str) -> None:
    public_id = write(a_desk(app, rt))
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    form = {"unit": "BOOTH-2", **FORM, "number": "070000 00777"}
    assert beside.post(f"/broadcasts/{public_id}/{deed}", **form).status_code == 404
    assert "Meeting" not in beside.read("/broadcasts")


@pytest.mark.parametrize(("role", "status"), [("staff", 403), ("auditor", 403), ("approver", 403)])
def test_only_coordinators_write(app: Flask, rt: Runtime, role: str, status: int) -> None:
    desk = a_desk(app, rt, role=role)
    assert desk.get("/broadcasts").status_code == 200
    assert desk.get("/broadcasts/new").status_code == status


def test_copy_of_a_broadcast_is_a_new_form(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    public_id = write(desk)
    page = desk.read(f"/broadcasts/new?from={public_id}")
    assert WORDS in page
    assert f'name="public_id" value="{public_id}"' not in page


@pytest.mark.parametrize(
    ("count", "hours", "days"), [(10, 0, 0), (600_000, 0, 1), (10, 12, 1), (10**9, 0, None)]
)
def test_plan_ends_when_window_and_pace_allow(
    rt: Runtime, clock: TestClock, count: int, hours: int, days: int | None
) -> None:
    clock.forward(hours=hours)
    made = plan(rt, kind="voice", message_class=MessageClass.ORGANISATIONAL, count=count, seconds=40)
    if days is None:
        assert made.ends_at is None
    else:
        assert made.ends_at is not None
        assert (made.ends_at.date() - clock.now.date()).days == days
        assert made.begins_at >= clock.now
    assert made.before_closing <= count
