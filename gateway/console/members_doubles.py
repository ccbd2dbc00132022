"""Members who may be one person: proposed, looked at side by side, made one or told apart (activities.md S3-39)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.members_words import WORDS
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.people import merging
from gateway.store import member_list, member_numbers, member_posts, merges, staff, units
from gateway.store.member_list import Row
from gateway.store.merges import PAGE

blueprint = Blueprint("members_doubles", __name__)


@blueprint.get("/members/doubles")
@may("change_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List pairs that look like one person, of whom both belong to the viewer's unit."""
    one, _, other = request.args.get("after", "").partition("-")
    after = (
        (int(one), int(other)) if one.isdecimal() and other.isdecimal() and len(one + other) < 36 else (0, 0)
    )
    with unit_of_work(runtime().engine) as unit:
        found = merges.list_doubles(unit.db, viewer.unit_path, after, PAGE + 1)
    last = found[PAGE - 1] if len(found) > PAGE else None
    older = url_for("members_doubles.index", after=f"{last.one.id}-{last.other.id}") if last else None
    first = url_for("members_doubles.index") if after != (0, 0) else None
    return render_template("members/doubles.html", pairs=found[:PAGE], older=older, first=first, **WORDS)


@blueprint.get("/members/<kept_id>/merge/<gone_id>")
@may("change_members")
def compare(viewer: Viewer, kept_id: str, gone_id: str) -> ResponseReturnValue:
    """Show the two side by side and ask what is kept of each."""
    with unit_of_work(runtime().engine) as unit:
        sides = [_side(unit, viewer, each) for each in (kept_id, gone_id)]
    rows = [
        (field, sides[0]["values"][field], sides[1]["values"][field])
        for field in merging.FIELDS
        if sides[0]["values"][field] or sides[1]["values"][field]
    ]
    return render_template("members/merge.html", kept=sides[0], gone=sides[1], rows=rows, **WORDS)


@blueprint.post("/members/<kept_id>/merge/<gone_id>")
@may("change_members")
def merge(viewer: Viewer, kept_id: str, gone_id: str) -> ResponseReturnValue:
    """Make one member of the two; sent twice, it changes nothing more."""
    rt = runtime()
    from_gone = [field for field in merging.FIELDS if request.form.get(field) == "gone"]
    back = redirect(url_for("members_show.show", public_id=kept_id))
    with unit_of_work(rt.engine) as unit:
        if member_list.find_merged(unit.db, viewer.unit_path, gone_id) == kept_id:
            return back
        kept, gone = (member_list.get_row(unit.db, viewer.unit_path, each) for each in (kept_id, gone_id))
        try:
            merging.merge(unit, rt, kept.member.id, gone.member.id, viewer.staff_id, from_gone)
        except Conflict:
            unit.db.rollback()
            flash(
                gettext(
                    "One of the two is on the phone, or was changed by somebody else. Try again in a few minutes."
                )
            )
            return redirect(url_for("members_doubles.compare", kept_id=kept_id, gone_id=gone_id))
    flash(gettext("The two are one member now."))
    return back


@blueprint.post("/members/<one_id>/apart/<other_id>")
@may("change_members")
def tell_apart(viewer: Viewer, one_id: str, other_id: str) -> ResponseReturnValue:
    """Say that these are two people: they are proposed no more."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        one, other = (
            member_list.get_row(unit.db, viewer.unit_path, each).member for each in (one_id, other_id)
        )
        merges.tell_apart(unit.db, one.id, other.id, viewer.staff_id, rt.clock())
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "members-told-apart",
            rt.clock(),
            "member",
            one.id,
            one.unit_id,
            other=other.id,
        )
    flash(gettext("They are two people; this is not asked again."))
    return redirect(url_for("members_doubles.index"))


def _side(unit: UnitOfWork, viewer: Viewer, public_id: str) -> dict[str, Any]:
    row = member_list.get_row(unit.db, viewer.unit_path, public_id)
    member_id = row.member.id
    staff.add_audit(
        unit.db, viewer.staff_id, "member-seen", runtime().clock(), "member", member_id, row.member.unit_id
    )
    return {
        "row": row,
        "values": _values(unit, row),
        "posts": member_posts.list_history(unit.db, member_id),
        "numbers": member_numbers.list_numbers(unit.db, row.member),
        "reports": len(member_list.list_reports(unit.db, viewer.sight, member_id)),
        "calls": len(member_list.list_calls(unit.db, member_id)),
    }


def _values(unit: UnitOfWork, row: Row) -> dict[str, object]:
    member = row.member
    home = units.get_unit(unit.db, member.home_unit_id) if member.home_unit_id else None
    return {
        "name": member.name,
        "number": row.tail,
        "unit": row.place.name,
        "home_unit": home.name if home else None,
        "language": member.language,
        "handset": member.handset,
        "slot": member.slot,
        "is_adult": {True: "yes", False: "no", None: None}[member.is_adult],
    }
