"""Sending an answer: kept, then the member's own phone rings (journeys.md F12); or what they said face to face.

The call waits some seconds (`UNDO_FOR`), so that "Undo" really stops it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.answer_form import NOBODY, TELL, AnswerForm, filled_form
from gateway.console.report_doing import do
from gateway.console.report_shown import render_report, unfit
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.reports import answering, desk, outcome
from gateway.runtime import Runtime
from gateway.store import answers, inbox

blueprint = Blueprint("answering", __name__)

UNDO_FOR = timedelta(seconds=8)
SAID = ("yes", "partly", "no")


@blueprint.post("/reports/<public_id>/answer")
@may("answer_reports")
def send(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send the answer, or how it stands; with errors the page comes back with all that was written."""
    form = _filled(viewer, public_id)
    if form.errors:
        return make_response(render_report(viewer, public_id, form), 422)

    def keep(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        known = answers.list_answers(unit.db, report_id)
        if (known[-1].id if known else 0) != form.seen:  # a double click, or a colleague in this very second
            raise Conflict("this report was answered a moment ago")
        return _keep(unit, rt, report_id, staff_id, form)

    kept = {f"kept-{language}": key for language, key in form.sounds.items()}
    return do(viewer, public_id, keep, form.next_step, goes_on=True, is_strict=True, kept=kept)


@blueprint.post("/reports/<public_id>/preview")
@may("answer_reports")
def preview(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show what the member would hear; nothing is kept but the sounds, which no one is told of."""
    form = _filled(viewer, public_id)
    return make_response(
        render_report(viewer, public_id, replace(form, is_tried=True)), 422 if form.errors else 200
    )


@blueprint.post("/reports/<public_id>/told")
@may("answer_reports")
def told_in_person(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """The reporter may not be rung, or was met: what they said of the answer to somebody's face."""
    said = request.form.get("said", "")
    if said not in SAID:
        return unfit(viewer, public_id, "told", gettext("Choose what they said."))

    def tell(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return outcome.told_in_person(unit, rt, report_id, staff_id, said)

    return do(viewer, public_id, tell, gettext("Noted as they said it."))


def _filled(viewer: Viewer, public_id: str) -> AnswerForm:
    """Read the form; sounds are converted, so not inside a unit of work."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = inbox.get_row(unit.db, viewer.sight, public_id)
        if row is None:
            raise NotFound("there is no such report")
        known = answers.list_answers(unit.db, row.report.id)
    return filled_form(rt, row, known, request)


def _keep(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, form: AnswerForm) -> int:
    texts, sounds = dict(form.texts), dict(form.sounds)
    if form.kind == TELL:
        return answering.tell(unit, rt, report_id, staff_id, texts, sounds, delay=UNDO_FOR)
    if form.kind == NOBODY:
        desk.set_must_act(unit, rt, report_id, staff_id, NOBODY)
    return answering.answer(unit, rt, report_id, staff_id, texts, sounds, delay=UNDO_FOR)
