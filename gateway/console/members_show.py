"""One member: place, language, what was agreed to and how, reports that the viewer may know of, last contacts."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.members_words import WORDS
from gateway.db import unit_of_work
from gateway.store import member_list, staff, units

blueprint = Blueprint("members_show", __name__)


@blueprint.get("/members/<public_id>")
@may("see_members")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one member; that it was looked at is noted (rules.md L16)."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = member_list.get_row(unit.db, viewer.unit_path, public_id)
        member_id = row.member.id
        values = {
            "row": row,
            "line": units.list_line(unit.db, row.place),
            "posts": member_list.list_posts(unit.db, member_id),
            "ledger": member_list.ledger(unit.db, member_id),
            "reports": member_list.list_reports(unit.db, viewer.unit_path, member_id),
            "calls": member_list.list_calls(unit.db, member_id),
            "deliveries": member_list.list_deliveries(unit.db, member_id),
            "suppressed": member_list.suppressed_as(unit.db, row.member.number_id),
        }
        staff.add_audit(unit.db, viewer.staff_id, "member-seen", rt.clock(), "member", member_id)
    return render_template("members/show.html", **values, **WORDS)
