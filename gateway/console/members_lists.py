"""Lists that were handed in: what each would do, row by row what is the matter, and how far it is taken (console.md 1c)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.fragments import page_or_fragment
from gateway.console.lists_words import COLUMNS, WORDS, reason
from gateway.console.members_import import NEEDED
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.models import Import, ImportRefusal
from gateway.people import listed, refused_rows
from gateway.store import imports
from gateway.store.staff import add_audit

blueprint = Blueprint("members_lists", __name__)

NOTES = "notes"


@blueprint.get("/members/lists")
@may("change_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List what was handed in at or below the viewer's unit, the newest first."""
    before = request.args.get("before", type=int)
    with unit_of_work(runtime().engine) as unit:
        rows, next_key = imports.list_rows(unit.db, viewer.unit_path, _kinds(viewer), before)
    older = url_for("members_lists.index", before=next_key) if next_key else None
    first = url_for("members_lists.index") if before else None
    return render_template("members/lists.html", rows=rows, older=older, first=first, **WORDS)


@blueprint.get("/members/lists/<public_id>")
@may("change_members")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show how a list stands; the page asks anew while somebody works on it."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = _row(unit, viewer, public_id)
        values = _shown(unit, row.list)
    is_live = row.list.state in imports.UNDER_WAY
    is_waiting = is_live and not row.list.done and (row.list.lease_until or rt.clock()) <= rt.clock()
    answer = page_or_fragment(
        "members/list.html",
        "members/list_stand.html",
        row=row,
        is_live=is_live,
        is_waiting=is_waiting,
        is_own=row.list.staff_id == viewer.staff_id,
        **values,
        **WORDS,
    )
    if not is_live:
        answer.headers["X-Finished"] = "1"  # the page stops asking
    return answer


@blueprint.post("/members/lists/<public_id>/columns")
@may("change_members")
def columns(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say which column of the list is which of ours, and look at it anew."""
    chosen = {ours: request.form.get(ours, "")[:1000] for ours in COLUMNS if ours in request.form}
    return _do(viewer, public_id, lambda unit, made: listed.check_again(unit, runtime(), made, chosen))


@blueprint.post("/members/lists/<public_id>/take")
@may("change_members")
def take(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take the list in the background; sent twice, it is taken once."""
    return _do(viewer, public_id, lambda unit, made: listed.take(unit, runtime(), made, viewer.staff_id))


@blueprint.post("/members/lists/<public_id>/stop")
@may("change_members")
def stop(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take no more of it; what was taken until now stays."""
    flash(gettext("Stopped. What was taken until now stays."))
    return _do(viewer, public_id, lambda unit, made: listed.stop(unit, runtime(), made))


@blueprint.get("/members/lists/<public_id>/refused.csv")
@may("change_members")
def refused(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send the refused rows as they stood, each with its reason, to whoever brought them; noted, for they hold numbers."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        made = _row(unit, viewer, public_id).list
        if made.staff_id != viewer.staff_id or made.refused_key is None:
            raise NotFound("there are no such rows")
        add_audit(
            unit.db, viewer.staff_id, "refused-rows", rt.clock(), "import", made.id, unit_id=made.unit_id
        )
    words = [gettext("Line"), gettext("Column"), gettext("Why")]
    rows = refused_rows.rows(rt, made, reason)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(words + next(rows)[3:])
    writer.writerows(rows)
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=refused.csv"
    return answer


def _do(viewer: Viewer, public_id: str, deed: Callable[[UnitOfWork, Import], None]) -> ResponseReturnValue:
    with unit_of_work(runtime().engine) as unit:
        made = _row(unit, viewer, public_id).list
        unit.db.refresh(made, with_for_update=True)
        deed(unit, made)
    return redirect(url_for("members_lists.show", public_id=public_id))


def _row(unit: UnitOfWork, viewer: Viewer, public_id: str) -> imports.Row:
    return imports.get_row(unit.db, viewer.unit_path, public_id, _kinds(viewer))


def _kinds(viewer: Viewer) -> list[str]:
    return [kind for kind, permission in NEEDED.items() if viewer.may(permission)]


def _shown(unit: UnitOfWork, made: Import) -> dict[str, Any]:
    is_note = request.args.get("show") == NOTES
    after = request.args.get("after", "")
    line, _, last_id = after.partition(".")
    key = (int(line), int(last_id)) if line.isdecimal() and last_id.isdecimal() else (0, 0)
    found = imports.list_refusals(unit.db, made.id, is_note=is_note, after=key, size=imports.PAGE + 1)
    rows = found[: imports.PAGE]
    here: dict[str, Any] = {"public_id": made.public_id, "show": NOTES if is_note else None}
    older = _older(rows, here) if len(found) > imports.PAGE else None
    return {
        "wrong": rows,
        "is_note": is_note,
        "older": older,
        "first": url_for("members_lists.show", **here) if after else None,
        "tabs_of": list(_tabs(made, is_note)),
    }


def _older(rows: Any, here: dict[str, Any]) -> str:
    last: ImportRefusal = rows[-1]
    return url_for("members_lists.show", after=f"{last.line}.{last.id}", **here)


def _tabs(made: Import, is_note: bool) -> Iterator[dict[str, Any]]:
    for label, count, show_notes in (
        (gettext("Rows in error"), made.counts.get("refused", 0), False),
        (gettext("Taken, but look at these"), made.counts.get("notes", 0), True),
    ):
        if count:
            href = url_for("members_lists.show", public_id=made.public_id, show=NOTES if show_notes else None)
            yield {"label": label, "count": count, "href": href, "is_here": show_notes == is_note}
