"""Members: look up by name, exact number or unit; limited to the viewer's unit, numbers masked (rules.md L16)."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.members_words import WORDS
from gateway.console.units_choice import choices, chosen, label
from gateway.db import unit_of_work
from gateway.phones import NumberUnreadable, parse_number
from gateway.store import member_list, staff, units

blueprint = Blueprint("members", __name__)

LONGEST = 100


@blueprint.get("/members")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes. Numbers are typed into a form that posts, so that none lands in a log."""
    rt = runtime()
    name, where = request.args.get("q", "").strip()[:LONGEST], request.args.get("unit", "")[:300]
    with unit_of_work(rt.engine) as unit:
        place = chosen(unit.db, viewer.unit_path, where)[0] if where else None
        search = member_list.Search(name, None, place.path if place else None, request.args.get("after"))
        page = member_list.list_members(unit.db, viewer.unit_path, search)
        values = {
            "count": units.count_members(unit.db, viewer.unit_path),
            "places": choices(unit.db, viewer.unit_path),
        }
    here = {"q": name or None, "unit": label(place) if place else None}
    return render_template(
        "members/index.html",
        page=page,
        search=search,
        chosen_unit=here["unit"] or "",
        label=label,
        older=url_for("members.index", q=here["q"], unit=here["unit"], after=page.next_key)
        if page.next_key
        else None,
        first=url_for("members.index", q=here["q"], unit=here["unit"]) if search.after else None,
        **values,
        **WORDS,
    )


@blueprint.post("/members/by-number")
@may("see_members")
def by_number(viewer: Viewer) -> ResponseReturnValue:
    """Find who is on exactly this number; noted, because it tells who somebody is."""
    rt = runtime()
    typed = request.form.get("number", "").strip()[:LONGEST]
    try:
        index_of = rt.vault.index(parse_number(typed, rt.settings.country))
    except NumberUnreadable:
        index_of = b"\0"
    with unit_of_work(rt.engine) as unit:
        search = member_list.Search(number_index=index_of)
        page = member_list.list_members(unit.db, viewer.unit_path, search)
        staff.add_audit(unit.db, viewer.staff_id, "member-by-number", rt.clock(), found=len(page.rows))
        places = choices(unit.db, viewer.unit_path)
    return render_template(
        "members/index.html",
        page=page,
        search=search,
        chosen_unit="",
        label=label,
        places=places,
        count=None,
        older=None,
        first=None,
        **WORDS,
    )
