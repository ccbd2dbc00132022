"""One report: listen, see where and whose it is, take it, give it to somebody, set it apart (console.md 2, screen 3).

Opening the page changes nothing; each deed is a form of its own, so that it also works without a script. What stands on
the page is gathered in `report_shown`, the code form is `report_code`, the answer `answering`, the lock `report_lock`.
"""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import drafts
from gateway.access import Viewer, may, runtime
from gateway.access.permissions import Permission
from gateway.console.fragments import page_or_fragment
from gateway.console.page import is_fragment
from gateway.console.report_doing import do
from gateway.console.report_shown import colleagues_of, render_report, unfit
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Report, ReportEvent
from gateway.reports import desk, undo
from gateway.runtime import Runtime
from gateway.store import inbox

blueprint = Blueprint("report", __name__)

LONGEST_NOTE = 2000


@blueprint.get("/reports/<public_id>")
@may("see_reports")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the report; changes nothing. The recording alone is asked for until it has come."""
    return _sound(viewer, public_id) if is_fragment() else render_report(viewer, public_id)


@blueprint.post("/reports/<public_id>/heard")
@may("hear_reports")
def mark_heard(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Somebody has listened: the player says so when it first plays, a button where there is no script."""
    return do(viewer, public_id, desk.mark_heard)


@blueprint.post("/reports/<public_id>/take")
@may("work_on_reports")
def take(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """A person takes a danger: it is red no more."""
    return do(viewer, public_id, desk.take, gettext("It is yours now. Ring for help first, then answer."))


@blueprint.post("/reports/<public_id>/assign")
@may("work_on_reports")
def assign(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give the report to oneself or to a colleague who may see it; given away, the next one opens."""
    wanted = request.form.get("to", "")
    to_id = int(wanted) if _is_id(wanted) else viewer.staff_id

    def give(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        report = unit.db.get_one(Report, report_id)
        able = [each.id for each in colleagues_of(unit.db, report, Permission.WORK_ON_REPORTS)]
        if to_id not in able:
            raise NotFound("this colleague may not see this report")
        return desk.assign(unit, rt, report_id, staff_id, to_id)

    return do(viewer, public_id, give, gettext("Assigned."), goes_on=to_id != viewer.staff_id)


@blueprint.post("/reports/<public_id>/unassign")
@may("work_on_reports")
def unassign(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give it back: nobody has it."""
    return do(viewer, public_id, desk.unassign, gettext("It waits for somebody again."))


@blueprint.post("/reports/<public_id>/work")
@may("work_on_reports")
def start_work(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Work on it has begun."""
    return do(viewer, public_id, desk.start_work, gettext("Work has begun."))


@blueprint.post("/reports/<public_id>/blank")
@may("work_on_reports")
def mark_blank(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Nothing can be heard on it; the reporter is asked to say it again."""
    said = gettext("Set apart. It stays under “Closed”.")
    return do(viewer, public_id, desk.mark_blank, said, goes_on=True)


@blueprint.post("/reports/<public_id>/note")
@may("work_on_reports")
def write_note(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Write a line for colleagues; who is named in it finds it among their mentions."""
    text = request.form.get("text", "").strip()
    if not text:
        return unfit(viewer, public_id, "note", gettext("Write the note first."))
    if len(text) > LONGEST_NOTE:
        return unfit(viewer, public_id, "note", gettext("Shorter, please: a note has 2,000 signs at most."))
    ticked = {int(each) for each in request.form.getlist("to") if _is_id(each)}

    def write(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        able = colleagues_of(unit.db, unit.db.get_one(Report, report_id), Permission.SEE_REPORTS)
        named = {
            each.id for each in able if each.id in ticked or f"@{each.name.casefold()}" in text.casefold()
        }
        if ticked - named:
            raise NotFound("this colleague may not see this report")
        return desk.write_note(unit, rt, report_id, staff_id, text, sorted(named - {staff_id}))

    return do(viewer, public_id, write, gettext("Noted."), is_final=True)


@blueprint.post("/reports/<public_id>/undo/<int:event_id>")
@may("work_on_reports")
def undo_deed(viewer: Viewer, public_id: str, event_id: int) -> ResponseReturnValue:
    """Take one's own last deed back, while nothing has come after it."""

    def take_back(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        event = unit.db.get(ReportEvent, event_id)
        if event is None or event.report_id != report_id:
            raise NotFound("there is no such line in the history of this report")
        undo.undo(unit, rt, event_id, staff_id)
        return None

    return do(viewer, public_id, take_back, gettext("Undone."))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _sound(viewer: Viewer, public_id: str) -> Response:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = inbox.get_row(unit.db, viewer.sight, public_id)
    if row is None:
        raise NotFound("there is no such report")
    draft = drafts.text_of(rt, row.note)
    answer = page_or_fragment("", "reports/sound.html", row=row, report=row.report, draft=draft)
    if row.note is None or row.note.clip_key or row.note.lost_at or row.note.withheld_at:
        answer.headers["X-Finished"] = "1"
    return answer
