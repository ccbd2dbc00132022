"""Importing a list of members or of units: upload, look at what would happen, then yes (console.md 1c)."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console import members_upload
from gateway.console.formats import number
from gateway.errors import NotAllowed, NotFound
from gateway.people.members import import_members
from gateway.people.refusals import Imported, ListUnreadable
from gateway.people.units import import_units

blueprint = Blueprint("members_import", __name__)

NEEDED = {"members": "change_members", "units": "change_units"}
SHOWN = 200


@blueprint.get("/import/<what>")
@may("change_members")
def form(viewer: Viewer, what: str) -> ResponseReturnValue:
    """Show where to choose the file, and what its columns mean."""
    _check_may(viewer, what)
    return render_template("members/import.html", what=what, errors={})


@blueprint.post("/import/<what>")
@may("change_members")
def upload(viewer: Viewer, what: str) -> ResponseReturnValue:
    """Look at a list without taking anything of it."""
    _check_may(viewer, what)
    file = request.files.get("list")
    raw = file.read() if file else b""
    if not raw:
        return _again(what, gettext("Choose a file first."))
    try:
        _run(viewer, what, raw, dry_run=True)
    except ListUnreadable as error:
        return _again(what, str(error))
    token = members_upload.keep(runtime(), viewer.staff_id, raw)
    return redirect(url_for("members_import.check", what=what, token=token))


@blueprint.get("/import/<what>/<token>")
@may("change_members")
def check(viewer: Viewer, what: str, token: str) -> ResponseReturnValue:
    """Show what would be taken, updated and refused, each refused row with its line and reason."""
    _check_may(viewer, what)
    raw = members_upload.reopen(runtime(), viewer.staff_id, token).read()
    result = _run(viewer, what, raw, dry_run=True)
    return render_template("members/import_check.html", what=what, token=token, result=result, shown=SHOWN)


@blueprint.get("/import/<what>/<token>/refused.csv")
@may("change_members")
def refused(viewer: Viewer, what: str, token: str) -> ResponseReturnValue:
    """Send the refused rows by line; nothing of the rows themselves, so that the file holds no numbers."""
    _check_may(viewer, what)
    raw = members_upload.reopen(runtime(), viewer.staff_id, token).read()
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("line", "column", "reason"))
    writer.writerows(
        (each.line, each.column, each.reason) for each in _run(viewer, what, raw, dry_run=True).refused
    )
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=refused.csv"
    return answer


@blueprint.post("/import/<what>/<token>")
@may("change_members")
def take(viewer: Viewer, what: str, token: str) -> ResponseReturnValue:
    """Take the list; sent twice it changes nothing more, and the second time finds it gone."""
    _check_may(viewer, what)
    raw = members_upload.reopen(runtime(), viewer.staff_id, token).read()
    result = _run(viewer, what, raw, dry_run=False)
    members_upload.forget(runtime(), token)
    flash(
        gettext(
            "Imported: %(taken)s new, %(updated)s updated, %(refused)s refused.",
            taken=number(result.taken),
            updated=number(result.updated),
            refused=number(len(result.refused)),
        )
    )
    return redirect(url_for(f"{what}.index"))


def _run(viewer: Viewer, what: str, raw: bytes, *, dry_run: bool) -> Imported:
    run = import_members if what == "members" else import_units
    path = viewer.unit_path
    return run(runtime(), io.BytesIO(raw), dry_run=dry_run, staff=viewer.staff_id, unit_path=path)


def _check_may(viewer: Viewer, what: str) -> None:
    if what not in NEEDED:
        raise NotFound("there is no such list")
    if not viewer.may(NEEDED[what]):
        raise NotAllowed("your role does not include this", "role")


def _again(what: str, problem: str) -> ResponseReturnValue:
    return make_response(render_template("members/import.html", what=what, errors={"list": problem}), 422)
