"""A broadcast that runs or has run: the bar, what comes next, and pause, go on, stop (console.md 2, screen 2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import launch, sums
from gateway.broadcasts.plan import plan
from gateway.broadcasts.sums import Sums
from gateway.console.broadcasts_bar import LIVE, causes_of, comes_next, people_url, segments_of, time_left
from gateway.console.broadcasts_findings import longest, sounds_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.fragments import page_or_fragment
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Broadcast
from gateway.rules.classes import MessageClass
from gateway.states import BroadcastState
from gateway.store import broadcast_list, broadcast_people, staff

blueprint = Blueprint("broadcasts_show", __name__)

A_MINUTE = timedelta(minutes=1)


@blueprint.get("/broadcasts/<public_id>")
@may("see_broadcasts")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show how it stands; a draft is on its check page."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        if row.broadcast.started_at is None and row.broadcast.state != BroadcastState.STOPPED:
            return redirect(url_for("broadcasts_check.check", public_id=public_id))
        values = _shown(unit, row)
    answer = page_or_fragment("broadcasts/show.html", "broadcasts/stand.html", **values, **WORDS)
    if row.broadcast.state not in LIVE and not values["stand"].in_progress:
        answer.headers["X-Finished"] = "1"  # the page stops asking
    return answer


@blueprint.post("/broadcasts/<public_id>/pause")
@may("send_broadcasts")
def pause(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """No new call begins from this second on."""
    return _do(
        viewer, public_id, BroadcastState.PAUSED, lambda unit, broadcast: launch.pause(unit, broadcast)
    )


@blueprint.post("/broadcasts/<public_id>/resume")
@may("send_broadcasts")
def resume(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Go on with whom is still to be tried."""
    rt = runtime()
    return _do(
        viewer, public_id, BroadcastState.RUNNING, lambda unit, broadcast: launch.resume(unit, rt, broadcast)
    )


@blueprint.post("/broadcasts/<public_id>/stop")
@may("send_broadcasts")
def stop(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """End it for good, also before it has begun."""
    rt = runtime()
    return _do(
        viewer, public_id, BroadcastState.STOPPED, lambda unit, broadcast: launch.stop(unit, rt, broadcast)
    )


def _do(
    viewer: Viewer,
    public_id: str,
    wanted: BroadcastState,
    deed: Callable[[UnitOfWork, Broadcast], None],
) -> ResponseReturnValue:
    """Do one deed; where it is done already, by a double click or a colleague, nothing more happens."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        unit.db.refresh(broadcast, with_for_update=True)
        if broadcast.state != wanted:
            deed(unit, broadcast)
            action = request.path.rpartition("/")[2]
            staff.add_audit(unit.db, viewer.staff_id, action, rt.clock(), "broadcast", broadcast.id)
    if wanted == BroadcastState.PAUSED:
        flash(gettext("Paused. No new call begins; those under way may finish."))
    if wanted == BroadcastState.STOPPED:
        flash(gettext("Stopped for good. Whoever was not reached yet is not called any more."))
    return redirect(url_for("broadcasts_show.show", public_id=public_id))


def _shown(unit: UnitOfWork, row: broadcast_list.Row) -> dict[str, Any]:
    rt, broadcast = runtime(), row.broadcast
    stand = sums.of_broadcast(unit.db, broadcast.id)
    since = rt.clock() - A_MINUTE
    a_minute = 0
    if broadcast.state == BroadcastState.RUNNING:
        a_minute = broadcast_people.count_attempts(unit.db, broadcast.id, since)
    return {
        "row": row,
        "stand": stand,
        "bar": segments_of(broadcast, stand),
        "causes_of_all": causes_of(broadcast, stand),
        "again_url": people_url(broadcast, "again"),
        "all_url": people_url(broadcast, "all"),
        "next_step": comes_next(broadcast, stand),
        "a_minute": a_minute,
        "left": _left(broadcast, stand, a_minute),
        "is_live": broadcast.state in LIVE,
        "places": broadcast_people.count_places(unit.db, broadcast.id, row.place.path),
        "attempts": broadcast_people.last_attempts(unit.db, broadcast.id),
    }


def _left(broadcast: Broadcast, stand: Sums, a_minute: int) -> str | None:
    if broadcast.state != BroadcastState.RUNNING:
        return None
    rt = runtime()
    law = MessageClass(broadcast.message_class)
    seconds = longest(sounds_of(rt, broadcast))
    planned = plan(rt, kind=broadcast.kind, message_class=law, count=stand.not_yet_tried, seconds=seconds)
    return time_left(stand, a_minute, planned.per_second)
