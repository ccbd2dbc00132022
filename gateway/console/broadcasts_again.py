"""Letting a broadcast come again: every week, every month, before an event; and the list of all that do."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import local_times, schedules
from gateway.console.broadcasts_again_form import AgainForm, read_form
from gateway.console.broadcasts_again_words import AGAIN_WORDS, refused
from gateway.console.broadcasts_words import WORDS
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.store import broadcast_list
from gateway.store import schedules as planned

blueprint = Blueprint("broadcasts_again", __name__)

SHOWN = 3  # of the next times


@blueprint.get("/broadcasts/schedules")
@may("see_broadcasts")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List what comes again, the next first, and what has ended."""
    with unit_of_work(runtime().engine) as unit:
        rows = [_row(unit, each) for each in planned.list_schedules(unit.db, viewer.unit_path)]
    return render_template("broadcasts/schedules.html", rows=rows, **AGAIN_WORDS)


@blueprint.post("/broadcasts/schedules/<public_id>/stop")
@may("send_broadcasts")
def stop(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let no further time of it come."""
    with unit_of_work(runtime().engine) as unit:
        found = planned.get_schedule(unit.db, viewer.unit_path, public_id)
        schedules.stop(unit, runtime(), found.schedule, viewer.staff_id)
    flash(gettext("It comes no more. What has begun goes on."))
    return redirect(url_for("broadcasts_again.index"))


@blueprint.get("/broadcasts/<public_id>/again")
@may("send_broadcasts")
def form(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show how it may come again, or how it does."""
    return _page(viewer, public_id, AgainForm())


@blueprint.post("/broadcasts/<public_id>/again")
@may("send_broadcasts")
def plan(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Plan it; what cannot be comes back with a sentence, nothing half done."""
    rt = runtime()
    filled = read_form(request.form)
    if filled.rule is not None:
        try:
            with unit_of_work(rt.engine) as unit:
                broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
                schedules.plan(unit, rt, broadcast, filled.rule, viewer.staff_id)
        except Conflict as problem:
            filled.errors["kind"] = refused(problem, filled)
    if filled.errors:
        return make_response(_page(viewer, public_id, filled), 422)
    flash(gettext("It comes again. Each time says exactly what was approved."))
    return redirect(url_for("broadcasts_again.index"))


def _page(viewer: Viewer, public_id: str, filled: AgainForm) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        there = planned.find_open(unit.db, row.broadcast.id)
        now = rt.clock().astimezone(local_times.profile_of(unit.db, rt, row.broadcast).timezone)
        found = (
            [_row(unit, planned.get_schedule(unit.db, viewer.unit_path, there.public_id))] if there else []
        )
        zone = local_times.profile_of(unit.db, rt, row.broadcast).zone
    return render_template(
        "broadcasts/again.html",
        row=row,
        rows=found,
        form=filled,
        zone=zone,
        today=now.date().isoformat(),
        **WORDS,
        **AGAIN_WORDS,
    )


def _row(unit: UnitOfWork, each: planned.Planned) -> dict[str, Any]:
    profile = local_times.profile_of(unit.db, runtime(), each.broadcast)
    times = schedules.next_times(runtime(), each.schedule, profile, SHOWN)
    return {
        **each._asdict(),
        "times": [at.astimezone(profile.timezone) for at in times],
        "zone": "" if profile.zone == runtime().profile.zone else profile.zone,
    }
