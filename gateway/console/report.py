"""One report: listen, see where and whose it is, take it, give it to somebody, set it apart (console.md 2, screen 3).

Opening the page changes nothing; each deed is a form of its own, so that it also works without a script.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.answer_form import AnswerForm, blank_form
from gateway.console.fragments import page_or_fragment
from gateway.console.page import is_fragment, local_path
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Report, Unit
from gateway.reports import desk
from gateway.runtime import Runtime
from gateway.store import answers, inbox, reports, staff, units

blueprint = Blueprint("report", __name__)

Deed = Callable[[UnitOfWork, Runtime, int, int], None]


@blueprint.get("/reports/<public_id>")
@may("see_reports")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the report; changes nothing. The recording alone is asked for until it has come."""
    return _sound(viewer, public_id) if is_fragment() else render_report(viewer, public_id)


@blueprint.post("/reports/<public_id>/heard")
@may("hear_reports")
def mark_heard(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Somebody has listened: the player says so when it first plays, a button where there is no script."""
    return _do(viewer, public_id, desk.mark_heard)


@blueprint.post("/reports/<public_id>/take")
@may("work_on_reports")
def take(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """A person takes a danger: it is red no more."""
    return _do(viewer, public_id, desk.take, gettext("It is yours now. Ring for help first, then answer."))


@blueprint.post("/reports/<public_id>/assign")
@may("work_on_reports")
def assign(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give the report to oneself or to a colleague who may see it."""
    wanted = request.form.get("to", "")

    def give(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
        to_id = int(wanted) if wanted.isascii() and wanted.isdigit() else staff_id
        able = [each.id for each in _colleagues(unit.db, unit.db.get_one(Report, report_id))]
        if to_id not in able:
            raise NotFound("this colleague may not see this report")
        desk.assign(unit, rt, report_id, staff_id, to_id)

    return _do(viewer, public_id, give, gettext("Assigned."))


@blueprint.post("/reports/<public_id>/work")
@may("work_on_reports")
def start_work(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Work on it has begun."""
    return _do(viewer, public_id, desk.start_work)


@blueprint.post("/reports/<public_id>/blank")
@may("work_on_reports")
def mark_blank(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Nothing can be heard on it."""
    return _do(viewer, public_id, desk.mark_blank, gettext("Set apart. It stays under “Closed”."))


def render_report(viewer: Viewer, public_id: str, form: AnswerForm | None = None) -> str:
    """Render the page, with the answer form as it was filled in where it came back with errors."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        values = _shown(unit.db, rt, viewer, public_id)
    made = form or blank_form(rt, values["row"], values["answers"])
    return render_template("reports/show.html", form=made, **values)


def _sound(viewer: Viewer, public_id: str) -> Response:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = inbox.get_row(unit.db, viewer.sight, public_id)
    if row is None:
        raise NotFound("there is no such report")
    answer = page_or_fragment("", "reports/sound.html", row=row, report=row.report)
    if row.note is None or row.note.clip_key or row.note.lost_at or row.note.withheld_at:
        answer.headers["X-Finished"] = "1"
    return answer


def _shown(db: Session, rt: Runtime, viewer: Viewer, public_id: str) -> dict[str, Any]:
    row = inbox.get_row(db, viewer.sight, public_id)
    if row is None:
        raise NotFound("there is no such report")
    report = row.report
    history = reports.history(db, report.id)
    given = answers.list_answers(db, report.id)
    people = [each.staff_id for each in history] + [each.staff_id for each in given]
    sealed = report.sealed_text
    return {
        "row": row,
        "report": report,
        "line": units.list_line(db, row.place),
        "desk_unit": db.get_one(Unit, report.desk_unit_id),
        "written": rt.vault.open_text(sealed, reports.TEXT_PURPOSE, report.reference) if sealed else None,
        "history": history,
        "answers": given,
        "rings": answers.list_rings(db, report.id),
        "names": staff.names_of(db, [each for each in people if each]),
        "colleagues": _colleagues(db, report) if viewer.may("work_on_reports") else [],
    }


def _colleagues(db: Session, report: Report) -> list[Any]:
    where = report.desk_unit_id if report.is_past_local else report.unit_id
    return list(staff.list_above(db, db.get_one(Unit, where).path))


def _do(viewer: Viewer, public_id: str, deed: Deed, text: str | None = None) -> ResponseReturnValue:
    """Do one deed in one unit of work; the script of the player only wants to know that it is done."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        report = reports.get_visible(unit.db, viewer.sight, public_id)
        deed(unit, rt, report.id, viewer.staff_id)
        staff.add_audit(
            unit.db, viewer.staff_id, request.path.rpartition("/")[2], rt.clock(), "report", report.id
        )
    if request.headers.get("X-Fragment"):
        return "", 204
    if text:
        flash(text)
    return redirect(local_path(request.form.get("next"), url_for("report.show", public_id=public_id)))
