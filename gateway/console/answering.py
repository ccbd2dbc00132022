"""Sending an answer: kept, then the member's own phone rings (journeys.md F12)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.answer_form import AnswerForm, filled_form
from gateway.console.report import render_report
from gateway.db import unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.reports.answering import answer
from gateway.store import answers, inbox, staff

blueprint = Blueprint("answering", __name__)


@blueprint.post("/reports/<public_id>/answer")
@may("answer_reports")
def send(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send the answer; with errors the page comes back with all that was written."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = inbox.get_row(unit.db, viewer.sight, public_id)
        if row is None:
            raise NotFound("there is no such report")
        known = answers.list_answers(unit.db, row.report.id)
    form = filled_form(rt, row, known, request)  # converts sounds: not inside a unit of work
    if form.errors:
        return make_response(render_report(viewer, public_id, form), 422)
    _keep(viewer, row.report.id, form)
    flash(form.next_step)
    return redirect(url_for("report.show", public_id=public_id))


def _keep(viewer: Viewer, report_id: int, form: AnswerForm) -> None:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        answers.lock_report(unit.db, report_id)
        known = answers.list_answers(unit.db, report_id)
        if (known[-1].id if known else 0) != form.seen:  # a double click, or a colleague in this very second
            raise Conflict("this report was answered a moment ago")
        answer(unit, rt, report_id, viewer.staff_id, dict(form.texts), dict(form.sounds))
        staff.add_audit(unit.db, viewer.staff_id, "answer", rt.clock(), "report", report_id)
