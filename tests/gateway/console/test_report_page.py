"""The page of one report: the code form, notes, doubles, the lock, conflicts, undo, and what is hidden from whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.console.assets import FOLDER
from gateway.db import unit_of_work
from gateway.models import Addition, Answer, Delivery, Mention, Report, ReportEvent, Staff, VoiceNote
from gateway.runtime import Runtime
from gateway.states import DeliveryState, ReportState, Urgency
from gateway.store import reports
from gateway.store.sight import EVERYTHING
from tests.conftest import TestClock
from tests.gateway.console.seats import _note, a_report, a_tree, post, seat

VERSION = re.compile(r'name="version" value="(\d+)"')
UNDO = re.compile(r'action="(/reports/[^"]+/undo/\d+[^"]*)"')


def found(rt: Runtime, report: str) -> Report:
    with unit_of_work(rt.engine) as work:
        return reports.get_visible(work.db, EVERYTHING, report)


def version_on(browser: FlaskClient, report: str) -> str:
    seen = VERSION.search(browser.get(f"/reports/{report}").text)
    assert seen
    return seen[1]


def set_on(rt: Runtime, report: str, **values: Any) -> None:
    with unit_of_work(rt.engine) as work:
        row = reports.get_visible(work.db, EVERYTHING, report)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.mark.parametrize(
    ("deed", "form", "column", "value"),
    [
        ("category", {"category": "21"}, "category", "21"),
        ("urgency", {"urgency": "can_wait"}, "urgency", Urgency.CAN_WAIT),
        ("must-act", {"who": "unit"}, "must_act", "unit"),
        ("must-act", {"who": "office", "office": "लोक निर्माण विभाग"}, "office", "लोक निर्माण विभाग"),
        ("people", {"people": "12"}, "people", 12),
        ("restrict", {"is_restricted": "yes"}, "is_restricted", True),
        ("language", {"language": "bn"}, "language", "bn"),
    ],
)
def test_code_form_is_done_at_once_and_undone_with_one_press(
    app: Flask, rt: Runtime, deed: str, form: dict[str, str], column: str, value: object
) -> None:
    a_tree(rt)
    report = a_report(rt)
    before = getattr(found(rt, report), column)
    browser = seat(app, rt, role="coordinator")
    assert post(browser, f"/reports/{report}/{deed}", **form).status_code == 302
    assert getattr(found(rt, report), column) == value
    page = browser.get(f"/reports/{report}").text
    undo = UNDO.search(page)
    assert undo
    assert post(browser, undo[1]).status_code == 302
    assert getattr(found(rt, report), column) == before
    assert "Taken back" in browser.get(f"/reports/{report}").text


@pytest.mark.parametrize(
    ("deed", "form", "sentence"),
    [
        ("category", {"category": "99"}, "Choose one of the sixteen subjects."),
        ("urgency", {"urgency": "now!"}, "Choose how urgent it is."),
        ("must-act", {"who": "office", "office": " "}, "Name the office that must act."),
        ("must-act", {"who": "office", "office": "x" * 121}, "Shorter, please"),
        ("people", {"people": "twelve"}, "Write a number of people"),
        ("people", {"people": "0"}, "Write a number of people"),
        ("place", {"place": "nowhere"}, "There is no such unit at or below yours."),
        ("place", {"place": "BOOTH-2"}, "There is no such unit at or below yours."),
        ("language", {"language": "xx"}, "Choose the language that is spoken."),
        ("note", {"text": "  "}, "Write the note first."),
        ("note", {"text": "x" * 2001}, "Shorter, please"),
        ("told", {"said": "perhaps"}, "Choose what they said."),
    ],
)
def test_what_cannot_be_taken_comes_back_with_a_sentence(
    app: Flask, rt: Runtime, deed: str, form: dict[str, str], sentence: str
) -> None:
    a_tree(rt)
    report = a_report(rt)
    answer = post(seat(app, rt), f"/reports/{report}/{deed}", **form)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(ReportEvent)).all() == []


def test_colleague_who_did_something_meanwhile_stops_a_deed_and_nothing_written_is_lost(
    app: Flask, rt: Runtime
) -> None:
    a_tree(rt)
    report = a_report(rt)
    asha, imran = seat(app, rt), seat(app, rt, "Imran")
    post(imran, f"/reports/{report}/urgency", urgency="can_wait")
    version = version_on(asha, report)
    post(imran, f"/reports/{report}/category", category="22")
    refused = post(
        asha, f"/reports/{report}/answer", seen="0", version=version, **{"text-hi": "कल <b>आएँगे</b>"}
    )
    assert refused.status_code == 409
    assert "कल &lt;b&gt;आएँगे&lt;/b&gt;" in refused.text
    assert "Electricity" in refused.text and "Imran" in refused.text
    assert found(rt, report).state == ReportState.RECEIVED
    again = VERSION.search(refused.text)
    assert again
    post(asha, f"/reports/{report}/answer", seen="0", version=again[1], **{"text-hi": "कल आएँगे"})
    assert found(rt, report).state == ReportState.ANSWERED


def test_ones_own_deeds_never_stand_in_ones_way(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    asha = seat(app, rt)
    post(asha, f"/reports/{report}/urgency", urgency="soon")
    version = version_on(asha, report)
    for code in ("11", "12"):
        assert post(asha, f"/reports/{report}/category", category=code, version=version).status_code == 302
    assert found(rt, report).category == "12"


def test_who_has_it_in_hand_is_seen_and_may_be_taken_over(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    report = a_report(rt)
    asha, imran = seat(app, rt), seat(app, rt, "Imran")
    assert post(asha, f"/reports/{report}/hold").status_code == 204
    held = post(imran, f"/reports/{report}/hold")
    assert (held.status_code, "Asha is at work on this report." in held.text) == (200, True)
    assert "Since today 12:00." in held.text
    assert "Asha is at work on this report." in imran.get(f"/reports/{report}").text
    refused = post(imran, f"/reports/{report}/category", category="21")
    assert (refused.status_code, "Take it over and do it" in refused.text) == (409, True)
    taken = post(imran, f"/reports/{report}/category", category="21", take_over="1")
    assert (taken.status_code, found(rt, report).category) == (302, "21")
    assert post(asha, f"/reports/{report}/category", category="22").status_code == 409
    assert post(imran, f"/reports/{report}/release", until="soon").status_code == 400
    until = found(rt, report).locked_until
    assert until and post(imran, f"/reports/{report}/release", until=until.isoformat()).status_code == 204
    assert post(asha, f"/reports/{report}/category", category="22").status_code == 302
    clock.forward(minutes=10)
    assert post(imran, f"/reports/{report}/hold").status_code == 204


def test_answer_waits_so_that_undo_stops_the_call(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt)
    post(browser, f"/reports/{report}/answer", seen="0", **{"text-hi": "मिस्त्री कल आएगा"})
    with unit_of_work(rt.engine) as work:
        call = work.db.scalars(select(Delivery).where(Delivery.answer_id.is_not(None))).one()
        assert (call.due_at - clock()).total_seconds() == 8
    undo = UNDO.search(browser.get(f"/reports/{report}").text)
    assert undo
    post(browser, undo[1])
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Delivery.state)).all() == [DeliveryState.CANCELLED]
        assert work.db.scalars(select(Answer)).one().withdrawn_at is not None
    assert found(rt, report).state == ReportState.RECEIVED
    assert "taken back before it rang" in browser.get(f"/reports/{report}").text


def test_interim_word_leaves_the_report_open(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt)
    post(browser, f"/reports/{report}/answer", seen="0", kind="tell", **{"text-hi": "काम चल रहा है"})
    assert found(rt, report).state == ReportState.RECEIVED
    assert "told how it stands" in browser.get(f"/reports/{report}").text


def test_that_nobody_can_solve_it_needs_words_to_the_member(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt)
    assert post(browser, f"/reports/{report}/must-act", who="nobody").status_code == 422
    assert post(browser, f"/reports/{report}/answer", seen="0", kind="nobody").status_code == 422
    post(browser, f"/reports/{report}/answer", seen="0", kind="nobody", **{"text-hi": "यह हम नहीं कर सकते"})
    row = found(rt, report)
    assert (row.must_act, row.state) == ("nobody", ReportState.ANSWERED)


def test_preview_says_what_the_member_hears_and_keeps_nothing(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    set_on(rt, report, category="21")
    page = post(seat(app, rt), f"/reports/{report}/preview", seen="0", **{"text-en": "Tomorrow at ten"})
    assert page.status_code == 200
    assert "आपने पानी की दिक्कत बताई थी" in page.text
    assert "they hear this one" in page.text  # nothing in the member's Hindi
    told = post(
        seat(app, rt, "Imran"),
        f"/reports/{report}/preview",
        seen="0",
        kind="tell",
        **{"text-hi": "काम चल रहा है"},
    )
    assert 'data-kind="answer" hidden' in told.text and 'data-kind="tell">' in told.text
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Answer)).all() == []


def test_who_may_not_be_rung_is_told_in_person(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    browser = seat(app, rt)
    post(browser, f"/reports/{report}/answer", seen="0", **{"text-hi": "हो गया"})
    with unit_of_work(rt.engine) as work:
        work.db.scalars(
            select(Delivery).where(Delivery.answer_id.is_not(None))
        ).one().state = DeliveryState.REFUSED
    assert "Told: it is solved" in browser.get(f"/reports/{report}").text
    post(browser, f"/reports/{report}/told", said="yes")
    row = found(rt, report)
    assert (row.state, row.closed_how) == (ReportState.CONFIRMED, "visit")


def test_note_names_a_colleague_by_choice_or_by_name_and_never_a_stranger(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    asha = seat(app, rt)
    seat(app, rt, "Imran")
    seat(app, rt, "Farid", unit="AGRA")
    seat(app, rt, "Ramesh", unit="BAH")
    with unit_of_work(rt.engine) as work:
        ids = {row.name: row.id for row in work.db.scalars(select(Staff))}
    text = "क्या हुआ @farid? <script>alert(1)</script>"
    assert post(asha, f"/reports/{report}/note", text=text, to=str(ids["Imran"])).status_code == 302
    with unit_of_work(rt.engine) as work:
        assert set(work.db.scalars(select(Mention.staff_id))) == {ids["Imran"], ids["Farid"]}
    page = asha.get(f"/reports/{report}").text
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page
    assert post(asha, f"/reports/{report}/note", text="hm", to=str(ids["Ramesh"])).status_code == 404


def test_double_is_put_together_and_told_apart(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    first = a_report(rt, name="Sita")
    clock.forward(hours=2)
    second = a_report(rt, name="Gita")
    for each in (first, second):
        set_on(rt, each, category="21")
    browser = seat(app, rt)
    assert "Perhaps the same problem" in browser.get(f"/reports/{second}").text
    assert post(browser, f"/reports/{second}/merge", into=first).status_code == 302
    page = browser.get(f"/reports/{first}").text
    assert "1 other told the same" in page and "Gita" in page
    assert "The same problem as another report" in browser.get(f"/reports/{second}").text
    assert post(browser, f"/reports/{second}/merge", into="nonsense").status_code == 404
    assert post(browser, f"/reports/{second}/split").status_code == 302
    assert found(rt, second).merged_into_id is None


def test_addition_is_played_by_who_may_know_of_its_report(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    with unit_of_work(rt.engine) as work:
        row = reports.get_visible(work.db, EVERYTHING, report)
        note = _note(rt)
        work.db.add(note)
        work.db.flush()
        work.db.add(Addition(report_id=row.id, at=rt.clock(), kind="partly", voice_note_id=note.id))
        sealed = rt.vault.seal_text("नल <i>अब भी</i> सूखा", reports.ADDITION_PURPOSE, row.id)
        work.db.add(Addition(report_id=row.id, at=rt.clock(), kind="more", sealed_text=sealed))
        key = note.public_id
    page = seat(app, rt).get(f"/reports/{report}").text
    assert f"/voice-notes/{key}.wav" in page
    assert "“Partly solved”" in page and "नल &lt;i&gt;अब भी&lt;/i&gt; सूखा" in page
    for unit, status in (("ACH", 200), ("BAH", 404)):
        browser = seat(app, rt, f"Staff-{unit}", unit=unit)
        assert browser.get(f"/voice-notes/{key}.wav").status_code == status


def test_of_who_stays_unnamed_the_page_knows_nothing(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    named = a_report(rt, name="Sita")
    report = a_report(rt, name="Munni")
    with unit_of_work(rt.engine) as work:
        row = reports.get_visible(work.db, EVERYTHING, report)
        sealed = rt.vault.seal_text(str(row.number_id), reports.NUMBER_PURPOSE, row.reference)
        row.is_unnamed, row.sealed_number, row.number_id, row.member_id = True, sealed, None, None
    set_on(rt, named, member_id=None)
    page = seat(app, rt).get(f"/reports/{report}").text
    assert "stays unnamed" in page
    assert "Munni" not in page and "Told by the same person" not in page
    assert "•••••" not in page.replace("••••• •" + "0", "")
    assert "phone will ring" in page  # the answer still rings there


def test_restricted_report_says_who_sees_it_and_hides_from_the_others(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt)
    set_on(rt, report, is_restricted=True)
    meera = seat(app, rt, "Meera", "coordinator")
    page = meera.get(f"/reports/{report}").text
    assert "Restricted: it names somebody as guilty." in page and "Meera" in page
    assert seat(app, rt).get(f"/reports/{report}").status_code == 404


def test_earlier_reports_of_the_member_stand_beside(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    earlier, later = a_report(rt), a_report(rt, name="Gita")
    set_on(rt, later, member_id=found(rt, earlier).member_id)
    page = seat(app, rt).get(f"/reports/{later}").text
    assert "Told by the same person" in page and earlier in page


def test_very_long_text_is_folded(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    page = seat(app, rt).get(f"/reports/{a_report(rt, text='प' * 100_000)}").text
    assert "Written, 1,00,000 signs" in page and "<details" in page


def test_script_and_sheet_of_the_page_stay_small() -> None:
    assert (FOLDER / "report.js").stat().st_size <= 9 * 1024
    assert (FOLDER / "report.css").stat().st_size <= 5 * 1024


def test_recording_of_a_report_that_is_out_of_sight_is_not_there(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    report = a_report(rt, has_voice=True)
    with unit_of_work(rt.engine) as work:
        key = work.db.scalars(select(VoiceNote.public_id)).one()
    set_on(rt, report, is_restricted=True)
    assert seat(app, rt).get(f"/voice-notes/{key}.wav").status_code == 404
