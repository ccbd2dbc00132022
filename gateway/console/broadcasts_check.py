"""The check page: who would be asked and who not, how it sounds, when it ends; then test, approve and start (journeys.md C7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from flows.sms_text import segments
from gateway.access import Viewer, may, runtime
from gateway.broadcasts import audience, launch, register
from gateway.broadcasts.plan import Plan, plan
from gateway.console import broadcasts_filters
from gateway.console.broadcasts_findings import findings, longest, needs_test, sounds_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.formats import moment, number
from gateway.console.page import is_fragment
from gateway.content import content_hash
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotAllowed
from gateway.models import Broadcast, PhoneNumber, Staff
from gateway.rules.classes import MessageClass
from gateway.states import BroadcastState
from gateway.store import broadcast_list, staff

blueprint = Blueprint("broadcasts_check", __name__)

BEFORE = (BroadcastState.DRAFT, BroadcastState.APPROVED)


@blueprint.get("/broadcasts/<public_id>/check")
@may("see_broadcasts")
def check(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show what would happen; what has started is on its own page."""
    return check_page(viewer, public_id)


@blueprint.post("/broadcasts/<public_id>/approve")
@may("approve_broadcasts")
def approve(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Approve exactly what was seen; what has its own time then starts by itself."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = _locked(unit, viewer, public_id)
        _approve(unit, viewer, broadcast)
        at = broadcast.scheduled_at
    flash(
        gettext("Approved. It starts by itself: %(when)s.", when=moment(at))
        if at
        else gettext("Approved. Nothing is sent before somebody starts it.")
    )
    return redirect(url_for("broadcasts_check.check", public_id=public_id))


@blueprint.post("/broadcasts/<public_id>/start")
@may("send_broadcasts")
def start(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Start it now, approving it in the same breath where the viewer may; pressed twice it starts once."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = _locked(unit, viewer, public_id)
        if broadcast.state in BEFORE:
            if broadcast.state == BroadcastState.DRAFT:
                _approve(unit, viewer, broadcast)
            _check_seen(broadcast)
            launch.start(unit, rt, broadcast)
            staff.add_audit(unit.db, viewer.staff_id, "start", rt.clock(), "broadcast", broadcast.id)
    return redirect(url_for("broadcasts_show.show", public_id=public_id))


def check_page(viewer: Viewer, public_id: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    """Render the page; the part that changes by itself is the fragment of the sounds."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        if row.broadcast.state not in BEFORE:
            return redirect(url_for("broadcasts_show.show", public_id=public_id))
        people = audience.count(unit.db, row.broadcast)
        sample = audience.sample(unit.db, row.broadcast) if viewer.may("see_members") else []
        only = broadcasts_filters.sentences(unit, row.broadcast.filters)
        uncovered = register.count_uncovered(unit, rt, row.broadcast)
        silences = broadcast_list.list_silences(unit.db, rt.clock())
        own = unit.db.get_one(Staff, viewer.staff_id)
        tail = unit.db.get_one(PhoneNumber, own.number_id).tail if own.number_id else None
        others = _others(unit, viewer, row.place.path)
    sounds = sounds_of(rt, row.broadcast)
    values: dict[str, Any] = {"row": row, "sounds": sounds, "errors": errors or {}, **WORDS}
    if is_fragment():
        return _sounds_fragment(values)
    page = render_template(
        "broadcasts/check.html",
        audience=people,
        sample=sample,
        only=only,
        found=findings(rt, viewer, row.broadcast, row.place, people, sounds, silences, uncovered),
        ends=_ends(_planned(row.broadcast, people.count, longest(sounds))),
        must_test=needs_test(viewer, row.broadcast),
        tail=tail,
        others=others,
        seen=_hash(row.broadcast),
        segments=segments,
        zone=rt.profile.zone,
        **values,
    )
    return make_response(page, 422) if errors else page


def _approve(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> None:
    rt = runtime()
    if not viewer.may("approve_broadcasts"):
        raise NotAllowed("somebody else must approve it first", "not-approved")
    _check_seen(broadcast)
    if broadcast.state == BroadcastState.DRAFT and needs_test(viewer, broadcast):
        raise NotAllowed("make a test call first", "not-tested")
    launch.approve(unit, rt, broadcast, viewer.staff_id)
    how = {"without_test": broadcast.tested_at is None}
    staff.add_audit(unit.db, viewer.staff_id, "approve", rt.clock(), "broadcast", broadcast.id, **how)


def _check_seen(broadcast: Broadcast) -> None:
    if request.form.get("seen") != _hash(broadcast):
        raise Conflict("the words changed while you were looking at them")


def _hash(broadcast: Broadcast) -> str:
    return content_hash(broadcast.kind, broadcast.texts, broadcast.sounds)


def _locked(unit: UnitOfWork, viewer: Viewer, public_id: str) -> Broadcast:
    broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
    unit.db.refresh(broadcast, with_for_update=True)
    return broadcast


def _others(unit: UnitOfWork, viewer: Viewer, path: str) -> list[str]:
    """Name who else may approve it: at this unit or above."""
    able = [
        each
        for each in staff.list_above(unit.db, path)
        if each.role in ("administrator", "coordinator", "approver") and each.id != viewer.staff_id
    ]
    return [each.name for each in able][:5]


def _planned(broadcast: Broadcast, count: int, seconds: float) -> Plan:
    return plan(
        runtime(),
        kind=broadcast.kind,
        message_class=MessageClass(broadcast.message_class),
        count=count,
        seconds=seconds,
        at=broadcast.scheduled_at,
    )


def _ends(planned: Plan) -> dict[str, str | None]:
    """Say when the first round ends, and what a closing window leaves for later."""
    starts = None if planned.begins_at <= runtime().clock() else moment(planned.begins_at)
    if planned.ends_at is None:
        return {
            "starts": starts,
            "ends": gettext("This would take more than two weeks. Choose a smaller unit."),
        }
    ends = gettext("Ends about %(when)s.", when=moment(planned.ends_at))
    if planned.ends_at > planned.closes_at:
        ends = gettext(
            "Will not finish in one day: %(n)s before %(when)s, the rest until about %(end)s.",
            n=number(planned.before_closing),
            when=moment(planned.closes_at),
            end=moment(planned.ends_at),
        )
    return {"starts": starts, "ends": ends}


def _sounds_fragment(values: dict[str, Any]) -> ResponseReturnValue:
    answer = make_response(render_template("broadcasts/sounds.html", polled=True, **values))
    if all(each.key for each in values["sounds"]):
        answer.headers["X-Finished"] = "1"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
