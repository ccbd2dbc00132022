"""A broadcast's page while it runs and after: what went wrong, what became of it, what may follow, and its list."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from gateway import report_files
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import AuditEntry, Broadcast, BroadcastAnswer, Delivery, Member, ReportFile, Unit
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryState
from tests.builders import a_unit
from tests.conftest import TestClock
from tests.gateway.asked import AGAIN, BUSY, DOUBT, HEARD, REFUSED, SHORT, WAITING, asked
from tests.gateway.console.desk import Desk, a_desk

FINISHED, PAUSED = BroadcastState.FINISHED, BroadcastState.PAUSED
QUESTION = {
    "answer": "keys",
    "texts": {"hi": "आप आएँगे?"},
    "choices": [{"hi": "हाँ", "en": "Yes"}, {"hi": "नहीं", "en": "No"}],
}


def address(rt: Runtime, broadcast_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return f"/broadcasts/{unit.db.get_one(Broadcast, broadcast_id).public_id}"


def desk_of(app: Flask, rt: Runtime, role: str = "coordinator", unit: str = "BLOCK") -> Desk:
    return a_desk(app, rt, role=role, unit=unit)


def answer(rt: Runtime, broadcast_id: int, *keys: str) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).questions = [QUESTION]
        query = select(Delivery).where(Delivery.broadcast_id == broadcast_id).order_by(Delivery.id)
        for each, key in zip(unit.db.scalars(query), keys, strict=False):
            unit.db.add(
                BroadcastAnswer(
                    broadcast_id=broadcast_id, delivery_id=each.id, member_id=each.member_id,
                    question=1, key=key, at=rt.clock(),
                )
            )  # fmt: skip


def test_page_shows_pictures_with_their_tables_and_numbers_with_their_people(app: Flask, rt: Runtime) -> None:
    rows = [
        HEARD,
        {**HEARD, "minutes": 70},
        SHORT,
        BUSY,
        AGAIN,
        {**HEARD, "unit": "BOOTH-2", "language": "bn"},
    ]
    path = address(rt, asked(rt, *rows, finished_at=rt.clock() + timedelta(hours=2), state=FINISHED))
    desk = desk_of(app, rt)
    page = desk.read(path)
    assert page.count('<svg class="chart"') == 4
    assert "Heard it, over time" in page and "How long they listened" in page
    for wanted in ("heard?unit=", "heard?language=bn"):
        link = (
            page.split(wanted, 1)[0].rpartition('href="')[2]
            + wanted
            + page.split(wanted, 1)[1].partition('"')[0]
        )
        assert "Sita" in desk.read(link)


def test_answers_stand_by_key_and_by_unit_and_lead_to_their_people(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, HEARD, {**HEARD, "name": "Ramesh"}, state=FINISHED)
    answer(rt, broadcast_id, "1", "1", "2")
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    page = desk.read(path)
    assert "आप आएँगे?" in page
    assert ">67<" in page and "67 %" in page
    people = desk.read(f"{path}/people/all?question=1&key=2")
    assert "Ramesh" in people and "Sita" not in people


@pytest.mark.parametrize(
    ("reason", "what"),
    [
        ("opt-outs", "want no more such calls"),
        ("complaints", "have complained"),
        ("provider-refused", "the provider refuses everybody"),
        ("budget", "the money that it may cost is used up"),
    ],
)
def test_page_says_why_it_paused_by_itself_and_what_to_do(
    app: Flask, rt: Runtime, reason: str, what: str
) -> None:
    path = address(rt, asked(rt, HEARD, WAITING, state=PAUSED, pause_reason=reason))
    page = desk_of(app, rt).read(path)
    assert 'role="alert"' in page and what in page
    assert "Go on" in page and "1 wait" in page


def test_page_says_that_oddly_few_pick_up_until_it_mends(app: Flask, rt: Runtime) -> None:
    low = asked(rt, *[HEARD] * 10, *[AGAIN] * 90, warned_at=rt.clock())
    mended = asked(rt, *[HEARD] * 40, *[AGAIN] * 60, warned_at=rt.clock())
    desk = desk_of(app, rt)
    page = desk.read(address(rt, low))
    assert "Oddly few pick up: 10 of 100" in page and "about 50 were to be expected" in page
    assert "Oddly few" not in desk.read(address(rt, mended))


def test_page_says_whom_the_share_that_picked_up_does_not_count_yet(app: Flask, rt: Runtime) -> None:
    on_the_phone = {"state": DeliveryState.SENT, "tries": 1}
    running = address(rt, asked(rt, HEARD, AGAIN, on_the_phone, on_the_phone))
    over = address(rt, asked(rt, HEARD, AGAIN, state=FINISHED))
    desk = desk_of(app, rt)
    assert "2 are on the phone now and not counted yet" in desk.read(running)
    assert "not counted yet" not in desk.read(over)


def test_forecast_says_when_it_ends_and_that_it_will_not_today(
    app: Flask, rt: Runtime, clock: TestClock
) -> None:
    path = address(rt, asked(rt, *[WAITING] * 3))
    desk = desk_of(app, rt)
    assert "Everybody will have been tried once: today" in desk.read(f"{path}?fragment=1")
    clock.forward(hours=8, minutes=59, seconds=59.9)  # the hours end at nine
    page = desk.read(f"{path}?fragment=1")
    assert "Will not finish today" in page and "tomorrow" in page


def test_nothing_new_begins_once_paused(app: Flask, rt: Runtime) -> None:
    path = address(rt, asked(rt, WAITING, WAITING))
    assert desk_of(app, rt).post(f"{path}/pause").status_code == 302
    assert send_some(rt, "voice").handed == 0


def test_rest_is_one_click_and_pressed_twice_takes_them_once(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, SHORT, BUSY, DOUBT, REFUSED, state=FINISHED)
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    assert "Try the rest: 2 people" in desk.read(path)
    assert [desk.post(f"{path}/rest").status_code for _ in range(2)] == [302, 302]
    page = desk.read(path)
    assert "round 2" in page and "Try the rest" not in page
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Broadcast, broadcast_id).rounds == 2


def test_rest_says_why_nobody_is_left(app: Flask, rt: Runtime) -> None:
    path = address(rt, asked(rt, HEARD, state=FINISHED))
    desk = desk_of(app, rt)
    assert desk.post(f"{path}/rest").status_code == 302
    assert "Nobody is left whom another try could reach." in desk.read(path)


def test_correction_is_a_draft_to_exactly_those_who_heard(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, BUSY, state=FINISHED)
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    first, again = (desk.post(f"{path}/correct").headers["Location"] for _ in range(2))
    assert first == again and first.endswith("/edit")
    with unit_of_work(rt.engine) as unit:
        draft = unit.db.scalars(select(Broadcast).where(Broadcast.parent_id == broadcast_id)).one()
    assert (draft.state, draft.relation, draft.filters) == ("draft", "correction", {"heard": broadcast_id})
    assert draft.texts["hi"].startswith("पहले हमने") and draft.sounds == {}


def test_answers_are_told_back_to_those_who_gave_them(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, HEARD, HEARD, BUSY, state=FINISHED)
    answer(rt, broadcast_id, "1", "1", "2")
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    assert "Tell the answers back to the 3 who gave them" in desk.read(path)
    desk.post(f"{path}/tell-answers")
    with unit_of_work(rt.engine) as unit:
        draft = unit.db.scalars(select(Broadcast).where(Broadcast.parent_id == broadcast_id)).one()
    assert (draft.relation, draft.filters, draft.questions) == ("answers", {"answered": broadcast_id}, [])
    assert "हाँ: 67 %" in draft.texts["hi"]


def test_list_is_taken_away_masked_and_harmless(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, {**HEARD, "name": "=1+1"}, BUSY, state=FINISHED)
    answer(rt, broadcast_id, "2")
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    text = desk.post(f"{path}/files", kind="csv").get_data().decode("utf-8-sig")
    head, first, second = csv.reader(io.StringIO(text))
    assert head[-1] == "Question 1" and first[0] == "'=1+1" and first[-1] == "No"
    assert first[1].startswith("…") and len(first[1]) == 5
    assert (first[5], second[5], second[6]) == ("heard it", "not reached", "busy")


def test_whole_numbers_are_for_who_asks_for_them_and_may_see_them_and_are_noted(
    app: Flask, rt: Runtime
) -> None:
    path = address(rt, asked(rt, HEARD, state=FINISHED))
    sheet = desk_of(app, rt).post(f"{path}/files", kind="xlsx", numbers="whole").get_data()
    with zipfile.ZipFile(io.BytesIO(sheet)) as book:
        assert "+917000" in book.read("xl/worksheets/sheet1.xml").decode()
    with unit_of_work(rt.engine) as unit:
        noted = unit.db.scalars(select(AuditEntry).where(AuditEntry.action == "broadcast-exported")).one()
    assert noted.details == {"count": 1, "kind": "xlsx", "numbers": True}


def test_long_list_is_made_in_the_background_and_kept_for_a_while(
    app: Flask, rt: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "AT_ONCE", 1)
    monkeypatch.setattr(report_files, "KEPT_FOR", timedelta(minutes=10))
    desk, path = desk_of(app, rt), address(rt, asked(rt, HEARD, BUSY, state=FINISHED))
    assert desk.post(f"{path}/files", kind="csv").headers["Location"].endswith("/files")
    assert "is being made" in desk.read(f"{path}/files")
    with unit_of_work(rt.engine) as unit:
        made = unit.db.scalars(select(ReportFile)).one()
    report_files.make(rt, made.id)
    assert "2 people" in desk.read(f"{path}/files")
    assert desk.read(f"{path}/files/{made.public_id}").count("Sita") == 2
    assert desk.get(f"/reports/files/{made.public_id}").status_code == 404
    clock.forward(minutes=11)
    assert desk.get(f"{path}/files/{made.public_id}").status_code == 404


def test_who_moved_out_of_sight_is_on_no_list(app: Flask, rt: Runtime) -> None:
    broadcast_id = asked(rt, HEARD, {**HEARD, "name": "Ramesh"}, unit="BOOTH-1", state=FINISHED)
    path = address(rt, broadcast_id)
    asked(rt, {**HEARD, "unit": "BOOTH-2"})
    with unit_of_work(rt.engine) as unit:
        beside = select(Member.unit_id).order_by(Member.id.desc()).limit(1).scalar_subquery()
        unit.db.execute(update(Member).where(Member.name == "Ramesh").values(unit_id=beside))
    desk = desk_of(app, rt, unit="BOOTH-1")
    assert "Ramesh" not in desk.read(f"{path}/people/all")
    assert "Ramesh" not in desk.post(f"{path}/files", kind="csv").get_data(as_text=True)


def test_part_that_lives_is_what_the_whole_page_shows(app: Flask, rt: Runtime) -> None:
    path = address(rt, asked(rt, HEARD, BUSY, {**HEARD, "unit": "BOOTH-2", "language": "bn"}))
    desk = desk_of(app, rt)
    part, page = desk.read(f"{path}/results?fragment=1"), desk.read(path)
    assert 'id="by-unit"' in part and 'id="by-unit"' in page


@pytest.mark.parametrize("deed", ["rest", "correct", "tell-answers", "files", "results"])
def test_nothing_of_it_is_there_for_a_sibling_unit(app: Flask, rt: Runtime, deed: str) -> None:
    path = address(rt, asked(rt, HEARD, BUSY, unit="BOOTH-1", state=FINISHED))
    beside = desk_of(app, rt, unit="BOOTH-2")
    answer = beside.get(f"{path}/results?fragment=1") if deed == "results" else beside.post(f"{path}/{deed}")
    assert answer.status_code == 404
    assert beside.get(f"{path}/files").status_code == 404


def test_control_room_and_wall_name_what_paused_by_itself(app: Flask, rt: Runtime) -> None:
    path = address(rt, asked(rt, WAITING, state=PAUSED, pause_reason="opt-outs"))
    desk = desk_of(app, rt)
    room = desk.read("/control")
    assert "has paused by itself" in room and path in room
    assert "paused by itself" in desk.read("/wall")
    beside = a_desk(app, rt, "Kamal", unit="BOOTH-7")
    assert "has paused by itself" not in beside.read("/control")


def test_budget_is_raised_while_paused_by_whom_it_may(app: Flask, rt: Runtime) -> None:
    values = {"state": PAUSED, "pause_reason": "budget", "budget": 100, "spent": 99}
    broadcast_id = asked(rt, WAITING, **values)
    desk, path = desk_of(app, rt), address(rt, broadcast_id)
    assert "Raise the budget" in desk.read(path)
    for amount in ("", "much", "100"):
        desk.post(f"{path}/budget", budget=amount)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Broadcast, broadcast_id).budget == 100
    desk.post(f"{path}/budget", budget="2,500")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Broadcast, broadcast_id).budget == 2500
    assert a_desk(app, rt, "Kamal", unit="BOOTH-7").post(f"{path}/budget", budget="9").status_code == 404
    assert a_desk(app, rt, "Sunita", role="staff", unit="BLOCK").post(f"{path}/budget").status_code == 403


def test_units_are_compared_where_the_tree_forks(app: Flask, rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "STATE", kind="state")
        a_unit(unit.db, "BLOCK", kind="block", under="STATE")
    rows = [HEARD, {**HEARD, "unit": "BOOTH-2"}]
    desk = desk_of(app, rt, unit="STATE")

    def compared(broadcast_id: int) -> set[str]:
        page = desk.read(address(rt, broadcast_id))
        ids = set(re.findall(r"heard\?unit=(\d+)", page))
        with unit_of_work(rt.engine) as unit:
            return {each.code for each in unit.db.scalars(select(Unit)) if str(each.id) in ids}

    assert compared(asked(rt, *rows, unit="STATE", state=FINISHED)) == {"BOOTH-1", "BOOTH-2"}
    beside = asked(rt, *rows, {**HEARD, "unit": "STATE"}, unit="STATE", state=FINISHED)
    assert compared(beside) == {"STATE", "BLOCK"}
