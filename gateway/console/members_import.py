"""Handing in a list of members or of units: it is kept, nothing of it is read while somebody waits (console.md 1c)."""

from __future__ import annotations

from typing import BinaryIO, cast

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.content import SPOKEN
from gateway.errors import NotAllowed, NotFound
from gateway.people import listed

blueprint = Blueprint("members_import", __name__)

NEEDED = {listed.MEMBERS: "change_members", listed.UNITS: "change_units"}


@blueprint.get("/import/<what>")
@may("change_members")
def form(viewer: Viewer, what: str) -> ResponseReturnValue:
    """Show where to choose the file, and what its columns mean."""
    _check_may(viewer, what)
    return _page(what, {})


@blueprint.post("/import/<what>")
@may("change_members")
def upload(viewer: Viewer, what: str) -> ResponseReturnValue:
    """Keep a list and have it looked at; nothing of it is taken."""
    _check_may(viewer, what)
    file = request.files.get("list")
    if file is None or not file.filename or not file.stream.read(1):
        errors = {"list": gettext("Choose a file first.")}
        return make_response(_page(what, errors), 422)
    file.stream.seek(0)
    public_id = listed.hand_in(
        runtime(),
        cast(BinaryIO, file.stream),
        kind=what,
        file_name=file.filename,
        staff_id=viewer.staff_id,
        unit_id=viewer.unit_id,
    )
    return redirect(url_for("members_lists.show", public_id=public_id))


def _page(what: str, errors: dict[str, str]) -> str:
    tongues = ", ".join(SPOKEN[runtime().settings.country])
    return render_template("members/import.html", what=what, errors=errors, tongues=tongues)


def _check_may(viewer: Viewer, what: str) -> None:
    if what not in NEEDED:
        raise NotFound("there is no such list")
    if not viewer.may(NEEDED[what]):
        raise NotAllowed("your role does not include this", "role")
