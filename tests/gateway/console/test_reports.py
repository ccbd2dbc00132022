"""The inbox and a report's page: who sees what, in which order, and what each deed changes."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import Select, func, select

from gateway.db import unit_of_work
from gateway.models import Answer, AuditEntry, Delivery, Report, VoiceNote
from gateway.runtime import Runtime
from gateway.states import ReportState, Urgency
from gateway.store import reports
from gateway.store.sight import EVERYTHING
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_sound, a_tree, post, public_note_id, seat, state_of


def test_start_page_says_in_one_sentence_what_waits(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    a_report(rt, urgency=Urgency.DANGER)
    clock.forward(hours=26)
    a_report(rt)
    page = seat(app, rt).get("/").text
    assert [each in page for each in ("1 danger", "2 unheard", "oldest 26 h")] == [True] * 3


def test_staff_see_their_unit_and_what_is_under_it_only(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    mine, other = a_report(rt, "BOOTH-1"), a_report(rt, "BOOTH-2", name="Ramesh")
    for unit, sees in (("ACH", (mine,)), ("BAH", (other,)), ("AGRA", (mine, other)), ("BOOTH-1", (mine,))):
        page = seat(app, rt, f"Staff-{unit}", unit=unit).get("/reports").text
        assert {each for each in (mine, other) if each in page} == set(sees), unit


def test_report_past_the_local_staff_is_seen_only_above_them(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, "BOOTH-1", desk="AGRA", has_voice=True)
    note = public_note_id(rt, report)
    for unit, status in (("BOOTH-1", 404), ("ACH", 404), ("AGRA", 200)):
        browser = seat(app, rt, f"Staff-{unit}", unit=unit)
        assert browser.get(f"/reports/{report}").status_code == status
        assert browser.get(f"/voice-notes/{note}.wav").status_code == status
        assert (report in browser.get("/reports?tab=all").text) is (status == 200)


@pytest.mark.parametrize("deed", ["heard", "take", "assign", "work", "blank", "answer"])
def test_other_units_report_is_not_there_whatever_is_tried(app: Flask, rt: Runtime, deed: str) -> None:
    a_tree(rt)
    report = a_report(rt, "BOOTH-2", urgency=Urgency.DANGER)
    browser = seat(app, rt, unit="ACH", role="coordinator")
    assert post(browser, f"/reports/{report}/{deed}", seen="0", **{"text-hi": "ठीक है"}).status_code == 404
    assert state_of(rt, report) == ReportState.RECEIVED


def test_danger_comes_first_then_the_oldest(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    oldest = a_report(rt)
    clock.forward(hours=1)
    newer = a_report(rt)
    clock.forward(hours=1)
    danger = a_report(rt, urgency=Urgency.DANGER)
    page = seat(app, rt).get("/reports").text
    assert page.index(danger) < page.index(oldest) < page.index(newer)


def test_pages_by_key_show_each_report_once(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    made = [a_report(rt, name=f"Member {n}") for n in range(4)]
    browser, seen, address = seat(app, rt), [], "/reports?fragment=1"
    from gateway.store import inbox

    search = inbox.Search()
    with unit_of_work(rt.engine) as work:
        for _ in range(4):
            page = inbox.list_rows(work.db, EVERYTHING, search, size=1)
            seen += [each.report.public_id for each in page.rows]
            search = inbox.Search(after=page.next_key)
    assert (seen, page.next_key, browser.get(address).status_code) == (made, None, 200)


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("?urgency=soon", True),
        ("?urgency=danger", False),
        ("?voice=yes", False),
        ("?language=hi", True),
        ("?language=bn", False),
        ("?state=received", True),
        ("?tab=answered", False),
        ("?tab=nonsense&state=y&from=then&after=z-z-z", True),
        ("?unit=nowhere", False),
        ("?after=9-99999999999999999999-1", True),
    ],
)
def test_filters_in_the_address_narrow_the_list(
    app: Flask, rt: Runtime, address: str, is_there: bool
) -> None:
    a_tree(rt)
    report = a_report(rt)
    assert (report in seat(app, rt).get(f"/reports{address}").text) is is_there


def test_whole_reference_opens_its_report(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    with unit_of_work(rt.engine) as work:
        reference = reports.get_visible(work.db, EVERYTHING, report).reference
    assert seat(app, rt).get(f"/reports?q={reference}").headers["Location"] == f"/reports/{report}"


def test_words_of_a_member_are_shown_and_never_run(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, name="<i>Sita</i>", text="<script>alert(1)</script> पानी")
    page = seat(app, rt).get(f"/reports/{report}").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and "<i>Sita" not in page


def test_number_is_masked_on_the_page(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page = seat(app, rt).get(f"/reports/{a_report(rt)}").text
    assert "••••• •" in page and "+917000" not in page and "917000" not in page


def test_fragment_is_not_sent_again_while_it_is_the_same(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt)
    browser = seat(app, rt)
    first = browser.get("/reports?fragment=1")
    again = browser.get("/reports?fragment=1", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, "<html" in first.text) == (200, 304, False)


@pytest.mark.parametrize(
    ("deed", "state"),
    [
        ("heard", ReportState.HEARD),
        ("assign", ReportState.ASSIGNED),
        ("blank", ReportState.BLANK),
    ],
)
def test_deed_moves_the_report_and_is_noted(app: Flask, rt: Runtime, deed: str, state: ReportState) -> None:
    a_tree(rt)
    report = a_report(rt)
    assert post(seat(app, rt), f"/reports/{report}/{deed}").status_code == 302
    with unit_of_work(rt.engine) as work:
        found = reports.get_visible(work.db, EVERYTHING, report)
        noted = work.db.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == found.id)).all()
    assert (found.state, noted) == (state, [deed])


def test_danger_is_red_until_one_person_takes_it(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, urgency=Urgency.DANGER)
    first, second = seat(app, rt), seat(app, rt, "Imran")
    assert "Somebody is in danger" in first.get(f"/reports/{report}").text
    assert post(first, f"/reports/{report}/take").status_code == 302
    assert post(second, f"/reports/{report}/take").status_code == 409
    assert "Somebody is in danger" not in second.get(f"/reports/{report}").text


def test_colleague_who_may_not_see_it_is_not_given_it(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, "BOOTH-1")
    seat(app, rt, "Ramesh", unit="BAH")
    with unit_of_work(rt.engine) as work:
        from gateway.models import Staff

        stranger = work.db.scalars(select(Staff.id).where(Staff.name == "Ramesh")).one()
    assert post(seat(app, rt), f"/reports/{report}/assign", to=str(stranger)).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("listener", 403), ("auditor", 403), ("staff", 302)])
def test_only_those_whose_role_includes_it_answer(app: Flask, rt: Runtime, role: str, status: int) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt, role=role)
    answer = post(browser, f"/reports/{report}/answer", seen="0", **{"text-hi": "कल आएँगे"})
    assert answer.status_code == status


def test_answer_in_words_owes_the_member_a_call(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt)
    post(browser, f"/reports/{report}/answer", seen="0", **{"text-hi": "मिस्त्री कल आएगा"})
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Answer)).one().texts == {"hi": "मिस्त्री कल आएगा"}
        assert work.db.scalars(select(Delivery.kind)).all() == ["voice"]
    page = browser.get(f"/reports/{report}").text
    assert "मिस्त्री कल आएगा" in page and "phone will ring in a few seconds" in page


def test_answer_by_voice_is_kept_as_a_clip(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    sound = (io.BytesIO(a_sound()), "recording.wav")
    post(seat(app, rt), f"/reports/{report}/answer", seen="0", **{"sound-hi": sound})
    with unit_of_work(rt.engine) as work:
        key = work.db.scalars(select(Answer)).one().sounds["hi"]
    assert rt.clips.clip_of(key) is not None


@pytest.mark.parametrize("junk", [b"RIFF nothing", b"\0" * 4000, b"<html>"])
def test_file_that_is_no_sound_comes_back_with_the_words_kept(app: Flask, rt: Runtime, junk: bytes) -> None:
    a_tree(rt)
    report = a_report(rt)
    form = {"text-bn": "কাল আসবে", "sound-hi": (io.BytesIO(junk), "a.wav")}
    answer = post(seat(app, rt), f"/reports/{report}/answer", seen="0", **form)
    assert (answer.status_code, "কাল আসবে" in answer.text) == (422, True)
    assert state_of(rt, report) == ReportState.RECEIVED


def test_second_answer_is_stopped_when_somebody_answered_meanwhile(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    first, second = seat(app, rt), seat(app, rt, "Imran")
    post(first, f"/reports/{report}/answer", seen="0", **{"text-hi": "पहला"})
    late = post(second, f"/reports/{report}/answer", seen="0", **{"text-hi": "दूसरा"})
    assert (late.status_code, "दूसरा" in late.text) == (422, True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(func.count(Answer.id))).one() == 1


def test_empty_answer_is_asked_for_words(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    answer = post(seat(app, rt), f"/reports/{report}/answer", seen="0")
    assert answer.status_code == 422 and 'href="#text-hi"' in answer.text


def test_page_says_when_the_phone_will_ring_outside_the_hours(
    app: Flask, rt: Runtime, clock: TestClock
) -> None:
    a_tree(rt)
    report = a_report(rt)
    clock.forward(hours=12)  # midnight in India
    page = seat(app, rt).get(f"/reports/{report}").text
    assert "Sita’s phone will ring today 0" in page


def test_opening_a_report_changes_nothing(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, has_voice=True)
    browser = seat(app, rt)
    browser.get(f"/reports/{report}")
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Report.state)).all() == [ReportState.RECEIVED]
        assert work.db.scalars(select(AuditEntry.action)).all() == []


def test_recording_that_is_on_its_way_comes_to_the_open_page(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, has_voice=True)
    browser, note = seat(app, rt, unit="ACH"), _note_of(report)
    key = _set_clip(rt, note, None)
    page, waiting = browser.get(f"/reports/{report}").text, browser.get(f"/reports/{report}?fragment=1")
    assert f'data-poll="/reports/{report}?fragment=1"' in page
    assert "X-Finished" not in waiting.headers
    assert "<audio" not in waiting.text
    _set_clip(rt, note, key)
    come = browser.get(f"/reports/{report}?fragment=1")
    assert come.headers["X-Finished"] == "1"
    assert "<audio" in come.text


def _note_of(report: str) -> Select[VoiceNote]:
    return (
        select(VoiceNote).join(Report, Report.voice_note_id == VoiceNote.id).where(Report.public_id == report)
    )


def _set_clip(rt: Runtime, which: Select[VoiceNote], key: str | None) -> str | None:
    with unit_of_work(rt.engine) as unit:
        note = unit.db.scalars(which).one()
        before, note.clip_key = note.clip_key, key
        return before
