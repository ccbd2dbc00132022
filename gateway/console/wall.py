"""The wall: one screen for the office, read from four metres, that keeps itself up to date (console.md 7)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from babel.dates import format_date
from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from gateway.access import Viewer, may, runtime
from gateway.console.broadcasts_bar import segments_of
from gateway.console.fragments import page_or_fragment
from gateway.control import wall
from gateway.db import unit_of_work
from gateway.store import unit_list

blueprint = Blueprint("wall", __name__)


@blueprint.get("/wall")
@may("see_control")
def show(viewer: Viewer) -> ResponseReturnValue:
    """Show the viewer's unit, or one below it that the address names."""
    rt = runtime()
    unit_id = request.args.get("unit", type=int)
    with unit_of_work(rt.engine) as unit:
        place = unit_list.get_visible(unit.db, viewer.unit_path, unit_id or viewer.unit_id)
        seen = wall.look(unit.db, rt, replace(viewer.sight, path=place.path))
    shown = place.id if unit_id else None
    values: dict[str, Any] = {"place": place, "wall": seen, "bars": {}}
    values["local"] = seen.at.astimezone(rt.profile.timezone)
    values["day"] = format_date(values["local"].date(), "EEEE, d MMMM", locale=get_locale())
    values["is_yesterday"] = seen.silence.day != values["local"].date()
    for broadcast, stand in seen.broadcasts:
        values["bars"][broadcast.id] = segments_of(broadcast, stand, with_links=False)
    values["fragment"] = url_for("wall.show", fragment="1", unit=shown)
    return page_or_fragment("control/wall.html", "control/wall_now.html", **values)
