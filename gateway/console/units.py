"""The tree of units, a level at a time, with what lies below each; search; adding and changing one."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.units_choice import choices, label
from gateway.console.units_words import CHOICES, KINDS, sentence_of, told
from gateway.content import SPOKEN
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Unit
from gateway.store import overlays, unit_counts, unit_history, unit_list, units
from gateway.store.staff import add_audit
from gateway.store.unit_history import Change
from gateway.units import change as changes
from gateway.units.change import By
from gateway.units.refusals import CannotChange

blueprint = Blueprint("units", __name__)

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
        lines = units.list_lines(unit.db, found, viewer.unit_path)
    return render_template("units/found.html", words=words, found=found, lines=lines, kinds=KINDS)


@blueprint.get("/units/<int:unit_id>")
@may("see_members")
def show(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Show one unit with what lies right under it; the address of a merged one leads to what it is part of now."""
    with unit_of_work(runtime().engine) as unit:
        kept_id = unit_list.get_visible(unit.db, viewer.unit_path, unit_id).merged_into_id
    if kept_id is not None:
        flash(gettext("The unit that you looked for is part of this one now."))
        return redirect(url_for("units.show", unit_id=kept_id))
    return page(viewer, unit_id)


@blueprint.post("/units/<int:unit_id>/add")
@may("change_units")
def add(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Add a unit under this one; sent twice, the second finds the code taken."""
    given = {name: request.form.get(name, "").strip() for name in ("code", "name", "kind")}
    errors = _errors(given)
    try:
        with unit_of_work(runtime().engine) as unit:
            unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
            if not errors:
                changes.add(unit, runtime(), by(viewer), unit_id, **given)
    except CannotChange as refusal:
        errors["kind" if refusal.code == "kind-above" else "code"] = sentence_of(refusal)
    if errors:
        return make_response(page(viewer, unit_id, given, errors), 422)
    flash(gettext("%(name)s is added.", name=given["name"]))
    return redirect(url_for("units.show", unit_id=unit_id))


@blueprint.post("/units/<int:unit_id>/change")
@may("change_units")
def change(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Change name, language and the clock that counts here."""
    rt = runtime()
    name, language = request.form.get("own-name", "").strip(), request.form.get("language", "")
    zone = request.form.get("zone", "").strip()
    errors = {}
    if zone and zone not in available_timezones():
        errors["zone"] = gettext(
            "There is no clock of this name. Write it as Asia/Kathmandu, or leave it empty."
        )
    if not 0 < len(name) <= LONGEST_NAME:
        errors["own-name"] = gettext("Write a name of at most %(n)s letters.", n=LONGEST_NAME)
    try:
        with unit_of_work(rt.engine) as unit:
            unit_list.get_visible(unit.db, viewer.unit_path, unit_id)
            if not errors:
                place = changes.rename(unit, rt, by(viewer), unit_id, name)
                spoken = language if language in SPOKEN[rt.settings.country] else None
                if (place.language, place.zone or "") != (spoken, zone):
                    place.language, place.zone = spoken, zone or None
                    add_audit(unit.db, viewer.staff_id, "unit-changed", rt.clock(), "unit", unit_id, unit_id)
    except CannotChange as refusal:
        errors["own-name"] = sentence_of(refusal)
    if errors:
        return make_response(page(viewer, unit_id, {}, errors), 422)
    flash(gettext("Kept."))
    return redirect(url_for("units.show", unit_id=unit_id))


def by(viewer: Viewer) -> By:
    """Who changes the tree, and in which part of it."""
    return By(viewer.staff_id, viewer.unit_path)


def page(
    viewer: Viewer, unit_id: int, given: dict[str, str] | None = None, errors: dict[str, str] | None = None
) -> str:
    """Render one unit, with its forms as they were filled in where they came back."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        values = _values(unit, viewer, unit_list.get_visible(unit.db, viewer.unit_path, unit_id))
    return render_template(
        "units/show.html",
        given=given or {},
        errors=errors or {},
        kinds=KINDS,
        offered=CHOICES,
        label=label,
        tongues=SPOKEN[rt.settings.country],
        zone=rt.profile.zone,
        **values,
    )


def _values(unit: UnitOfWork, viewer: Viewer, place: Unit) -> dict[str, Any]:
    db = unit.db
    return {
        "place": place,
        "is_movable": place.path != viewer.unit_path and place.parent_id is not None,
        "line": units.list_lines(db, [place], viewer.unit_path)[place.id],
        "level": unit_list.list_children(db, place, request.args.get("after", type=int)),
        "closed": unit_list.list_closed(db, place),
        "below": unit_counts.below(db, place.path),
        "own": unit_list.count_own(db, place.id),
        "posts": unit_list.list_posts(db, viewer.unit_path, place.id),
        "overlays": overlays.overlays_of(db, viewer.unit_path, place.path),
        "duty": unit_list.list_duty(db, place.id),
        "history": [(each, _told(each)) for each in unit_history.history(db, viewer.unit_path, place.id)],
        "choice": choices(db, viewer.unit_path),
    }


def _told(change: Change) -> str:
    """Units are named where the viewer may know them; kinds and names are as they were."""
    named = {}
    for name, value in change.details.items():
        if isinstance(value, int):
            named[name] = change.units[value].name if value in change.units else gettext("another unit")
        elif value is not None:
            named[name] = str(KINDS.get(value, value)) if change.action == "retyped" else value
    return told(change.action, named)


def _errors(given: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not CODE.fullmatch(given["code"]):
        errors["code"] = gettext("Write a short code without spaces.")
    if not 0 < len(given["name"]) <= LONGEST_NAME:
        errors["name"] = gettext("Write a name of at most %(n)s letters.", n=LONGEST_NAME)
    if given["kind"] not in CHOICES:
        errors["kind"] = gettext("Choose what kind of unit it is.")
    return errors
