"""The inbox: what stands in which tab, what narrows it, what is said of rows, and what became of them meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from gateway.db import unit_of_work
from gateway.models import Mention, Report, ReportEvent, Staff
from gateway.reports import desk, locking
from gateway.runtime import Runtime
from gateway.states import ReportState, Urgency
from gateway.store import inbox, units
from gateway.store.inbox import Search
from gateway.store.sight import EVERYTHING, Sight
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree, post, seat


def change(rt: Runtime, report: str, **values: object) -> int:
    """Set columns of a report; returns its id."""
    with unit_of_work(rt.engine) as work:
        if values:
            work.db.execute(update(Report).where(Report.public_id == report).values(**values))
        return work.db.scalars(select(Report.id).where(Report.public_id == report)).one()


def id_of(rt: Runtime, name: str) -> int:
    with unit_of_work(rt.engine) as work:
        return work.db.scalars(select(Staff.id).where(Staff.name == name)).one()


def unit_id(rt: Runtime, code: str) -> int:
    with unit_of_work(rt.engine) as work:
        return units.get_unit_by_code(work.db, code).id


def rows_of(page: str) -> list[str]:
    return re.findall(r'data-row="(\w+)"', page)


def counts_of(page: str) -> dict[str, str]:
    """Each tab's word with the count beside it."""
    return dict(re.findall(r">([^<>]+) <span class=\"count\">([^<]+)<", page))


def test_each_report_stands_in_its_tabs(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="coordinator")
    me = id_of(rt, "Asha")
    free, mine, up, answered, closed = (a_report(rt, name=f"Member {nth}") for nth in range(5))
    change(rt, mine, assignee_id=me)
    change(rt, up, desk_unit_id=unit_id(rt, "ACH"), ups=1)
    change(rt, answered, state=ReportState.ANSWERED)
    change(rt, closed, state=ReportState.CONFIRMED)
    expected = {
        "waiting": {free, mine, up},
        "mine": {mine},
        "unassigned": {free, up},
        "up": {up},
        "mentioned": set(),
        "answered": {answered},
        "closed": {closed},
        "all": {free, mine, up, answered, closed},
    }
    found = {tab: set(rows_of(browser.get(f"/reports?tab={tab}").text)) for tab in expected}
    assert found == expected
    shown = counts_of(browser.get("/reports").text)
    assert list(shown.values()) == [str(len(each)) for each in expected.values()]


def test_mention_stands_there_until_it_is_seen(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser, report = seat(app, rt), a_report(rt)
    seat(app, rt, "Imran")
    report_id = change(rt, report)
    with unit_of_work(rt.engine) as work:
        desk.write_note(work, rt, report_id, id_of(rt, "Imran"), "Please look", [id_of(rt, "Asha")])
    assert rows_of(browser.get("/reports?tab=mentioned").text) == [report]
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Mention).values(seen_at=rt.clock()))
    assert rows_of(browser.get("/reports?tab=mentioned").text) == []


def test_counts_stop_where_nobody_reads_on(app: Flask, rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    a_tree(rt)
    for nth in range(4):
        a_report(rt, name=f"Member {nth}")
    monkeypatch.setattr(inbox, "MOST", 3)
    with unit_of_work(rt.engine) as work:
        assert inbox.count(work.db, EVERYTHING, Search(), 3) == 4
        assert inbox.count(work.db, EVERYTHING, Search(), 10) == 4
        assert inbox.count_waiting(work.db, EVERYTHING).waiting == 4
        tabs = inbox.count_tabs(work.db, Sight("/", staff_id=1), Search())
    assert [tabs[each] for each in (inbox.Tab.WAITING, inbox.Tab.MINE, inbox.Tab.UNASSIGNED)] == [4, 0, 4]


@pytest.mark.parametrize(
    ("query", "values", "is_there"),
    [
        ("category=21", {"category": "21"}, True),
        ("category=2", {"category": "21"}, True),
        ("category=2", {"category": "31"}, False),
        ("language=bn", {"language": "bn"}, True),
        ("language=mine", {"language": "bn"}, True),
        ("language=mine", {"language": "en"}, False),
        ("from=2026-11-23", {}, True),
        ("to=2026-11-23", {}, True),
        ("from=2026-11-24", {}, False),
        ("to=2026-11-22", {}, False),
        ("partial=yes", {"is_partial": True}, True),
        ("partial=no", {"is_partial": True}, False),
        ("unnamed=yes", {"is_unnamed": True, "member_id": None, "number_id": None}, True),
        ("member=no", {"member_id": None}, True),
        ("member=yes", {"member_id": None}, False),
        ("act=office", {"must_act": "office"}, True),
        ("act=nobody", {"must_act": "office"}, False),
        ("voice=no", {}, True),
        ("urgency=danger", {"urgency": Urgency.DANGER}, True),
        ("state=in_work", {"state": ReportState.IN_WORK}, True),
        ("unit=BOOTH-1", {}, True),
        ("unit=ACH", {}, True),
        ("unit=AGRA", {}, True),  # the viewer's is part of it: they see what their own unit allows
        ("unit=BAH", {}, False),
        ("unit=BOOTH-2", {}, False),
    ],
)
def test_filter_of_the_address_narrows(
    app: Flask, rt: Runtime, query: str, values: dict[str, object], is_there: bool
) -> None:
    a_tree(rt)
    browser, report = seat(app, rt), a_report(rt)
    change(rt, report, **values)
    post(browser, "/account/desk", languages=["bn", "hi"], keys="on")
    assert (rows_of(browser.get(f"/reports?{query}").text) == [report]) is is_there


def test_whether_somebody_is_accused_is_asked_only_by_who_may_know(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report, plain = a_report(rt), a_report(rt, name="Ramesh")
    change(rt, report, is_restricted=True)
    lead, staff = seat(app, rt, role="coordinator"), seat(app, rt, "Imran")
    assert rows_of(lead.get("/reports?restricted=yes").text) == [report]
    assert rows_of(staff.get("/reports?restricted=yes").text) == [plain]
    assert 'name="restricted"' not in staff.get("/reports").text


def test_row_says_deadline_holder_and_how_many(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    late, held = a_report(rt, name="Ramesh"), a_report(rt)
    browser = seat(app, rt)
    seat(app, rt, "Imran")
    change(rt, late, due_at=clock() - timedelta(hours=3), reporters=12)
    held_id = change(rt, held, due_at=clock() + timedelta(days=3))
    page = browser.get("/reports").text
    assert "late by 3 h" in page and "12 members" in page and "due in 3 days" in page
    assert rows_of(browser.get("/reports?overdue=yes").text) == [late]
    with unit_of_work(rt.engine) as work:
        locking.hold(work, rt, held_id, id_of(rt, "Imran"))
    assert "Imran is on it" in browser.get("/reports").text
    clock.forward(minutes=6)
    assert "Imran is on it" not in browser.get("/reports").text


def test_merged_reports_are_folded_under_their_head(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    head, merged, other = a_report(rt), a_report(rt, name="Ramesh"), a_report(rt, "BOOTH-2", name="Kamla")
    head_id = change(rt, head, reporters=3)
    change(rt, merged, merged_into_id=head_id)
    change(rt, other, merged_into_id=head_id)
    browser = seat(app, rt)
    assert rows_of(browser.get("/reports").text) == rows_of(browser.get("/reports?tab=all").text) == [head]
    assert rows_of(browser.get(f"/reports?tab=all&of={head}").text) == [merged]
    beside = seat(app, rt, "Ramesh", unit="BAH")  # may not know of the head: theirs stands by itself
    assert rows_of(beside.get("/reports?tab=all").text) == [other]


def test_open_list_says_who_moved_a_report_on(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    first, second, third = (a_report(rt, name=f"Member {nth}") for nth in range(3))
    browser, colleague = seat(app, rt), seat(app, rt, "Imran")
    news = re.search(r'data-poll="([^"]+)"', browser.get("/reports").text)
    assert news is not None
    address = news.group(1).replace("&amp;", "&")
    assert post(colleague, f"/reports/{second}/blank").status_code in (302, 303)
    part = browser.get(address).text
    assert rows_of(part) == [first, second, third]
    assert "Imran has moved it on" in part
    assert rows_of(browser.get("/reports").text) == [first, third]


def test_address_that_names_others_reports_shows_none_of_them(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    other = a_report(rt, "BOOTH-2")
    assert other not in seat(app, rt).get(f"/reports?fragment=1&shown={other}").text


def test_sentence_counts_only_what_waits(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt, urgency=Urgency.DANGER)
    done = a_report(rt, name="Ramesh", urgency=Urgency.DANGER)
    change(rt, done, state=ReportState.CONFIRMED)
    assert "1 danger" in seat(app, rt).get("/").text


def test_next_report_is_the_one_behind_in_the_list(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    made = []
    for nth in range(4):
        made.append(a_report(rt, name=f"Member {nth}"))
        clock.forward(minutes=1)
    browser = seat(app, rt)
    seat(app, rt, "Imran")
    with unit_of_work(rt.engine) as work:
        locking.hold(work, rt, change(rt, made[1]), id_of(rt, "Imran"))
    opened = [
        each.replace("&amp;", "&")
        for each in re.findall(r'href="(/reports/\w+\?list=[^"]+)"', browser.get("/reports").text)
    ]
    list_of_first = opened[0].partition("list=")[2]
    post(browser, f"/reports/{made[0]}/blank")
    went = browser.get(f"/reports/next?after={made[0]}&list={list_of_first}").headers["Location"]
    assert went.startswith(f"/reports/{made[2]}?list=")
    at_end = browser.get(f"/reports/next?after={made[3]}&list={opened[3].partition('list=')[2]}")
    assert at_end.headers["Location"] == "/reports"


def test_danger_that_is_taken_leads_on_to_the_oldest(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    oldest = a_report(rt)
    clock.forward(hours=1)
    danger = a_report(rt, name="Ramesh", urgency=Urgency.DANGER)
    browser = seat(app, rt)
    opened = re.findall(r'href="/reports/\w+\?list=([^"]+)"', browser.get("/reports").text)
    post(browser, f"/reports/{danger}/take")
    went = browser.get(f"/reports/next?after={danger}&list={opened[0]}").headers["Location"]
    assert went.startswith(f"/reports/{oldest}?")


def test_history_of_a_row_is_asked_for_nobody_elses_eyes(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    change(rt, report, is_restricted=True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(ReportEvent.id)).all() == []
    staff = seat(app, rt)
    assert report not in staff.get(f"/reports?fragment=1&shown={report}").text
