"""Classes of trainers: the digits that a trainer tells, who has joined with them, and closing one that is over (S0-14)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import codes, forms
from gateway.access import Viewer, may, runtime
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.forms import NumberRefused
from gateway.store import join_codes, units

blueprint = Blueprint("members_classes", __name__)

FIELDS = ("title", "unit", "phone")


@blueprint.get("/members/classes")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List the classes that are open at or below the viewer's unit."""
    return _page(viewer, {}, {})


@blueprint.post("/members/classes")
@may("change_members")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Open a class and show its digits."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:300] for name in FIELDS}
    errors: dict[str, str] = {}
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
        if problem:
            errors["unit"] = problem
        trainer_id = _trainer(unit, viewer, given["phone"], errors)
        if not errors and place is not None:
            made = codes.open_class(
                unit,
                rt,
                unit_id=place.id,
                trainer_id=trainer_id,
                title=given["title"][:200],
                staff_id=viewer.staff_id,
            )
            flash(gettext("The class is open. Its number is %(code)s.", code=made.code))
            return redirect(url_for("members_classes.index"))
    return make_response(_page(viewer, given, errors), 422)


@blueprint.post("/members/classes/<int:code_id>/close")
@may("change_members")
def close(viewer: Viewer, code_id: int) -> ResponseReturnValue:
    """The class is over: nobody joins with its number any more."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        code = join_codes.get_class(unit.db, viewer.unit_path, code_id)
        if code is None:
            raise NotFound("there is no such class")
        if code.closed_at is None:
            codes.close_class(unit, rt, code, viewer.staff_id)
    flash(gettext("The class is closed. Who joined with it stays."))
    return redirect(url_for("members_classes.index"))


def _trainer(unit: UnitOfWork, viewer: Viewer, phone: str, errors: dict[str, str]) -> int | None:
    """The member who trains, by their number; None where no number was given."""
    if not phone:
        return None
    rt = runtime()
    try:
        known = forms.known_on(unit, rt, viewer.unit_path, forms.read_number(rt, phone))
    except NumberRefused:
        known = []
    trained = sorted(known, key=lambda pair: not pair[0].is_trained)
    if not trained:
        errors["phone"] = gettext("No member at or below your unit has this number.")
        return None
    return trained[0][0].id


def _page(viewer: Viewer, given: dict[str, str], errors: dict[str, str]) -> str:
    with unit_of_work(runtime().engine) as unit:
        rows = join_codes.list_classes(unit.db, viewer.unit_path)
        places = choices(unit.db, viewer.unit_path)
        own = label(units.get_unit(unit.db, viewer.unit_id))
    return render_template(
        "members/classes.html",
        rows=rows,
        places=places,
        label=label,
        given={**given, "unit": given.get("unit") or own},
        errors=errors,
    )
