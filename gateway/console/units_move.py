"""Moving, merging, closing a unit: first a page that says in numbers what will happen, then the deed; opening it again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.units import by, page
from gateway.console.units_check import Check, of_closing, of_merger, of_move
from gateway.console.units_choice import chosen
from gateway.console.units_words import sentence_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.units import change
from gateway.units.change import By
from gateway.units.merge import merge
from gateway.units.refusals import CannotChange

blueprint = Blueprint("units_move", __name__)


@blueprint.get("/units/<int:unit_id>/move")
@may("change_units")
def check_move(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Say what a move would do."""
    return _checked(viewer, unit_id, "under", of_move)


@blueprint.post("/units/<int:unit_id>/move")
@may("change_units")
def move(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Hang a unit on another one; sent twice, the second finds it there already."""
    return _done(viewer, unit_id, lambda work, rt, who, place, goal: change.move(work, rt, who, place, goal))


@blueprint.get("/units/<int:unit_id>/merge")
@may("change_units")
def check_merger(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Say what a merger would do."""
    return _checked(viewer, unit_id, "into", of_merger)


@blueprint.post("/units/<int:unit_id>/merge")
@may("change_units")
def merge_into(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Make a unit part of another one."""
    return _done(viewer, unit_id, merge)


@blueprint.get("/units/<int:unit_id>/close")
@may("change_units")
def check_close(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Say what closing would do."""
    return _checked(viewer, unit_id, None, of_closing)


@blueprint.post("/units/<int:unit_id>/close")
@may("change_units")
def close(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Close an empty unit."""
    return _done(viewer, unit_id, lambda work, rt, who, place, _: change.close(work, rt, who, place))


@blueprint.post("/units/<int:unit_id>/open")
@may("change_units")
def reopen(viewer: Viewer, unit_id: int) -> ResponseReturnValue:
    """Open a closed unit again."""
    return _done(viewer, unit_id, lambda work, rt, who, place, _: change.reopen(work, rt, who, place))


def _checked(
    viewer: Viewer, unit_id: int, field: str | None, check: Callable[[Session, Viewer, Unit, Unit], Check]
) -> ResponseReturnValue:
    """The page before a deed, or the unit's page with what is wrong."""
    given = {field: request.args.get(field, "")[:300]} if field else {}
    try:
        with unit_of_work(runtime().engine) as work:
            place = change.get_movable(work.db, by(viewer), unit_id)
            goal, problem = chosen(work.db, viewer.unit_path, given[field]) if field else (place, None)
            found = check(work.db, viewer, place, goal) if goal else None
    except CannotChange as refusal:
        found, problem = None, sentence_of(refusal)
    if found is None:
        return make_response(page(viewer, unit_id, given, {field or "close": problem or ""}), 422)
    return render_template("units/check.html", check=found)


def _done(
    viewer: Viewer, unit_id: int, deed: Callable[[UnitOfWork, Runtime, By, int, int], Unit]
) -> ResponseReturnValue:
    goal = request.form.get("goal", type=int) or 0
    try:
        with unit_of_work(runtime().engine) as work:
            place = deed(work, runtime(), by(viewer), unit_id, goal)
    except CannotChange as refusal:
        return make_response(page(viewer, unit_id, {}, {"deeds": sentence_of(refusal)}), 422)
    flash(gettext("Done."))
    return redirect(url_for("units.show", unit_id=place.id))
