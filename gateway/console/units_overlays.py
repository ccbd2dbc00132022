"""Constituencies over units and wings of members: the list, one of them, adding and taking out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.units import CODE, LONGEST_NAME, by
from gateway.console.units_choice import choices, chosen, label
from gateway.console.units_words import OVERLAY_KINDS, sentence_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.store import member_list, overlays, unit_list
from gateway.store.member_list import Search
from gateway.store.overlays import PAGE
from gateway.units import overlays as changes
from gateway.units.refusals import CannotChange

blueprint = Blueprint("units_overlays", __name__)

Errors = dict[str, str]
FOUND = 10


@blueprint.get("/units/overlays")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List what belongs to units at or below the viewer's."""
    return _list(viewer, {}, {})


@blueprint.post("/units/overlays")
@may("change_units")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Make one that belongs to a unit of the viewer's."""
    given = {name: request.form.get(name, "").strip()[:300] for name in ("name", "code", "kind", "unit")}
    errors = _errors(given)
    try:
        with unit_of_work(runtime().engine) as work:
            place, problem = chosen(work.db, viewer.unit_path, given["unit"])
            if problem or place is None:
                errors["unit"] = problem or ""
            elif not errors:
                overlay = changes.add(
                    work, runtime(), by(viewer), place.id, given["code"], given["name"], given["kind"]
                )
    except CannotChange as refusal:
        errors["code"] = sentence_of(refusal)
    if errors:
        return make_response(_list(viewer, given, errors), 422)
    flash(gettext("%(name)s is added.", name=given["name"]))
    return redirect(url_for("units_overlays.show", public_id=overlay.public_id))


@blueprint.get("/units/overlays/<public_id>")
@may("see_members")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one with its units or members."""
    return _page(viewer, public_id, {})


@blueprint.post("/units/overlays/<public_id>/rename")
@may("change_units")
def rename(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give it another name."""
    name = request.form.get("name", "").strip()
    wrong = {} if 0 < len(name) <= LONGEST_NAME else {"name": _name_error()}
    return _change(viewer, public_id, "name", lambda work: _renamed(work, viewer, public_id, name), wrong)


@blueprint.post("/units/overlays/<public_id>/close")
@may("change_units")
def close(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Close it: nobody is reached by it any more."""
    try:
        with unit_of_work(runtime().engine) as work:
            changes.close(work, runtime(), by(viewer), public_id)
    except CannotChange as refusal:
        flash(sentence_of(refusal))
    else:
        flash(gettext("Closed."))
    return redirect(url_for("units_overlays.index"))


@blueprint.post("/units/overlays/<public_id>/units")
@may("change_units")
def add_unit(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let a unit, with all under it, lie in a constituency."""

    def deed(work: UnitOfWork) -> str:
        place, problem = chosen(work.db, viewer.unit_path, request.form.get("unit", "")[:300])
        if place is None:
            return problem or ""
        try:
            changes.add_unit(work, runtime(), by(viewer), public_id, place.id)
        except NotFound:
            overlays.get_visible(work.db, viewer.unit_path, public_id)
            return str(gettext("This unit does not lie under the one that it belongs to."))
        return ""

    return _change(viewer, public_id, "unit", deed)


@blueprint.post("/units/overlays/<public_id>/units/<int:unit_id>/remove")
@may("change_units")
def remove_unit(viewer: Viewer, public_id: str, unit_id: int) -> ResponseReturnValue:
    """Take a unit out of a constituency."""

    def deed(work: UnitOfWork) -> str:
        changes.remove_unit(work, runtime(), by(viewer), public_id, unit_id)
        return ""

    return _change(viewer, public_id, "unit", deed)


@blueprint.post("/units/overlays/<public_id>/members")
@may("change_units")
def add_member(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let a member be of a wing."""

    def deed(work: UnitOfWork) -> str:
        changes.add_member(work, runtime(), by(viewer), public_id, request.form.get("member", ""))
        return ""

    return _change(viewer, public_id, "find", deed)


@blueprint.post("/units/overlays/<public_id>/members/<member_id>/remove")
@may("change_units")
def remove_member(viewer: Viewer, public_id: str, member_id: str) -> ResponseReturnValue:
    """Take a member out of a wing."""

    def deed(work: UnitOfWork) -> str:
        changes.remove_member(work, runtime(), by(viewer), public_id, member_id)
        return ""

    return _change(viewer, public_id, "find", deed)


def _change(
    viewer: Viewer,
    public_id: str,
    field: str,
    deed: Callable[[UnitOfWork], str],
    errors: Errors | None = None,
) -> ResponseReturnValue:
    """Do it and come back to the page; `deed` returns a sentence where it could not be done."""
    wrong = dict(errors or {})
    try:
        with unit_of_work(runtime().engine) as work:
            overlays.get_visible(work.db, viewer.unit_path, public_id)
            problem = "" if wrong else deed(work)
    except CannotChange as refusal:
        problem = sentence_of(refusal)
    if problem:
        wrong[field] = problem
    if wrong:
        return make_response(_page(viewer, public_id, wrong), 422)
    flash(gettext("Kept."))
    return redirect(url_for("units_overlays.show", public_id=public_id))


def _renamed(work: UnitOfWork, viewer: Viewer, public_id: str, name: str) -> str:
    changes.rename(work, runtime(), by(viewer), public_id, name)
    return ""


def _list(viewer: Viewer, given: dict[str, str], errors: Errors) -> str:
    with unit_of_work(runtime().engine) as work:
        values: dict[str, Any] = {
            "rows": overlays.list_overlays(work.db, viewer.unit_path),
            "choice": choices(work.db, viewer.unit_path),
        }
    return render_template(
        "units/overlays.html", given=given, errors=errors, kinds=OVERLAY_KINDS, label=label, **values
    )


def _page(viewer: Viewer, public_id: str, errors: Errors) -> str:
    after, words = request.args.get("after", "")[:16], request.args.get("find", "").strip()[:100]
    with unit_of_work(runtime().engine) as work:
        db = work.db
        overlay = overlays.get_visible(db, viewer.unit_path, public_id)
        place = unit_list.get_visible(db, viewer.unit_path, overlay.unit_id)
        members = overlays.members_of(db, viewer.unit_path, overlay.id, after)
        values: dict[str, Any] = {
            "overlay": overlay,
            "place": place,
            "count": overlays.count_members(db, overlay, viewer.unit_path),
            "units": overlays.units_of(db, viewer.unit_path, overlay.id),
            "members": members[:PAGE],
            "more": members[PAGE - 1][0].public_id if len(members) > PAGE else None,
            "words": words,
            "found": member_list.list_members(db, place.path, Search(name=words), FOUND).rows
            if words
            else [],
            "choice": choices(db, place.path),
        }
    return render_template(
        "units/overlay.html", errors=errors, given={}, kinds=OVERLAY_KINDS, label=label, **values
    )


def _errors(given: dict[str, str]) -> Errors:
    errors = {}
    if not 0 < len(given["name"]) <= LONGEST_NAME:
        errors["name"] = _name_error()
    if not CODE.fullmatch(given["code"]):
        errors["code"] = gettext("Write a short code without spaces.")
    if given["kind"] not in OVERLAY_KINDS:
        errors["kind"] = gettext("Choose what kind it is.")
    return errors


def _name_error() -> str:
    return str(gettext("Write a name of at most %(n)s letters.", n=LONGEST_NAME))
