"""A member's rights at the console: everything that is kept, to read, print and hand out; and to be forgotten (L12)."""

from __future__ import annotations

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.rights_words import sections
from gateway.db import unit_of_work
from gateway.models import Member
from gateway.rights import erase, hold
from gateway.store import member_list, staff, units

blueprint = Blueprint("members_rights", __name__)


@blueprint.get("/members/<public_id>/everything")
@may("export_members")
def everything(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show all that is kept about one member, ready to print; that it was seen is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        member = _member(unit.db, viewer, public_id)
        found = hold.for_staff(unit.db, rt, member, viewer.sight)
        line = units.list_line(unit.db, units.get_unit(unit.db, member.unit_id))
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "member.shown_everything",
            rt.clock(),
            "member",
            member.id,
            member.unit_id,
        )
    return render_template(
        "members/everything.html", member=member, line=line, sections=sections(found), printed_at=rt.clock()
    )


@blueprint.post("/members/<public_id>/everything")
@may("export_members")
def export(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Hand it out as a file that machines read; that it was taken is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        member = _member(unit.db, viewer, public_id)
        found = hold.for_staff(unit.db, rt, member, viewer.sight)
        staff.add_audit(
            unit.db, viewer.staff_id, "member-exported", rt.clock(), "member", member.id, member.unit_id
        )
    answer = Response(
        json.dumps(found, ensure_ascii=False, indent=2, default=str),
        mimetype="application/json; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f"attachment; filename=member-{public_id}.json"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/members/<public_id>/erase")
@may("erase_members")
def ask(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say what forgetting does, before it is done."""
    return _form(viewer, public_id, {})


@blueprint.post("/members/<public_id>/erase")
@may("erase_members")
def do(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Forget the member, for good."""
    rt = runtime()
    if request.form.get("sure") != "1":
        return _form(viewer, public_id, {"sure": gettext("Tick that the member asked for it.")}), 422
    with unit_of_work(rt.engine) as unit:
        member = _member(unit.db, viewer, public_id)
        erase.erase(
            unit,
            rt,
            member.id,
            erase.STAFF,
            staff_id=viewer.staff_id,
            wants_no_calls=request.form.get("no_calls") == "1",
        )
    flash(gettext("Forgotten. Nobody sees this member any more."))
    return redirect(url_for("members.index"))


def _form(viewer: Viewer, public_id: str, errors: dict[str, str]) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        member = _member(unit.db, viewer, public_id)
        held = hold.held(unit.db, member.id, member.number_id)
    return render_template(
        "members/erase.html",
        member=member,
        held=held,
        floor=rt.profile.retention.erased_floor_days,
        errors=errors,
    )


def _member(db: Session, viewer: Viewer, public_id: str) -> Member:
    return member_list.get_row(db, viewer.unit_path, public_id).member
