"""A member says that they have a new number: staff find them, the old number is asked, then it is decided (journeys.md M6)."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import number_changes as room
from gateway.access import Viewer, may, runtime
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.store import member_list, number_changes
from gateway.store.number_changes import ChangeRow

blueprint = Blueprint("members_changes", __name__)

FOUND = 10
Deed = Callable[[UnitOfWork, ChangeRow], object]


@blueprint.get("/members/joined/numbers/<public_id>")
@may("change_members")
def choose(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Listen, and look for the member who spoke."""
    words = request.args.get("q", "").strip()[:100]
    with unit_of_work(runtime().engine) as unit:
        row = number_changes.get_open(unit.db, viewer.unit_path, public_id)
        search = member_list.Search(words)
        found = member_list.list_members(unit.db, viewer.unit_path, search, FOUND).rows if words else []
    text = room.written(runtime(), row.change)
    return render_template("members/change_number.html", row=row, found=found, words=words, text=text)


@blueprint.post("/members/joined/numbers/<public_id>/ask")
@may("change_members")
def ask(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say whose number it would be: their old one is rung once."""

    def deed(unit: UnitOfWork, row: ChangeRow) -> None:
        member = member_list.get_row(unit.db, viewer.unit_path, request.form.get("member", "")).member
        room.ask_old_number(unit, runtime(), row.change, member, viewer.staff_id)

    return _do(
        viewer,
        public_id,
        deed,
        gettext("We ring the old number once and ask."),
        gettext("The old number was asked already, or this is the member who has just joined."),
    )


@blueprint.post("/members/joined/numbers/<public_id>/confirm")
@may("change_members")
def confirm(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is so: the history moves to the new number."""
    return _do(
        viewer,
        public_id,
        lambda unit, row: room.confirm(unit, runtime(), row.change, viewer.staff_id),
        gettext("The member is rung on the new number from now on."),
        gettext(
            "This cannot be confirmed now: the member keeps the old number, or one of the two is on the phone."
        ),
    )


@blueprint.post("/members/joined/numbers/<public_id>/refuse")
@may("change_members")
def refuse(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is not so: everything stays as it is."""
    return _do(
        viewer,
        public_id,
        lambda unit, row: room.refuse(unit, runtime(), row.change, viewer.staff_id),
        gettext("Everything stays as it was."),
    )


def _do(viewer: Viewer, public_id: str, deed: Deed, done: str, refused: str = "") -> ResponseReturnValue:
    """Do it to a change that is still open, and say so at the list of those who joined."""
    try:
        with unit_of_work(runtime().engine) as unit:
            deed(unit, number_changes.get_open(unit.db, viewer.unit_path, public_id))
    except Conflict:
        if not refused:
            raise
        flash(refused)
    else:
        flash(done)
    return redirect(url_for("members_joined.index"))
