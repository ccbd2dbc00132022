"""Duty numbers of a unit: rung at once when a member of it, or below it, is in danger (journeys.md M2)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.units import page
from gateway.db import unit_of_work
from gateway.phones import NumberUnreadable, parse_number
from gateway.store import numbers, staff, unit_list

blueprint = Blueprint("units_duty", __name__)

LONGEST_NAME = 200


@blueprint.post("/units/<int:unit_id>/duty")
@may("change_units")
def add(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Add a number; from now on 3 is offered to members of this unit and below."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:LONGEST_NAME] for name in ("duty-name", "duty-number")}
    try:
        number = parse_number(given["duty-number"], rt.settings.country)
    except NumberUnreadable:
        errors = {"duty-number": gettext("This is not a number that can be called.")}
        return make_response(page(viewer, unit_id, given, errors), 422)
    with unit_of_work(rt.engine) as unit:
        unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
        number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
        unit_list.add_duty(unit.db, unit_id, number_id, given["duty-name"])
        staff.add_audit(unit.db, viewer.staff_id, "duty-added", rt.clock(), "unit", unit_id, unit_id)
    flash(gettext("This phone is rung when somebody is in danger."))
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.post("/units/<int:unit_id>/duty/<int:duty_id>/remove")
@may("change_units")
def remove(viewer: Viewer, unit_id: int, duty_id: int) -> ResponseReturnValue:
    """Take a number off duty."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
        unit.db.delete(unit_list.get_duty(unit.db, unit_id, duty_id))
        staff.add_audit(unit.db, viewer.staff_id, "duty-removed", rt.clock(), "unit", unit_id, unit_id)
    flash(gettext("This phone is no longer rung."))
    return redirect(url_for("units.show", unit_id=unit_id))
