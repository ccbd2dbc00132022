"""One deed with many reports: each for itself, what was left and why, and all of it undone again."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Report, Staff
from gateway.reports import locking
from gateway.runtime import Runtime
from gateway.states import ReportState
from tests.gateway.console.seats import a_report, a_tree, post, seat, state_of
from tests.gateway.console.test_inbox import change, id_of


def row_of(rt: Runtime, report: str) -> Report:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Report).where(Report.public_id == report)).one()


def do(rt: Runtime, browser: FlaskClient, deed: str, *reports: str) -> TestResponse:
    """Tick these as the page shows them now, and do it."""
    ticked = [f"{each}.{row_of(rt, each).version}" for each in reports]
    return post(browser, "/reports/bulk", id=ticked, deed="more", more=deed, next="/reports")


def said(browser: FlaskClient) -> str:
    return browser.get("/reports").text


def test_many_are_assigned_to_me_and_it_is_undone_at_once(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, made = seat(app, rt), [a_report(rt, name=f"Member {nth}") for nth in range(3)]
    ticked = [f"{each}.0" for each in made]
    post(browser, "/reports/bulk", id=ticked, deed="assign")
    assert {row_of(rt, each).assignee_id for each in made} == {id_of(rt, "Asha")}
    page = said(browser)
    assert "Done with 3 reports." in page
    undo = page.partition('action="/reports/undo/')[2].partition('"')[0]
    post(browser, f"/reports/undo/{undo}")
    assert {(row_of(rt, each).assignee_id, state_of(rt, each)) for each in made} == {
        (None, ReportState.RECEIVED)
    }
    assert "Undone for 3 reports." in said(browser)


@pytest.mark.parametrize(
    ("deed", "column", "value"),
    [
        ("category.21", "category", "21"),
        ("restrict", "is_restricted", True),
        ("blank", "state", ReportState.BLANK),
    ],
)
def test_each_deed_changes_what_it_says_and_is_noted(
    app: Flask, rt: Runtime, deed: str, column: str, value: object
) -> None:
    a_tree(rt)
    report = a_report(rt)
    do(rt, seat(app, rt, role="coordinator"), deed, report)
    assert getattr(row_of(rt, report), column) == value
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry.subject_id).where(AuditEntry.subject == "report")).all()
    assert noted == [row_of(rt, report).id]


def test_reports_are_given_to_a_colleague_who_may_see_them(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, here, there = seat(app, rt, unit="AGRA"), a_report(rt), a_report(rt, "BOOTH-2", name="Ramesh")
    seat(app, rt, "Imran", unit="ACH")
    with unit_of_work(rt.engine) as work:
        imran = work.db.scalars(select(Staff.public_id).where(Staff.name == "Imran")).one()
    do(rt, browser, f"give.{imran}", here, there)
    assert (row_of(rt, here).assignee_id, row_of(rt, there).assignee_id) == (id_of(rt, "Imran"), None)
    assert "1 stays as it is." in said(browser)


def test_many_are_merged_into_the_oldest(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, made = seat(app, rt), [a_report(rt, name=f"Member {nth}") for nth in range(3)]
    do(rt, browser, "merge", *made[::-1])
    head = row_of(rt, made[0])
    assert (head.reporters, head.merged_into_id) == (3, None)
    assert {row_of(rt, each).merged_into_id for each in made[1:]} == {head.id}


def test_what_a_colleague_holds_or_has_changed_stays_and_is_named(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, free, held, changed = seat(app, rt), *(a_report(rt, name=f"Member {nth}") for nth in range(3))
    seat(app, rt, "Imran")
    with unit_of_work(rt.engine) as work:
        locking.hold(work, rt, change(rt, held), id_of(rt, "Imran"))
    change(rt, changed, version=4)
    ticked = [f"{each}.0" for each in (free, held, changed)]
    post(browser, "/reports/bulk", id=ticked, deed="assign")
    page = said(browser)
    assert "Done with 1 report." in page and "2 stay as they are." in page
    assert f"A colleague is on it: {row_of(rt, held).reference}" in page
    assert f"Changed since you looked: {row_of(rt, changed).reference}" in page
    assert [row_of(rt, each).assignee_id is None for each in (free, held, changed)] == [False, True, True]


def test_others_reports_are_neither_changed_nor_named(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, other = seat(app, rt, role="coordinator"), a_report(rt, "BOOTH-2")
    reference = row_of(rt, other).reference
    for deed in ("assign", "blank", "category.21", "restrict"):
        do(rt, browser, deed, other)
        assert reference not in said(browser)
    assert row_of(rt, other).version == 0


def test_others_deeds_are_not_undone(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, colleague, report = seat(app, rt), seat(app, rt, "Imran"), a_report(rt)
    do(rt, colleague, "category.21", report)
    undo = said(colleague).partition('action="/reports/undo/')[2].partition('"')[0]
    post(browser, f"/reports/undo/{undo}")
    post(seat(app, rt, "Ramesh", unit="BAH"), f"/reports/undo/{undo}")
    assert row_of(rt, report).category == "21"


@pytest.mark.parametrize(
    "form",
    [
        {"deed": "assign"},
        {"deed": "assign", "id": ["nothing", "a.b", ".", "x.99999999999999999999"]},
        {"deed": "more", "more": "explode", "id": ["REPORT"]},
        {"deed": "more", "more": "category.99", "id": ["REPORT"]},
        {"deed": "more", "more": "merge", "id": ["REPORT"]},
        {"deed": "more", "more": "restrict", "id": ["REPORT"]},  # their role does not include it
        {"id": ["REPORT"]},
    ],
)
def test_what_makes_no_sense_changes_nothing_and_is_said(
    app: Flask, rt: Runtime, form: dict[str, object]
) -> None:
    a_tree(rt)
    browser, report = seat(app, rt), a_report(rt)
    ids = [each.replace("REPORT", f"{report}.0") for each in form.get("id", [])]  # type: ignore[attr-defined]
    answer = post(browser, "/reports/bulk", **{**form, "id": ids})
    assert answer.status_code == 302
    assert 'role="status"' in said(browser)
    assert row_of(rt, report).version == 0


@pytest.mark.parametrize("role", ["listener", "auditor", "approver"])
def test_only_who_works_on_reports_may(app: Flask, rt: Runtime, role: str) -> None:
    a_tree(rt)
    browser, report = seat(app, rt, role=role), a_report(rt)
    assert post(browser, "/reports/bulk", id=[f"{report}.0"], deed="assign").status_code == 403
    assert post(browser, "/reports/undo/1").status_code == 403
    assert 'name="id"' not in browser.get("/reports").text
