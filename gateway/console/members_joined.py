"""Newly joined: listen, write the name, choose the unit; what looks odd is cleared or refused; whose number is lost (M1, S4-59)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from gateway import number_changes as room
from gateway import placing, referrals
from gateway.access import Viewer, may, runtime
from gateway.console.units_choice import choices, chosen, label
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.runtime import Runtime
from gateway.store import joined, number_changes, staff, units

blueprint = Blueprint("members_joined", __name__)

FLAGS = {
    "self": _("on a number of the very person who brought them"),
    "one_handset": _("one person after the other on one phone"),
    "burst": _("more in a short time than one person brings"),
    "sequence": _("numbers one after the other"),
}
WAYS = {
    "call": _("by phone"),
    "sms": _("by SMS"),
    "form": _("on paper"),
    "list": _("by a list"),
    "console": _("at this desk"),
}
SAID = {
    "yes": _("On the old number the member said: yes, that is me."),
    "no": _("On the old number the member said that they keep it."),
    "stranger": _("Somebody else has the old number. It is not rung any more."),
}
SHOWN_FOR = timedelta(days=7)
LOST_FOR = timedelta(days=90)


@blueprint.get("/members/joined")
@may("change_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show what waits for a coordinator; changes nothing."""
    rt = runtime()
    after = request.args.get("after", "")
    with unit_of_work(rt.engine) as unit:
        rows, has_more = joined.list_waiting(
            unit.db, viewer.unit_path, int(after) if after.isdecimal() else 0
        )
        values = _shown(unit.db, rt, viewer, rows)
    return render_template(
        "members/joined.html",
        rows=rows,
        older=url_for("members_joined.index", after=rows[-1].enrolment.id) if has_more else None,
        first=url_for("members_joined.index") if after else None,
        **values,
    )


@blueprint.post("/members/joined/<public_id>/place")
@may("change_members")
def place(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Confirm where a new member belongs."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = joined.get_waiting(unit.db, viewer.unit_path, public_id)
        where, problem = chosen(unit.db, viewer.unit_path, request.form.get("unit", "")[:300])
        if where is None:
            flash(problem or "")
        else:
            name = request.form.get("name", "")[:1000]
            placing.place(unit, rt, row.enrolment, row.member, where, name, viewer.staff_id)
            flash(gettext("Placed in %(unit)s.", unit=where.name))
    return redirect(url_for("members_joined.index"))


@blueprint.post("/members/joined/<public_id>/clear")
@may("change_members")
def clear(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is an ordinary joining: it counts."""
    return _judge(viewer, public_id, referrals.clear, gettext("It counts."))


@blueprint.post("/members/joined/<public_id>/refuse")
@may("change_members")
def refuse(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Nobody is credited for it."""
    return _judge(viewer, public_id, referrals.refuse, gettext("It does not count. The member stays."))


@blueprint.get("/members/joined/notes/<public_id>.wav")
@may("change_members")
def note(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send the name or the village that somebody spoke; noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        found, member_id = joined.find_note(unit.db, viewer.unit_path, public_id)
        staff.add_audit(unit.db, viewer.staff_id, "voice-note-played", rt.clock(), "member", member_id)
    recording = rt.notes.clip_of(found.clip_key or "")
    if recording is None:
        raise NotFound("this recording has not been fetched yet")
    answer = Response(recording.content(), mimetype="audio/wav")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _judge(viewer: Viewer, public_id: str, deed: Any, text: str) -> ResponseReturnValue:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = joined.get_waiting(unit.db, viewer.unit_path, public_id)
        deed(unit, rt, row.enrolment, viewer.staff_id, row.place.id)
    flash(text)
    return redirect(url_for("members_joined.index"))


def _shown(db: Session, rt: Runtime, viewer: Viewer, rows: list[joined.JoinedRow]) -> dict[str, Any]:
    now = rt.clock()
    root = units.root_unit(db)
    changes = number_changes.list_open(db, viewer.unit_path)
    return {
        "count": joined.count_waiting(db, viewer.unit_path),
        "written": {row.member.id: placing.written_place(rt, row.enrolment) for row in rows},
        "alike": {row.member.id: joined.list_alike(db, viewer.unit_path, row.member) for row in rows},
        "changes": changes,
        "texts": {row.change.id: room.written(rt, row.change) for row in changes},
        "calls": {
            row.change.id: number_changes.call_state(db, row.change.id)
            for row in changes
            if row.change.asked_at
        },
        "lost": joined.list_lost(db, viewer.unit_path, now - LOST_FOR),
        "in_vain": joined.list_in_vain(db, viewer.unit_path, root.path, now - SHOWN_FOR),
        "places": choices(db, viewer.unit_path),
        "label": label,
        "root_id": root.id,
        "is_top": viewer.unit_id == root.id,
        "top_name": root.name,
        "flags": FLAGS,
        "ways": WAYS,
        "said": SAID,
    }
