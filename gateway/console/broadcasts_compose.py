"""Writing a broadcast: one page of fieldsets, kept as a draft, then on to its check page (console.md 2, screen 1)."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from flows.sms_text import segments
from gateway.access import Viewer, may, runtime
from gateway.broadcasts import draft
from gateway.console import broadcasts_filters
from gateway.console.broadcasts_form import BroadcastForm, blank_form, filled_form, form_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.units_choice import choices, chosen, label
from gateway.content import content_hash
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import new_public_id
from gateway.states import BroadcastState
from gateway.store import broadcast_list, staff, units

blueprint = Blueprint("broadcasts_compose", __name__)

OPEN = (BroadcastState.DRAFT, BroadcastState.APPROVED)


@blueprint.get("/broadcasts/new")
@may("write_broadcasts")
def new(viewer: Viewer) -> ResponseReturnValue:
    """Show the empty form, or with `from` a copy of another broadcast."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        if request.args.get("from"):
            row = broadcast_list.get_row(unit.db, viewer.unit_path, request.args["from"])
            form = form_of(rt, row.broadcast, row.place)
            form.public_id, form.seen, form.when, form.at = new_public_id(), "", "now", ""
        else:
            form = blank_form(rt, units.get_unit(unit.db, viewer.unit_id))
    return _page(viewer, form, url_for("broadcasts_compose.create"))


@blueprint.post("/broadcasts/new")
@may("write_broadcasts")
def create(viewer: Viewer) -> ResponseReturnValue:
    """Keep a new draft; the same form sent twice makes one."""
    rt = runtime()
    form = _read(viewer)
    if form.errors or form.place is None:
        return make_response(_page(viewer, form, url_for("broadcasts_compose.create")), 422)
    try:
        with unit_of_work(rt.engine) as unit:
            if broadcast_list.find_id(unit.db, form.public_id) is None:
                made = draft.draft(unit, rt, place=form.place, author_id=viewer.staff_id, **form.values(rt))
                made.public_id = form.public_id
                staff.add_audit(unit.db, viewer.staff_id, "draft", rt.clock(), "broadcast", made.id)
    except IntegrityError as error:  # both sendings of a double click came at once: the other one made it
        if "public_id" not in str(error.orig):
            raise
    return _next(form)


@blueprint.get("/broadcasts/<public_id>/edit")
@may("write_broadcasts")
def edit(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the form of a draft."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
    if row.broadcast.state not in OPEN:
        raise Conflict("a broadcast that has started is changed no more")
    action = url_for("broadcasts_compose.change", public_id=public_id)
    return _page(viewer, form_of(rt, row.broadcast, row.place), action)


@blueprint.post("/broadcasts/<public_id>/edit")
@may("write_broadcasts")
def change(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Keep a changed draft; its approval and its test call are void. Raises Conflict over a colleague's change."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
    form = _read(viewer)
    form.public_id = public_id
    if form.errors or form.place is None:
        return make_response(
            _page(viewer, form, url_for("broadcasts_compose.change", public_id=public_id)), 422
        )
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        unit.db.refresh(broadcast, with_for_update=True)
        before = content_hash(broadcast.kind, broadcast.texts, broadcast.sounds)
        values = form.values(rt)
        after = content_hash(form.kind, form.texts, form.sounds)
        if form.seen not in (before, after):
            raise Conflict("somebody else changed this broadcast meanwhile")
        tested_at = broadcast.tested_at if after == before else None
        draft.change(unit, rt, broadcast, unit_id=form.place.id, tested_at=tested_at, **values)
        staff.add_audit(unit.db, viewer.staff_id, "change", rt.clock(), "broadcast", broadcast.id)
    return _next(form)


def _read(viewer: Viewer) -> BroadcastForm:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, request.form.get("unit", "")[:300])
        filters = broadcasts_filters.read(unit, viewer, request.form)
    form = filled_form(rt, request, place, problem)  # converts sounds: not inside a unit of work
    form.filters = filters
    return form


def _next(form: BroadcastForm) -> ResponseReturnValue:
    if request.form.get("then") == "list":
        return redirect(url_for("broadcasts.index"))
    return redirect(url_for("broadcasts_check.check", public_id=form.public_id))


def _page(viewer: Viewer, form: BroadcastForm, action: str) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        places = choices(unit.db, viewer.unit_path)
        only = broadcasts_filters.choices(unit, viewer)
    return render_template(
        "broadcasts/compose.html",
        form=form,
        action=action,
        places=places,
        label=label,
        only=only,
        segments=segments,
        zone=rt.profile.zone,
        earliest=rt.clock().astimezone(rt.profile.timezone).strftime("%Y-%m-%dT%H:%M"),
        **WORDS,
    )
