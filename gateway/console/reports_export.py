"""Lists of reports to take away: short ones at once, long ones made in the background and kept for a day."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import report_files as room
from gateway.access import Viewer, may, runtime
from gateway.console.formats import number
from gateway.console.fragments import page_or_fragment
from gateway.console.reports_search import read_query, tidy
from gateway.console.words import CATEGORIES, MUST_ACT, REPORT_STATES, URGENCIES
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.store import inbox, report_files
from gateway.store.staff import add_audit

blueprint = Blueprint("reports_export", __name__)

TYPES = {
    room.CSV: "text/csv; charset=utf-8",
    room.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@blueprint.post("/reports/files")
@may("export_reports")
def make(viewer: Viewer) -> ResponseReturnValue:
    """Hand out the list that was open, or have it made where it is long; noted."""
    rt, query = runtime(), tidy(request.form.get("query", ""))
    kind = room.XLSX if request.form.get("kind") == room.XLSX else room.CSV
    with unit_of_work(rt.engine) as unit:
        asked = read_query(unit.db, viewer, query)
        count = inbox.count(unit.db, viewer.sight, asked.search, room.MOST)
        if count > room.MOST:
            flash(
                gettext(
                    "One file holds at most %(n)s reports. Narrow the list, by days or by place.",
                    n=number(room.MOST),
                )
            )
            return redirect(f"{url_for('reports.index')}?{query}")
        wanted = room.Wanted(
            asked.search,
            viewer.staff_id,
            viewer.may("see_restricted"),
            viewer.may("hear_reports"),
            _words(viewer),
        )
        add_audit(
            unit.db,
            viewer.staff_id,
            "reports-exported",
            rt.clock(),
            unit_id=viewer.unit_id,
            count=count,
            kind=kind,
        )
        if count > room.AT_ONCE:
            room.ask(unit, rt, kind, viewer.unit_id, wanted)
            return redirect(url_for("reports_export.index"))
    out = io.BytesIO()
    room.write(rt, out, kind, viewer.unit_path, wanted)
    return _sent(out.getvalue(), kind, rt.clock())


@blueprint.get("/reports/files")
@may("export_reports")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List the files one asked for: being made, ready, gone; the page asks anew while one is being made."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        files = report_files.list_own(unit.db, viewer.staff_id, viewer.unit_id)
    answer = page_or_fragment(
        "reports/files.html", "reports/files_stand.html", files=files, kept_for=room.KEPT_FOR
    )
    if all(each.finished_at for each in files):
        answer.headers["X-Finished"] = "1"  # the page stops asking
    return answer


@blueprint.get("/reports/files/<public_id>")
@may("export_reports")
def take(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Hand out a file that was made, to whoever asked for it, for a day; each time is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        made = report_files.get_own(unit.db, viewer.staff_id, viewer.unit_id, public_id)
        if made.file_key is None or made.created_at + room.KEPT_FOR < rt.clock():
            raise NotFound("this file is not kept any more")
        add_audit(
            unit.db,
            viewer.staff_id,
            "reports-exported",
            rt.clock(),
            unit_id=viewer.unit_id,
            count=made.rows,
            kind=made.kind,
        )
    return _sent(rt.files.read(made.file_key), made.kind, made.created_at)


def _sent(content: bytes, kind: str, at: datetime) -> Response:
    answer = Response(content, content_type=TYPES[kind])
    day = at.astimezone(runtime().profile.timezone).date().isoformat()
    answer.headers["Content-Disposition"] = f"attachment; filename=reports-{day}.{kind}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _words(viewer: Viewer) -> dict[str, Any]:
    """The words of the file in the language of whoever asks: a worker has no page."""
    head = [
        gettext("Reference"), gettext("Came in"), gettext("Place"), gettext("Code of the place"), gettext("State"),
        gettext("Urgency"), gettext("Subject"), gettext("Language"), gettext("Member"), gettext("Reporters"), gettext("With"),
        gettext("Due"), gettext("Answered"), gettext("Closed"), gettext("Who must act"), gettext("Office"),
    ]  # fmt: skip
    return {
        "head": [*head, gettext("In writing")] if viewer.may("hear_reports") else head,
        "states": {str(state): str(shown.word) for state, shown in REPORT_STATES.items()},
        "urgencies": {str(urgency): str(word) for urgency, word in URGENCIES.items()},
        "categories": {code: str(word) for code, word in CATEGORIES.items()},
        "must_act": {who: str(word) for who, word in MUST_ACT.items()},
    }
