"""One member: place, numbers, posts, what was agreed to and how, reports that the viewer may know of, last contacts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.members_consent import agreed
from gateway.console.members_words import WORDS
from gateway.console.units_choice import choices, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.store import member_list, member_numbers, member_posts, merges, rights_list, staff, units
from gateway.store.member_list import Row

blueprint = Blueprint("members_show", __name__)


@blueprint.get("/members/<public_id>")
@may("see_members")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one member; that it was looked at is noted (L16). Who was merged leads to the one who was kept."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        kept = member_list.find_merged(unit.db, viewer.unit_path, public_id)
        if kept is None:
            row = member_list.get_row(unit.db, viewer.unit_path, public_id)
            values = values_of(unit, viewer, row)
            staff.add_audit(
                unit.db,
                viewer.staff_id,
                "member-seen",
                rt.clock(),
                "member",
                row.member.id,
                row.member.unit_id,
            )
    if kept is not None:
        flash(gettext("The member that you looked for is the same person as this one."))
        return redirect(url_for("members_show.show", public_id=kept))
    return render_template("members/show.html", given={}, errors={}, **values, **WORDS)


def values_of(unit: UnitOfWork, viewer: Viewer, row: Row) -> dict[str, Any]:
    """Everything that the page shows of one member."""
    member = row.member
    home = units.get_unit(unit.db, member.home_unit_id) if member.home_unit_id else None
    may_change = viewer.may("change_members")
    return {
        "row": row,
        "line": units.list_line(unit.db, row.place),
        "home": home,
        "numbers": member_numbers.list_numbers(unit.db, member),
        "sharing": member_numbers.list_sharing(unit.db, viewer.unit_path, member),
        "posts": member_posts.list_history(unit.db, member.id),
        "merged": merges.list_merged_into(unit.db, member.id),
        "agreed": agreed(unit, member),
        "rights_requests": rights_list.list_requests_of(unit.db, member.id),
        "reports": member_list.list_reports(unit.db, viewer.sight, member.id),
        "calls": member_list.list_calls(unit.db, member.id),
        "deliveries": member_list.list_deliveries(unit.db, member.id),
        "suppressed": member_list.suppressed_as(unit.db, member.number_id),
        "places": choices(unit.db, viewer.unit_path) if may_change else None,
        "titles": member_posts.list_titles(unit.db, viewer.unit_path) if may_change else (),
        "label": label,
    }
