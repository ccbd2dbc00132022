"""A broadcast that runs or has run: the bar, what comes next, what went wrong, what became of it (console.md 2, screen 2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import local_times, rest, sums
from gateway.broadcasts.sums import Sums
from gateway.console.broadcasts_bar import causes_of, people_url, segments_of
from gateway.console.broadcasts_next import LIVE, comes_next, ending, pace_of, trouble_of
from gateway.console.broadcasts_outcome import outcome_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.formats import by_clock_of
from gateway.console.fragments import page_or_fragment
from gateway.console.page import is_fragment
from gateway.db import UnitOfWork, unit_of_work
from gateway.states import BroadcastState
from gateway.store import broadcast_list, broadcast_people, broadcast_results

blueprint = Blueprint("broadcasts_show", __name__)

LATELY = timedelta(hours=1)
SELDOM = 15  # seconds between two looks at the plots, which cost more than the bar


@blueprint.get("/broadcasts/<public_id>")
@may("see_broadcasts")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show how it stands; a draft is on its check page."""
    with unit_of_work(runtime().engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        by_clock_of(unit, row.place.path)
        if row.broadcast.started_at is None and row.broadcast.state != BroadcastState.STOPPED:
            return redirect(url_for("broadcasts_check.check", public_id=public_id))
        stand = sums.of_broadcast(unit.db, row.broadcast.id)
        values = _standing(unit, row, stand)
        if not is_fragment():
            values |= _outcome(unit, row, stand) | _afterwards(unit, viewer, row)
    answer = page_or_fragment("broadcasts/show.html", "broadcasts/stand.html", **values, **WORDS)
    return _told_when_over(answer, row, stand)


@blueprint.get("/broadcasts/<public_id>/results")
@may("see_broadcasts")
def results(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the plots and tables alone, as they are while it runs; on a page of its own the whole page is better."""
    with unit_of_work(runtime().engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        if not is_fragment():
            return redirect(
                url_for("broadcasts_show.show", public_id=public_id, units=request.args.get("units"))
            )
        by_clock_of(unit, row.place.path)
        stand = sums.of_broadcast(unit.db, row.broadcast.id)
        values = _outcome(unit, row, stand)
    page = render_template("broadcasts/results.html", broadcast=row.broadcast, **values, **WORDS)
    answer = Response(page, headers={"Retry-After": str(SELDOM)})
    answer.add_etag()
    answer.make_conditional(request)
    return _told_when_over(answer, row, stand)


def _told_when_over(answer: Response, row: broadcast_list.Row, stand: Sums) -> Response:
    if row.broadcast.state not in LIVE and not stand.in_progress:
        answer.headers["X-Finished"] = "1"  # the page stops asking
    return answer


def _standing(unit: UnitOfWork, row: broadcast_list.Row, stand: Sums) -> dict[str, Any]:
    rt, broadcast = runtime(), row.broadcast
    pace = pace_of(unit.db, rt, broadcast)
    return {
        "row": row,
        "stand": stand,
        "bar": segments_of(broadcast, stand),
        "causes_of_all": causes_of(broadcast, stand),
        "again_url": people_url(broadcast, "again"),
        "all_url": people_url(broadcast, "all"),
        "next_step": comes_next(broadcast, stand),
        "ending": ending(local_times.at_unit(unit.db, rt, broadcast), broadcast, stand, pace),
        "trouble": trouble_of(unit.db, rt, broadcast, stand),
        "a_minute": pace.a_minute,
        "is_live": broadcast.state in LIVE,
    }


def _outcome(unit: UnitOfWork, row: broadcast_list.Row, stand: Sums) -> dict[str, Any]:
    rt, broadcast = runtime(), row.broadcast
    is_live = broadcast.state in LIVE
    since = rt.clock() - LATELY
    return {
        "row": row,
        "outcome": outcome_of(unit.db, rt, row, stand, has_all_units=request.args.get("units") == "all"),
        "attempts": broadcast_people.last_attempts(unit.db, broadcast, since) if is_live else [],
        "is_live": is_live,
    }


def _afterwards(unit: UnitOfWork, viewer: Viewer, row: broadcast_list.Row) -> dict[str, Any]:
    """What may follow a broadcast that is over: how many of whom."""
    broadcast = row.broadcast
    is_over = broadcast.state in (BroadcastState.FINISHED, BroadcastState.STOPPED)
    may_send = broadcast.state == BroadcastState.FINISHED and viewer.may("send_broadcasts")
    return {
        "is_over": is_over,
        "rest": rest.count_rest(unit.db, broadcast) if may_send else 0,
        "answered": broadcast_results.count_answered(unit.db, broadcast.id) if is_over else 0,
    }
