"""A member says that they have a new number: staff find them, the old number is asked, then it is decided (journeys.md M6)."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import number_changes as room
from gateway.access import Viewer, may, runtime
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.store import member_list, number_changes

blueprint = Blueprint("members_changes", __name__)

FOUND = 10


@blueprint.get("/members/joined/numbers/<public_id>")
@may("change_members")
def choose(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Listen, and look for the member who spoke."""
    words = request.args.get("q", "").strip()[:100]
    with unit_of_work(runtime().engine) as unit:
        row = number_changes.get_open(unit.db, viewer.unit_path, public_id)
        search = member_list.Search(words)
        found = member_list.list_members(unit.db, viewer.unit_path, search, FOUND).rows if words else []
    return render_template("members/change_number.html", row=row, found=found, words=words)


@blueprint.post("/members/joined/numbers/<public_id>/ask")
@may("change_members")
def ask(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say whose number it would be: their old one is rung once."""
    rt = runtime()
    try:
        with unit_of_work(rt.engine) as unit:
            row = number_changes.get_open(unit.db, viewer.unit_path, public_id)
            member = member_list.get_row(unit.db, viewer.unit_path, request.form.get("member", "")).member
            room.ask_old_number(unit, rt, row.change, member, viewer.staff_id)
    except Conflict:
        flash(gettext("The old number was asked already, or this is the member who has just joined."))
    else:
        flash(gettext("We ring the old number once and ask."))
    return redirect(url_for("members_joined.index"))


@blueprint.post("/members/joined/numbers/<public_id>/confirm")
@may("change_members")
def confirm(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is so: the history moves to the new number."""
    rt = runtime()
    try:
        with unit_of_work(rt.engine) as unit:
            row = number_changes.get_open(unit.db, viewer.unit_path, public_id)
            room.confirm(unit, rt, row.change, viewer.staff_id)
    except Conflict:
        flash(
            gettext(
                "This cannot be confirmed now: the member keeps the old number, or one of the two is on the phone."
            )
        )
    else:
        flash(gettext("The member is rung on the new number from now on."))
    return redirect(url_for("members_joined.index"))


@blueprint.post("/members/joined/numbers/<public_id>/refuse")
@may("change_members")
def refuse(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is not so: everything stays as it is."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = number_changes.get_open(unit.db, viewer.unit_path, public_id)
        room.refuse(unit, rt, row.change, viewer.staff_id)
    flash(gettext("Everything stays as it was."))
    return redirect(url_for("members_joined.index"))
