"""The list of broadcasts: state, unit, and how each stands (look.md 6)."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import sums
from gateway.console.broadcasts_bar import segments_of
from gateway.console.broadcasts_words import WORDS
from gateway.db import unit_of_work
from gateway.states import BroadcastState
from gateway.store import broadcast_list, schedules, zones

blueprint = Blueprint("broadcasts", __name__)

B = BroadcastState
LATELY = timedelta(days=7)  # so long the page tells that something stopped to come again
FILTERS = {
    "draft": (_("Drafts"), (B.DRAFT,)),
    "approved": (_("Approved and scheduled"), (B.APPROVED,)),
    "running": (_("Running"), (B.STARTING, B.RUNNING, B.PAUSED)),
    "over": (_("Finished and stopped"), (B.FINISHED, B.STOPPED, B.FAILED)),
}


@blueprint.get("/broadcasts")
@may("see_broadcasts")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list, narrowed by state where the address says so."""
    wanted = request.args.get("state", "")
    states = FILTERS[wanted][1] if wanted in FILTERS else ()
    with unit_of_work(runtime().engine) as unit:
        since = runtime().clock() - LATELY
        stopped = schedules.count_stopped(unit.db, viewer.unit_path, since)
        page = broadcast_list.list_broadcasts(unit.db, viewer.unit_path, states, request.args.get("after"))
        stands = {
            row.broadcast.id: sums.of_broadcast(unit.db, row.broadcast.id)
            for row in page.rows
            if row.broadcast.started_at is not None
        }
        own_zones = zones.zones_of(unit.db, [row.place.path for row in page.rows])
    bars = {
        row.broadcast.id: segments_of(row.broadcast, stands[row.broadcast.id], with_links=False)
        for row in page.rows
        if row.broadcast.id in stands
    }
    return render_template(
        "broadcasts/index.html",
        page=page,
        stopped=stopped,
        stands=stands,
        bars=bars,
        zones=own_zones,
        filters=FILTERS,
        wanted=wanted if wanted in FILTERS else "",
        older=url_for("broadcasts.index", state=wanted or None, after=page.next_key)
        if page.next_key
        else None,
        first=url_for("broadcasts.index", state=wanted or None) if request.args.get("after") else None,
        **WORDS,
    )
