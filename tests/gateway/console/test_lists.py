"""Lists at the console: looked at before anything is taken, mended by column and row, only for those of the unit."""

from __future__ import annotations

import csv
import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from gateway.console.lists_words import REASONS
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Import, Member
from gateway.people.refusals import SENTENCES
from gateway.runtime import Runtime
from gateway.store import staff
from tests.builders import a_unit
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.lists import handed_in, work_on_lists
from tests.gateway.people.lists import HEADER

LIST = f"{HEADER}7000000501,Kamla,hi,BOOTH-1,mukhiya,paper,\n12,Nobody,hi,BOOTH-1,,paper,\n"
STRANGE = "No. to ring;Where;Who\n7000000501;BOOTH-1;Kamla\n"


def count(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count(Member.id))).one()


def test_request_only_keeps_the_list(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    answer = desk.post("/import/members", list=(io.BytesIO(LIST.encode()), "list.csv"))
    page = desk.read(answer.headers["Location"])
    assert "Being looked at" in page
    assert "data-poll" in page
    assert "Nothing is taken yet" in page or "It waits for a moment" in page


def test_list_is_shown_before_anything_of_it_is_taken(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, LIST)
    page = desk.read(address)
    assert "this is not a number that can be called" in page
    assert "Take 1 row" in page
    assert count(rt) == 0
    assert desk.post(f"{address}/take").status_code == 302
    assert "Being taken" in desk.read(address)
    work_on_lists(rt)
    assert count(rt) == 1
    assert desk.post(f"{address}/take").status_code == 302  # a second click
    work_on_lists(rt)
    assert count(rt) == 1
    assert "Taken" in desk.read(address)


def test_reason_is_in_the_language_of_the_page(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, LIST)
    with unit_of_work(rt.engine) as unit:
        staff.set_locale(unit.db, desk.staff_id, "hi")
    page = desk.read(address)
    assert "इस नंबर पर फ़ोन नहीं लग सकता" in page
    assert "this is not a number" not in page


def test_sentences_of_pages_and_of_the_command_line_are_the_same(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert {code: str(sentence) for code, sentence in REASONS.items()} == SENTENCES


def test_columns_that_nobody_knows_are_told_by_hand(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, STRANGE)
    page = desk.read(address)
    assert "lacks the column phone, unit" in page
    assert "Say which column is which" in page and "Waits for your yes" not in page
    assert "Take" not in re.sub("Taken", "", page).replace("Take nothing", "")
    form = {"phone": "No. to ring", "unit": "Where", "name": "Who", "language": ""}
    assert desk.post(f"{address}/columns", **form).status_code == 302
    work_on_lists(rt)
    assert "Take 1 row" in desk.read(address)


def test_columns_that_are_understood_need_not_be_told(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    page = desk.read(handed_in(desk, rt, "No. to ring;Unit;Name\n7000000501;BOOTH-1;Kamla\n"))
    assert re.findall(r'<option value="([^"]+)" selected', page) == ["Name", "Unit"]


def test_refused_rows_say_why_in_the_language_of_the_page(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, LIST)
    with unit_of_work(rt.engine) as unit:
        staff.set_locale(unit.db, desk.staff_id, "hi")
    assert "इस नंबर पर फ़ोन नहीं लग सकता" in desk.get(f"{address}/refused.csv").get_data(as_text=True)


def test_rows_in_error_are_paged(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    rows = "".join(f"{n},X,hi,BOOTH-1,,,\n" for n in range(60))
    page = desk.read(handed_in(desk, rt, HEADER + rows))
    older = re.search(r'href="([^"]+after=[^"]+)"', page)
    assert older
    lines = re.findall(r'<td class="n">(\d+)</td>', page)
    more = re.findall(r'<td class="n">(\d+)</td>', desk.read(older[1].replace("&amp;", "&")))
    assert [int(each) for each in [*lines, *more]] == list(range(2, 62))


def test_refused_rows_come_back_harmless_with_their_reasons(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, LIST + '13,"=1+1",hi,BOOTH-1,,,\n')
    answer = desk.get(address + "/refused.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert rows[0][:5] == ["Line", "Column", "Why", "phone", "name"]
    assert rows[1][:5] == ["3", "phone", "this is not a number that can be called", "12", "Nobody"]
    assert rows[2][4] == "'=1+1"
    with unit_of_work(rt.engine) as unit:
        assert "refused-rows" in unit.db.scalars(select(AuditEntry.action)).all()


def test_refused_rows_are_only_their_bringers(app: Flask, rt: Runtime) -> None:
    address = handed_in(a_desk(app, rt), rt, LIST)
    colleague = a_desk(app, rt, "Asha")
    assert "Download the refused rows" not in colleague.read(address)
    assert colleague.get(f"{address}/refused.csv").status_code == 404


@pytest.mark.parametrize("deed", ["", "/refused.csv", "/take", "/stop", "/columns"])
def test_list_of_a_sibling_unit_is_not_there(app: Flask, rt: Runtime, deed: str) -> None:
    address = handed_in(a_desk(app, rt), rt, LIST)
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    answer = (
        beside.post(address + deed) if deed in ("/take", "/stop", "/columns") else beside.get(address + deed)
    )
    assert answer.status_code == 404
    assert "list.csv" not in beside.read("/members/lists")
    assert count(rt) == 0


def test_list_takes_nobody_of_a_unit_beside(app: Flask, rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-1")
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    page = beside.read(handed_in(beside, rt, f"{HEADER}7000000501,Kamla,hi,BOOTH-1,,paper,\n"))
    assert "there is no unit with this code" in page
    assert "There is nothing new in this list." in page


def test_list_is_stopped_and_says_so(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    address = handed_in(desk, rt, LIST)
    desk.post(f"{address}/take")
    desk.post(f"{address}/stop")
    work_on_lists(rt)
    assert "Stopped" in desk.read(address)
    assert count(rt) == 0


def test_file_that_is_none_is_told_in_place(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    answer = desk.post("/import/members", list=(io.BytesIO(b""), "list.csv"))
    assert answer.status_code == 422
    assert '<a href="#list">' in answer.get_data(as_text=True)
    for text in ("name,caste\nSita,x\n", "%PDF-1.7"):
        assert "No list" in desk.read(handed_in(desk, rt, text))


def test_lists_are_listed_the_newest_first(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    addresses = [handed_in(desk, rt, LIST) for _ in range(2)]
    page = desk.read("/members/lists")
    assert page.index(addresses[1]) < page.index(addresses[0])


def test_name_of_a_file_is_only_shown(app: Flask, rt: Runtime) -> None:
    desk: Desk = a_desk(app, rt)
    desk.post("/import/members", list=(io.BytesIO(LIST.encode()), "../<script>.csv"))
    with unit_of_work(rt.engine) as unit:
        made = unit.db.scalars(select(Import)).one()
    assert "<script>.csv" not in desk.read(f"/members/lists/{made.public_id}")
