"""Members: look up by name in any spelling, exact number, unit, post, tag; limited to the viewer's unit, numbers masked (L16)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.members_words import HANDSETS, WORDS
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.phones import NumberUnreadable, parse_number
from gateway.store import member_list, member_posts, staff, unit_counts

blueprint = Blueprint("members", __name__)

LONGEST = 100


@blueprint.get("/members")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes. Numbers are typed into a form that posts, so that none lands in a log."""
    where = request.args.get("unit", "")[:300]
    with unit_of_work(runtime().engine) as unit:
        place = chosen(unit.db, viewer.unit_path, where)[0] if where else None
        search = _search(place.path if place else None)
        page = member_list.list_members(unit.db, viewer.unit_path, search)
        values = _choices(unit, viewer)
        values["count"] = unit_counts.below(unit.db, viewer.unit_path).members
    here: dict[str, Any] = {
        "q": search.name or None,
        "unit": label(place) if place else None,
        "post": search.post or None,
        "tag": search.tag or None,
        "handset": search.handset or None,
        "booth": "none" if search.lacks_booth else None,
    }
    return render_template(
        "members/index.html",
        page=page,
        search=search,
        chosen_unit=here["unit"] or "",
        older=url_for("members.index", **here, after=page.next_key) if page.next_key else None,
        first=url_for("members.index", **here) if search.after else None,
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
        values = _choices(unit, viewer)
    here = {"chosen_unit": "", "count": None, "older": None, "first": None}
    return render_template("members/index.html", page=page, search=search, **here, **values, **WORDS)


def _search(unit_path: str | None) -> member_list.Search:
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in ("q", "post", "tag", "handset")}
    return member_list.Search(
        asked["q"],
        None,
        unit_path,
        request.args.get("after"),
        asked["post"],
        asked["tag"],
        asked["handset"] if asked["handset"] in HANDSETS else "",
        request.args.get("booth") == "none",
    )


def _choices(unit: UnitOfWork, viewer: Viewer) -> dict[str, Any]:
    return {
        "places": choices(unit.db, viewer.unit_path),
        "titles": member_posts.list_titles(unit.db, viewer.unit_path),
        "label": label,
    }
