"""The people of a broadcast to take away: short lists at once, long ones made in the background and kept for a day."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import broadcast_files
from gateway import report_files as room
from gateway.access import Viewer, may, runtime
from gateway.console.broadcasts_words import CAUSES, REASONS, part_word
from gateway.console.fragments import page_or_fragment
from gateway.console.locale import language
from gateway.console.reports_export import TYPES
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Broadcast
from gateway.store import broadcast_list, broadcast_people, report_files
from gateway.store.broadcast_people import Part
from gateway.store.staff import add_audit

blueprint = Blueprint("broadcasts_export", __name__)

WHOLE = "whole"


@blueprint.post("/broadcasts/<public_id>/files")
@may("export_members")
def make(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Hand out the list, or have it made where it is long; noted."""
    rt = runtime()
    kind = room.XLSX if request.form.get("kind") == room.XLSX else room.CSV
    has_numbers = request.form.get("numbers") == WHOLE and viewer.may("unmask_numbers")
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        count = broadcast_people.count_people(unit.db, broadcast, viewer.unit_path)
        said = {"count": count, "kind": kind, "numbers": has_numbers}
        _note(unit, viewer, broadcast, **said)
        asked = _asked(broadcast, has_numbers)
        if count > room.AT_ONCE:
            room.ask_people(unit, rt, kind, viewer.unit_id, viewer.staff_id, broadcast.id, asked)
            return redirect(url_for("broadcasts_export.index", public_id=public_id))
    out = io.BytesIO()
    broadcast_files.write(rt, out, kind, viewer.unit_path, broadcast.id, asked)
    return _sent(out.getvalue(), kind, rt.clock())


@blueprint.get("/broadcasts/<public_id>/files")
@may("export_members")
def index(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """List the files one asked for: being made, ready, gone; the page asks anew while one is being made."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        files = report_files.list_own(unit.db, viewer.staff_id, viewer.unit_id, row.broadcast.id)
    answer = page_or_fragment(
        "broadcasts/files.html", "broadcasts/files_stand.html", row=row, files=files, kept_for=room.KEPT_FOR
    )
    if all(each.finished_at for each in files):
        answer.headers["X-Finished"] = "1"  # the page stops asking
    return answer


@blueprint.get("/broadcasts/<public_id>/files/<file_id>")
@may("export_members")
def take(viewer: Viewer, public_id: str, file_id: str) -> ResponseReturnValue:
    """Hand out a file that was made, to whoever asked for it, for a day; each time is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        made = report_files.get_own(unit.db, viewer.staff_id, viewer.unit_id, file_id, broadcast.id)
        is_over = made.file_key is None or made.created_at + room.KEPT_FOR < rt.clock()
        if is_over or (made.asked["has_numbers"] and not viewer.may("unmask_numbers")):
            raise NotFound("this file is not kept any more")
        said = {"count": made.rows, "kind": made.kind, "numbers": made.asked["has_numbers"]}
        _note(unit, viewer, broadcast, **said)
    return _sent(rt.files.read(made.file_key or ""), made.kind, made.created_at)


def _note(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast, **said: Any) -> None:
    now = runtime().clock()
    add_audit(unit.db, viewer.staff_id, "broadcast-exported", now, "broadcast", broadcast.id, None, **said)


def _sent(content: bytes, kind: str, at: datetime) -> Response:
    answer = Response(content, content_type=TYPES[kind])
    day = at.astimezone(runtime().profile.timezone).date().isoformat()
    answer.headers["Content-Disposition"] = f"attachment; filename=broadcast-{day}.{kind}"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _asked(broadcast: Broadcast, has_numbers: bool) -> broadcast_files.Asked:
    """The words of the file in the language of whoever asks: a worker has no page."""
    head = [
        gettext("Member"), gettext("Number"), gettext("Unit"), gettext("Code of the unit"), gettext("Language"),
        gettext("How it ended"), gettext("Why"), gettext("Tries"), gettext("Seconds listened"),
        gettext("Percent of the message heard (estimated)"), gettext("When"),
    ]  # fmt: skip
    causes: dict[str, Any] = {**CAUSES, **{str(each): word for each, word in REASONS.items()}}
    return broadcast_files.Asked(
        has_numbers=has_numbers,
        language=language(),
        head=head,
        parts={str(part): str(part_word(part, broadcast.kind)) for part in Part},
        causes={code: str(word) for code, word in causes.items()},
        question=gettext("Question"),
        spoke=gettext("spoke their answer"),
    )
