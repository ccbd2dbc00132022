"""The tree of units, a level at a time, with the members below each; search; adding and changing one."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from gateway.access import Viewer, may, runtime
from gateway.content import SPOKEN
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Unit
from gateway.store import staff, unit_list, units

blueprint = Blueprint("units", __name__)

KINDS = {
    "state": lazy_gettext("state"),
    "district": lazy_gettext("district"),
    "assembly": lazy_gettext("assembly"),
    "block": lazy_gettext("block"),
    "ward": lazy_gettext("ward"),
    "panchayat": lazy_gettext("panchayat"),
    "village": lazy_gettext("village"),
    "booth": lazy_gettext("booth"),
    "organisation": lazy_gettext("organisation"),
}
CODE = re.compile(r"[^\s/]{1,64}")
LONGEST_NAME = 200


@blueprint.get("/units")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the viewer's own unit, or what a search finds."""
    words = request.args.get("q", "").strip()[:100]
    if not words:
        return page(viewer, viewer.unit_id)
    with unit_of_work(runtime().engine) as unit:
        found = unit_list.search(unit.db, viewer.unit_path, words)
        lines = {each.id: _line(unit, viewer, each) for each in found}
    return render_template("units/found.html", words=words, found=found, lines=lines, kinds=KINDS)


@blueprint.get("/units/<int:unit_id>")
@may("see_members")
def show(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Show one unit with what lies right under it."""
    return page(viewer, unit_id)


@blueprint.post("/units/<int:unit_id>/add")
@may("change_units")
def add(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Add a unit under this one; sent twice, the second finds the code taken."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip() for name in ("code", "name", "kind")}
    errors = _errors(given)
    with unit_of_work(rt.engine) as unit:
        parent = unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
        if not errors and units.find_unit_by_code(unit.db, given["code"]) is not None:
            errors["code"] = gettext("This code cannot be used: another unit has it.")
        if not errors:
            made = units.add_unit(unit.db, given["code"], given["name"], given["kind"], parent)
            staff.add_audit(unit.db, viewer.staff_id, "unit-added", rt.clock(), "unit", made.id)
    if errors:
        return make_response(page(viewer, unit_id, given, errors), 422)
    flash(gettext("%(name)s is added.", name=given["name"]))
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.post("/units/<int:unit_id>/change")
@may("change_units")
def change(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Change name and language."""
    rt = runtime()
    name, language = request.form.get("own-name", "").strip(), request.form.get("language", "")
    if not 0 < len(name) <= LONGEST_NAME:
        errors = {"own-name": gettext("Write a name of at most %(n)s letters.", n=LONGEST_NAME)}
        return make_response(page(viewer, unit_id, {}, errors), 422)
    with unit_of_work(rt.engine) as unit:
        place = unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
        place.name = name
        place.language = language if language in SPOKEN[rt.settings.country] else None
        staff.add_audit(unit.db, viewer.staff_id, "unit-changed", rt.clock(), "unit", unit_id)
    flash(gettext("Kept."))
    return redirect(url_for("units.show", unit_id=unit_id))


def page(
    viewer: Viewer, unit_id: int, given: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> str:
    """Render one unit, with its forms as they were filled in where they came back."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        place = unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
        values: dict[str, Any] = {
            "place": place,
            "line": _line(unit, viewer, place),
            "children": unit_list.list_children(unit.db, place),
            "own": unit_list.count_own(unit.db, place.id),
            "duty": unit_list.list_duty(unit.db, place.id),
        }
    return render_template(
        "units/show.html",
        given=given or {},
        errors=errors or {},
        kinds=KINDS,
        tongues=SPOKEN[rt.settings.country],
        **values,
    )


def _line(unit: UnitOfWork, viewer: Viewer, place: Unit) -> list[Unit]:
    """The units from the viewer's own down to this one; what lies above is not theirs to walk."""
    return [each for each in units.list_line(unit.db, place) if each.path.startswith(viewer.unit_path)]


def _errors(given: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not CODE.fullmatch(given["code"]):
        errors["code"] = gettext("Write a short code without spaces.")
    if not 0 < len(given["name"]) <= LONGEST_NAME:
        errors["name"] = gettext("Write a name of at most %(n)s letters.", n=LONGEST_NAME)
    if given["kind"] not in KINDS:
        errors["kind"] = gettext("Choose what kind of unit it is.")
    return errors
