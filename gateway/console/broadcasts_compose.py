"""Writing a broadcast: one page of fieldsets, kept as a draft, then on to its check page (console.md 2, screen 1)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.exc import IntegrityError

from flows.sms_text import segments
from gateway.access import Viewer, may, runtime
from gateway.broadcasts import copies, draft
from gateway.console import broadcasts_filters, broadcasts_list, broadcasts_questions, broadcasts_weight
from gateway.console.broadcasts_form import BroadcastForm, blank_form, filled_form, form_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.formats import by_clock_of
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.contact import hash_of
from gateway.errors import Conflict
from gateway.models import Broadcast, Unit, new_public_id
from gateway.states import BroadcastState
from gateway.store import broadcast_list, money, staff, units, zones

blueprint = Blueprint("broadcasts_compose", __name__)

HINTS = 80  # units proposed: with three questions in Hindi the page holds fifty kilobytes
OPEN = (BroadcastState.DRAFT, BroadcastState.APPROVED)


@blueprint.get("/broadcasts/new")
@may("write_broadcasts")
def new(viewer: Viewer) -> ResponseReturnValue:
    """Show the empty form, or with `from` a copy of another broadcast."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        if request.args.get("from"):
            row = broadcast_list.get_row(unit.db, viewer.unit_path, request.args["from"])
            form = form_of(rt, row.broadcast, row.place, _zone(unit, row.place))
            form.public_id, form.seen = new_public_id(), ""
            form.course.when, form.course.at, form.course.expires = "now", "", ""
        else:
            place = units.get_unit(unit.db, viewer.unit_id)
            form = blank_form(rt, place, _zone(unit, place))
            form.course.budget = broadcasts_weight.usual_budget(money.find_money(unit.db, rt.profile.money))
    return _page(viewer, form, url_for("broadcasts_compose.create"))


@blueprint.post("/broadcasts/new")
@may("write_broadcasts")
def create(viewer: Viewer) -> ResponseReturnValue:
    """Keep a new draft; the same form sent twice makes one."""
    rt = runtime()
    form = _read(viewer)
    if _only_counts() or form.errors or form.place is None:
        return _again(viewer, form, url_for("broadcasts_compose.create"))
    try:
        with unit_of_work(rt.engine) as unit:
            if broadcast_list.find_id(unit.db, form.public_id) is None:
                made = draft.draft(unit, rt, place=form.place, author_id=viewer.staff_id, **form.values(rt))
                made.public_id = form.public_id
                _keep_origin(unit, viewer, made)
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
        zone = _zone(unit, row.place)
    if row.broadcast.state not in OPEN:
        raise Conflict("a broadcast that has started is changed no more")
    action = url_for("broadcasts_compose.change", public_id=public_id)
    return _page(viewer, form_of(rt, row.broadcast, row.place, zone), action)


@blueprint.post("/broadcasts/<public_id>/edit")
@may("write_broadcasts")
def change(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Keep a changed draft; its approval and its test call are void. Raises Conflict over a colleague's change."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
    form = _read(viewer)
    form.public_id = public_id
    if _only_counts() or form.errors or form.place is None:
        return _again(viewer, form, url_for("broadcasts_compose.change", public_id=public_id))
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        before, after = hash_of(broadcast), form.hash_of(rt)
        if form.seen not in (before, after):
            raise Conflict("somebody else changed this broadcast meanwhile")
        tested_at = broadcast.tested_at if after == before else None
        draft.change(unit, rt, broadcast, unit_id=form.place.id, tested_at=tested_at, **form.values(rt))
        staff.add_audit(unit.db, viewer.staff_id, "change", rt.clock(), "broadcast", broadcast.id)
    return _next(form)


@blueprint.post("/broadcasts/count")
@may("write_broadcasts")
def count(viewer: Viewer) -> ResponseReturnValue:
    """Say whom the form as it stands would reach, and what that takes; nothing is kept."""
    return _weight(viewer, _read(viewer, with_sounds=False))


def _read(viewer: Viewer, *, with_sounds: bool = True) -> BroadcastForm:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, request.form.get("unit", "")[:300])
        zone = _zone(unit, place or units.get_unit(unit.db, viewer.unit_id))
        filters = broadcasts_filters.read(unit, viewer.unit_path, request.form)
    # converts sounds: not inside a unit of work
    form = filled_form(rt, request, place, problem, zone, with_sounds=with_sounds)
    if with_sounds and (list_id := broadcasts_list.hand_in(viewer)):
        filters["list_id"] = list_id
    form.filters = filters
    return form


def _keep_origin(unit: UnitOfWork, viewer: Viewer, made: Broadcast) -> None:
    """Note of which broadcast it is a copy. Raises NotFound for one that the viewer may not know of."""
    if copied := request.form.get("copied"):
        made.parent_id = broadcast_list.get_broadcast(unit.db, viewer.unit_path, copied).id
        made.relation = copies.COPY


def _zone(unit: UnitOfWork, place: Unit) -> ZoneInfo:
    """The wall clock by which this unit's times are typed and shown."""
    return zones.profile_at(unit.db, runtime().profile, place.path).timezone


def _only_counts() -> bool:
    return request.form.get("then") == "count"


def _next(form: BroadcastForm) -> ResponseReturnValue:
    if request.form.get("then") == "list":
        return redirect(url_for("broadcasts.index"))
    return redirect(url_for("broadcasts_check.check", public_id=form.public_id))


def _again(viewer: Viewer, form: BroadcastForm, action: str) -> ResponseReturnValue:
    """The form with its words once more: counted only, or with what is wrong in it."""
    is_asked = _only_counts()
    page = _page(viewer, form, action, Markup(_weight(viewer, form)) if is_asked else "")
    return make_response(page, 200 if is_asked else 422)


def _weight(viewer: Viewer, form: BroadcastForm) -> str:
    rt = runtime()
    if form.place is None:
        return render_template("broadcasts/weight.html", problem=form.errors.get("unit"))
    is_blank = not (form.texts or form.sounds)
    broadcast = broadcasts_weight.of_form(rt, form)
    if is_blank:  # whom it could reach, in whatever language it will be written
        broadcast.texts = dict.fromkeys(form.languages, "…")
    with unit_of_work(rt.engine) as unit:
        by_clock_of(unit, form.place.path)
        shown = broadcasts_weight.weigh(unit, rt, broadcast)
    return render_template("broadcasts/weight.html", kind=form.kind, is_blank=is_blank, **shown, **WORDS)


def _page(viewer: Viewer, form: BroadcastForm, action: str, weight: str = "") -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        places = choices(unit.db, viewer.unit_path, hints=HINTS)
        only = broadcasts_filters.choices(unit, viewer)
        named = broadcasts_filters.named(unit, form.filters)
        holds = money.find_money(unit.db, rt.profile.money)
    return render_template(
        "broadcasts/compose.html",
        form=form,
        action=action,
        places=places,
        label=label,
        only=only,
        named=named,
        copied=request.values.get("copied") or request.args.get("from", ""),
        segments=segments,
        weight=weight,
        currency=holds.prices.currency,
        questions=broadcasts_questions.shown(form.questions),
        zone=form.course.zone.key,
        earliest=rt.clock().astimezone(form.course.zone).strftime("%Y-%m-%dT%H:%M"),
        **WORDS,
    )
