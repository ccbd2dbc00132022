"""Lists of the inbox that are kept under a name, and lists that are taken away."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from gateway import report_files
from gateway.db import unit_of_work
from gateway.models import AuditEntry, ReportFile, SavedView
from gateway.runtime import Runtime
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree, post, seat
from tests.gateway.console.test_inbox import change


def public_id_of(rt: Runtime) -> str:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(SavedView.public_id).order_by(SavedView.id.desc())).first() or ""


def test_view_is_kept_shared_renamed_and_removed(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, below, beside = (
        seat(app, rt),
        seat(app, rt, "Imran", unit="BOOTH-1"),
        seat(app, rt, "Ramesh", unit="BAH"),
    )
    form = {"name": "Bengali <b>water</b>", "query": "tab=mine&language=bn&fragment=1&evil=x"}
    assert post(browser, "/reports/views", **form).headers["Location"] == "/reports?tab=mine&language=bn"
    assert 'href="/reports?tab=mine&amp;language=bn"' in browser.get("/reports").text
    assert "<b>water" not in browser.get("/reports").text
    assert "water" not in below.get("/reports").text
    view = public_id_of(rt)
    post(browser, f"/reports/views/{view}", name="Water", is_shared="1")
    assert [">Water<" in each.get("/reports").text for each in (browser, below, beside)] == [
        True,
        True,
        False,
    ]
    for other in (below, beside):
        assert post(other, f"/reports/views/{view}", name="Mine").status_code == 404
        assert post(other, f"/reports/views/{view}/remove").status_code == 404
    post(browser, f"/reports/views/{view}/remove")
    assert "Water" not in browser.get("/reports/views").text


def test_view_of_the_same_name_is_replaced_and_there_are_not_too_many(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    for nth in range(22):
        post(browser, "/reports/views", name=f"View {nth}", query="tab=all")
    post(browser, "/reports/views", name="View 3", query="tab=mine")
    assert "You keep 20 views already" in post_and_read(browser, name="One more", query="")
    with unit_of_work(rt.engine) as work:
        kept = {each.name: each.query for each in work.db.scalars(select(SavedView))}
    assert (len(kept), kept["View 3"]) == (20, "tab=mine")


def post_and_read(browser: FlaskClient, **form: object) -> str:
    post(browser, "/reports/views", **form)
    return browser.get("/reports").text


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_file_holds_exactly_the_list_and_calculates_nothing(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="coordinator")
    wanted = a_report(rt, name="=HYPERLINK(1)", text="-2+3 पानी")
    a_report(rt, "BOOTH-2", name="Ramesh")
    change(rt, a_report(rt, name="Kamla"), language="bn")
    reference = lines(post(browser, "/reports/files", query="language=hi", kind="csv").data)
    assert len(reference) == 2
    assert "'=HYPERLINK(1)" in reference[1] and "'-2+3 पानी" in reference[1]
    book = load_workbook(io.BytesIO(post(browser, "/reports/files", query="language=hi", kind="xlsx").data))
    cells = [[each.value for each in row] for row in book.active.iter_rows()]
    assert cells[1][0] == reference[1][0] and "=HYPERLINK(1)" in cells[1]
    assert {each.data_type for row in book.active.iter_rows() for each in row if each.value} == {"s"}
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "reports-exported")).all()
    assert [each.details for each in noted] == [{"count": 1, "kind": "csv"}, {"count": 1, "kind": "xlsx"}]
    assert wanted not in str(reference)


def test_file_tells_nothing_of_who_stays_unnamed_and_no_number_of_anybody(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="coordinator")
    change(rt, a_report(rt, name="Kamla", text="उसका नाम"), is_unnamed=True)
    a_report(rt, name="Sita")
    written = post(browser, "/reports/files", query="", kind="csv").data.decode()
    assert "Kamla" not in written and "उसका नाम" not in written and "Sita" in written
    assert "917000" not in written and "•" not in written


@pytest.mark.parametrize("role", ["staff", "listener", "auditor", "approver"])
def test_only_leads_take_lists_away(app: Flask, rt: Runtime, role: str) -> None:
    a_tree(rt)
    browser = seat(app, rt, role=role)
    assert post(browser, "/reports/files", query="", kind="csv").status_code == 403
    assert browser.get("/reports/files").status_code == 403
    assert "/reports/files" not in browser.get("/reports").text


def test_long_list_is_made_behind_the_scenes_and_dies_after_a_day(
    app: Flask,
    rt: Runtime,
    clock: TestClock,
    rung: list[tuple[str, tuple[int, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_files, "AT_ONCE", 1)
    monkeypatch.setattr(report_files, "PAGE", 2)
    a_tree(rt)
    browser, other = seat(app, rt, role="coordinator"), seat(app, rt, "Imran", "coordinator", "ACH")
    for nth in range(5):
        a_report(rt, name=f"Member {nth}")
    assert (
        post(browser, "/reports/files", query="tab=all", kind="csv").headers["Location"] == "/reports/files"
    )
    assert "is being made" in browser.get("/reports/files").text
    ((job, (file_id,)),) = [each for each in rung if each[0].endswith("make_report_file")]
    report_files.make(rt, file_id)
    report_files.make(rt, file_id)  # a bell may ring twice
    with unit_of_work(rt.engine) as work:
        made = work.db.get_one(ReportFile, file_id)
    address = f"/reports/files/{made.public_id}"
    assert address in browser.get("/reports/files").text
    assert len(lines(browser.get(address).data)) == 6
    assert other.get(address).status_code == 404
    clock.now += timedelta(hours=25)
    with unit_of_work(rt.engine) as work:
        report_files.sweep(work, rt)
    assert rt.files.size(made.file_key or "") is None
    fresh = seat(app, rt, "Kamla", "coordinator")
    assert "kept no longer" not in fresh.get("/reports/files").text


def test_file_that_nobody_made_is_rung_for_again_and_given_up_in_the_end(
    app: Flask,
    rt: Runtime,
    clock: TestClock,
    rung: list[tuple[str, tuple[int, ...]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(report_files, "AT_ONCE", 0)
    a_tree(rt)
    browser = seat(app, rt, role="coordinator")
    a_report(rt)
    post(browser, "/reports/files", query="", kind="csv")
    rung.clear()
    clock.forward(minutes=1)
    with unit_of_work(rt.engine) as work:
        report_files.sweep(work, rt)
    ((_, (file_id,)),) = rung
    with unit_of_work(rt.engine) as work:
        work.db.get_one(ReportFile, file_id).tries = report_files.MOST_TRIES
    report_files.make(rt, file_id)
    assert "could not be made" in browser.get("/reports/files").text
