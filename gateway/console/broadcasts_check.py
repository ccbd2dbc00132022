"""The check page: who would be asked and who not, how it sounds, when it ends; then test, approve and start (journeys.md C7)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import func, select

from flows.sms_text import segments
from gateway.access import Viewer, may, runtime
from gateway.access.permissions import Role
from gateway.broadcasts import audience, draft, launch, ready, register
from gateway.broadcasts.audience import Filters
from gateway.broadcasts.size import size_of
from gateway.broadcasts.twice import find_same
from gateway.console import broadcasts_filters, broadcasts_list
from gateway.console.broadcasts_case import Case
from gateway.console.broadcasts_findings import findings, needs_test
from gateway.console.broadcasts_sounds import Sound, asked_of, sounds_of
from gateway.console.broadcasts_weight import shown_of
from gateway.console.broadcasts_words import WORDS
from gateway.console.formats import by_clock_of, moment
from gateway.console.locale import SPOKEN
from gateway.console.page import is_fragment
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.contact import hash_of
from gateway.deliveries.owe import VOICE
from gateway.errors import Conflict, NotAllowed
from gateway.models import Broadcast, PhoneNumber, Staff, Unit
from gateway.states import BroadcastState
from gateway.store import broadcast_list, staff
from gateway.store.units import is_under

blueprint = Blueprint("broadcasts_check", __name__)

MOST_TESTERS = 12
IN_THE_WAY = (
    *launch.NEVER,
    ready.LIST_UNREAD,
    "no-sound",
    "no-scrub",
)  # what the page itself says, and how to mend it
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
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        if broadcast.state != BroadcastState.DRAFT:
            flash(_too_late(unit, broadcast))
            return redirect(url_for("broadcasts_check.check", public_id=public_id))
        _check_seen(broadcast)
        errors = _unconfirmed(unit, broadcast) if broadcast.scheduled_at else {}
        if errors := errors | _unheard(unit, viewer, broadcast) | _unmade(broadcast):
            return check_page(viewer, public_id, errors)
        _approve(unit, viewer, broadcast)
        at = broadcast.scheduled_at
        by_clock_of(unit, unit.db.get_one(Unit, broadcast.unit_id).path)
    flash(
        gettext("Approved. It starts by itself: %(when)s.", when=moment(at))
        if at
        else gettext("Approved. Nothing is sent before somebody starts it.")
    )
    return redirect(url_for("broadcasts_check.check", public_id=public_id))


@blueprint.post("/broadcasts/<public_id>/start")
@may("send_broadcasts")
def start(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Start it now, approving it in the same breath where the viewer may; pressed twice it starts once.

    Where something got in the way since the page was looked at, nothing is done and the page says what.
    """
    try:
        errors = _start(viewer, public_id)
    except Conflict as error:
        if error.code not in IN_THE_WAY:
            raise
        errors = {"blockers": gettext("It did not start. What stands in the way is said below.")}
    if errors:
        return check_page(viewer, public_id, errors)
    return redirect(url_for("broadcasts_show.show", public_id=public_id))


def _start(viewer: Viewer, public_id: str) -> dict[str, str]:
    """Start it in one transaction; returns what must be confirmed first."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        if broadcast.state not in BEFORE:
            flash(_too_late(unit, broadcast))
            return {}
        if errors := _unconfirmed(unit, broadcast) | _unheard(unit, viewer, broadcast):
            return errors
        if broadcast.state == BroadcastState.DRAFT:
            _approve(unit, viewer, broadcast)
        _check_seen(broadcast)
        launch.start(unit, rt, broadcast)
        staff.add_audit(unit.db, viewer.staff_id, "start", rt.clock(), "broadcast", broadcast.id)
    return {}


def check_page(viewer: Viewer, public_id: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    """Render the page; the part that changes by itself is the fragment of the sounds."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        if row.broadcast.state not in BEFORE:
            return redirect(url_for("broadcasts_show.show", public_id=public_id))
        by_clock_of(unit, row.place.path)
    sounds = sounds_of(rt, row.broadcast)
    values: dict[str, Any] = {"row": row, "sounds": sounds, "errors": errors or {}, **WORDS}
    if is_fragment():
        return _sounds_fragment(values)
    with unit_of_work(rt.engine) as unit:
        values |= _judged(unit, viewer, row, sounds) | _people(unit, viewer, row)
    page = render_template(
        "broadcasts/check.html",
        asked={each.language: asked_of(rt, row.broadcast, each.language) for each in sounds},
        must_test=needs_test(viewer, row.broadcast),
        seen=hash_of(row.broadcast),
        segments=segments,
        **values,
    )
    return make_response(page, 422) if errors else page


def _judged(unit: UnitOfWork, viewer: Viewer, row: broadcast_list.Row, sounds: list[Sound]) -> dict[str, Any]:
    """What stands in the way, what it weighs."""
    rt, broadcast = runtime(), row.broadcast
    size, same = size_of(unit, rt, broadcast), find_same(unit, rt, broadcast)
    case = Case(
        rt=rt,
        viewer=viewer,
        broadcast=broadcast,
        place=row.place,
        size=size,
        sounds=sounds,
        silences=broadcast_list.list_silences(unit.db, rt.clock()),
        uncovered=register.count_uncovered(unit, rt, broadcast),
        same=same,
        gone=_gone(unit, broadcast),
        others=_others_under_way(unit, viewer, broadcast),
        untried=draft.untried_languages(unit, broadcast),
    )
    weight = shown_of(size, broadcast, rt.clock())
    return {"found": findings(case), "same": same, "wants_second": size.wants_second, **weight}


def _people(unit: UnitOfWork, viewer: Viewer, row: broadcast_list.Row) -> dict[str, Any]:
    """Examples of who is asked, who may approve, whose phones may ring for a test."""
    own = unit.db.get_one(Staff, viewer.staff_id)
    return {
        "sample": audience.sample(unit.db, row.broadcast) if viewer.may("see_members") else [],
        "only": broadcasts_filters.sentences(unit, row.broadcast.filters),
        "listed": broadcasts_list.reading_of(unit, viewer, row.broadcast.filters or {}),
        "tail": unit.db.get_one(PhoneNumber, own.number_id).tail if own.number_id else None,
        "testers": testers(unit, viewer, row.place.path),
        "others": _others(unit, viewer, row.place.path),
        "to_hear": _to_hear(unit, viewer, row.broadcast) if viewer.may("approve_broadcasts") else [],
    }


def testers(unit: UnitOfWork, viewer: Viewer, path: str) -> list[Staff]:
    """Name the colleagues whose phone may ring with a test: those at or below the viewer's unit, or above the broadcast's,
    who kept a number with their account.
    """
    near = {each.id: each for each in staff.list_staff(unit.db, viewer.unit_path)}
    near |= {each.id: each for each in staff.list_above(unit.db, path)}
    able = [each for each in near.values() if each.number_id is not None and each.id != viewer.staff_id]
    return sorted(able, key=lambda each: each.name)[:MOST_TESTERS]


def _approve(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> None:
    rt = runtime()
    if not viewer.may("approve_broadcasts"):
        raise NotAllowed("somebody else must approve it first", "not-approved")
    _check_seen(broadcast)
    if broadcast.state == BroadcastState.DRAFT and needs_test(viewer, broadcast):
        raise NotAllowed("make a test call first", "not-tested")
    launch.approve(unit, rt, broadcast, viewer.staff_id)
    said = request.form.getlist("heard")
    how: dict[str, Any] = {
        "without_test": broadcast.tested_at is None,
        "heard": [each for each in SPOKEN if each in said],
    }
    staff.add_audit(unit.db, viewer.staff_id, "approve", rt.clock(), "broadcast", broadcast.id, **how)


def _check_seen(broadcast: Broadcast) -> None:
    if request.form.get("seen") != hash_of(broadcast):
        raise Conflict("the words changed while you were looking at them")


def _unconfirmed(unit: UnitOfWork, broadcast: Broadcast) -> dict[str, str]:
    """What is said where the same goes to the same people today, and nobody confirmed that it shall."""
    if request.form.get("twice") or find_same(unit, runtime(), broadcast) is None:
        return {}
    return {"twice": gettext("Confirm that it shall go out twice.")}


def _unheard(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> dict[str, str]:
    """What is said where a language was neither tried on a phone nor, as the viewer confirms, listened to."""
    left = [each for each in _to_hear(unit, viewer, broadcast) if each not in request.form.getlist("heard")]
    if not left:
        return {}
    names = ", ".join(SPOKEN.get(each, each) for each in left)
    return {"heard": gettext("Listen to it first in: %(languages)s. Then say so here.", languages=names)}


def _unmade(broadcast: Broadcast) -> dict[str, str]:
    """What is said where a language has no sound yet: what nobody can hear, nobody approves."""
    if not launch.languages_without_sound(runtime(), broadcast):
        return {}
    return {"blockers": gettext("It was not approved. What stands in the way is said below.")}


def _to_hear(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> list[str]:
    """The languages of a draft's sounds that this viewer must listen to; an administrator may go without (console.md 1a)."""
    is_asked = broadcast.kind == VOICE and broadcast.state == BroadcastState.DRAFT
    if not is_asked or viewer.role == Role.ADMINISTRATOR:
        return []
    return draft.untried_languages(unit, broadcast)


def _too_late(unit: UnitOfWork, broadcast: Broadcast) -> str:
    """Say to whoever pressed second what the first one did."""
    if broadcast.state == BroadcastState.APPROVED:
        by = unit.db.get(Staff, broadcast.approver_id) if broadcast.approver_id else None
        return str(
            gettext("%(name)s has approved it already.", name=by.name if by else gettext("the command line"))
        )
    return str(gettext("Somebody was faster: it is %(state)s.", state=WORDS["state_word"](broadcast).word))


def _gone(unit: UnitOfWork, broadcast: Broadcast) -> str | None:
    try:
        ready.check_filters(unit.db, Filters.of(broadcast.filters or {}))
    except Conflict as error:
        return error.code
    return None


def _others_under_way(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> int:
    """Count what else uses the lines now, as far as the viewer may know of it: no count tells of another unit."""
    under_way = (BroadcastState.STARTING, BroadcastState.RUNNING)
    query = (
        select(func.count(Broadcast.id))
        .join(Unit, Unit.id == Broadcast.unit_id)
        .where(is_under(Unit.path, viewer.unit_path))
        .where(Broadcast.state.in_(under_way), Broadcast.kind == broadcast.kind)
    )
    return unit.db.scalars(query).one()


def _others(unit: UnitOfWork, viewer: Viewer, path: str) -> list[str]:
    """Name who else may approve it: at this unit or above."""
    able = [
        each
        for each in staff.list_above(unit.db, path)
        if each.role in ("administrator", "coordinator", "approver") and each.id != viewer.staff_id
    ]
    return [each.name for each in able][:5]


def _sounds_fragment(values: dict[str, Any]) -> ResponseReturnValue:
    answer = make_response(render_template("broadcasts/sounds.html", polled=True, **values))
    if all(each.key for each in values["sounds"]):
        answer.headers["X-Finished"] = "1"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
