"""The day's roll-up: whether and when a day is frozen, and who of staff may have it sent to their phone."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.access.permissions import Permission, Role, may_role
from gateway.console.house_daily import CLOCK
from gateway.db import unit_of_work
from gateway.store import rollups, staff
from gateway.store.rollups import RollupSetting

blueprint = Blueprint("house_rollup", __name__)

MAY_HAVE = tuple(str(role) for role in Role if may_role(role, Permission.SEE_CONTROL))


@blueprint.get("/house/rollup")
@may("change_units")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show what is set up, and how many have it sent."""
    with unit_of_work(runtime().engine) as unit:
        setting = rollups.find_setting(unit.db)
    return _page(viewer, setting, {})


@blueprint.post("/house/rollup")
@may("change_units")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep it, for the whole organisation."""
    rt = runtime()
    viewer.decide_for_all()
    given = RollupSetting(
        is_on=request.form.get("is_on") == "yes",
        hour=request.form.get("hour", ""),
        roles=tuple(each for each in request.form.getlist("roles") if each in MAY_HAVE),
    )
    if not CLOCK.fullmatch(given.hour):
        return make_response(_page(viewer, given, {"hour": str(gettext("Give an hour like 19:00."))}), 422)
    with unit_of_work(rt.engine) as unit:
        rollups.keep_setting(unit.db, given)
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "rollup-changed",
            rt.clock(),
            unit_id=viewer.unit_id,
            is_on=given.is_on,
            hour=given.hour,
            roles=list(given.roles),
        )
    flash(gettext("Kept."))
    return redirect(url_for("house_rollup.form"))


def _page(viewer: Viewer, given: RollupSetting, errors: dict[str, str]) -> str:
    with unit_of_work(runtime().engine) as unit:
        wanting = rollups.list_wanting(unit.db, given.roles)
    mine = [each for each, place in wanting if place.path.startswith(viewer.unit_path)]
    return render_template(
        "house/rollup.html",
        given=given,
        errors=errors,
        offered=MAY_HAVE,
        wanting=len(mine),
        may_change=viewer.is_top,
    )
