"""The breach kit at the console: begin one, say whom it is about, see the clock, draft the notices, hand out the list (L14)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Breach, Broadcast, Unit
from gateway.rights import breach as room
from gateway.store import breaches, units

blueprint = Blueprint("house_breaches", __name__)

FIELDS = {"title": 200, "unit": 300, "noticed": 16, "happened": 2000, "kinds": 300, "done": 2000}
LARGEST_LIST = 2_000_000
Deed = Callable[[UnitOfWork, Breach, Unit], None]


@blueprint.get("/house/breaches")
@may("work_on_breaches")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List them, each with its clock, and the form that begins one."""
    return _index(viewer, {}, {})


@blueprint.post("/house/breaches")
@may("work_on_breaches")
def begin(viewer: Viewer) -> ResponseReturnValue:
    """Begin one; the clock runs from when it was noticed."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    noticed_at, errors = _instant(given["noticed"]), {}
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
        if problem or place is None:
            errors["unit"] = problem or gettext("Choose a unit.")
        if not given["title"]:
            errors["title"] = gettext("Say in a few words what happened.")
        if noticed_at is None or noticed_at > rt.clock():
            errors["noticed"] = gettext("Give day and hour, not in the future.")
        if not errors and place is not None and noticed_at is not None:
            what = {name: given[name] for name in ("happened", "kinds", "done")}
            made = room.begin(
                unit,
                rt,
                title=given["title"],
                place=place,
                noticed_at=noticed_at,
                what=what,
                staff_id=viewer.staff_id,
            )
    if errors:
        return _index(viewer, given, errors), 422
    return redirect(url_for("house_breaches.show", public_id=made.public_id))


@blueprint.get("/house/breaches/<public_id>")
@may("work_on_breaches")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one: the clock, the figures, whom it is about (masked), the notices, the board's text."""
    rt = runtime()
    after = request.args.get("after", 0, type=int)
    with unit_of_work(rt.engine) as unit:
        found, place = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        people = breaches.list_affected(unit.db, found.id, after, breaches.PAGE + 1)
        values: dict[str, Any] = {
            "figures": room.figures(unit, found),
            "board": room.board_text(unit, rt, found, place),
            "notices": [unit.db.get_one(Broadcast, each) for each in found.broadcast_ids],
            "places": choices(unit.db, place.path),
            "chosen_unit": label(place),
        }
    has_more = len(people) > breaches.PAGE
    people = people[: breaches.PAGE]
    here = url_for("house_breaches.show", public_id=public_id)
    return render_template(
        "house/breach.html",
        breach=found,
        place=place,
        label=label,
        people=people,
        deadline=room.deadline(found),
        left=(room.deadline(found) - rt.clock()).total_seconds(),
        older=url_for("house_breaches.show", public_id=public_id, after=people[-1].id) if has_more else None,
        first=here if after else None,
        **values,
    )


@blueprint.post("/house/breaches/<public_id>/below")
@may("work_on_breaches")
def add_below(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take in everybody at or below a unit, or those of one language."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        found, place = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        where, problem = chosen(unit.db, place.path, request.form.get("unit", "")[:300])
        if where is None:
            flash(problem or gettext("Choose a unit."))
        else:
            language = request.form.get("language", "")[:8] or None
            added = room.add_below(unit, rt, found, where, language, viewer.staff_id)
            flash(gettext("%(n)s members were taken in.", n=added))
    return redirect(url_for("house_breaches.show", public_id=public_id))


@blueprint.post("/house/breaches/<public_id>/numbers")
@may("work_on_breaches")
def add_numbers(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take in whoever is on these numbers: typed, or in a file, one a line."""
    rt = runtime()
    file = request.files.get("file")
    content = file.stream.read(LARGEST_LIST + 1) if file else b""
    if len(content) > LARGEST_LIST:
        raise Conflict("this list is larger than 2 MB: hand it in in parts")
    lines = [
        *request.form.get("numbers", "").splitlines(),
        *content.decode("utf-8-sig", "replace").splitlines(),
    ]
    with unit_of_work(rt.engine) as unit:
        found, place = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        taken = room.add_numbers(unit, rt, found, place, lines, viewer.staff_id)
    flash(
        gettext(
            "%(n)s members were taken in; %(bad)s lines are no numbers.", n=taken.added, bad=taken.unreadable
        )
    )
    return redirect(url_for("house_breaches.show", public_id=public_id))


@blueprint.post("/house/breaches/<public_id>/notice")
@may("work_on_breaches")
def notice(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Draft the notice as calls or as SMS, and open it to be finished."""
    rt = runtime()
    kind = "sms" if request.form.get("kind") == "sms" else "voice"
    with unit_of_work(rt.engine) as unit:
        found, place = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        made = room.draft_notice(unit, rt, found, place, kind, viewer.staff_id)
    return redirect(url_for("broadcasts_show.show", public_id=made.public_id))


@blueprint.post("/house/breaches/<public_id>/export")
@may("work_on_breaches")
def export(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Hand out the list for the board: whole numbers, harmless in a spreadsheet; noted."""
    rt, out = runtime(), io.StringIO()
    with unit_of_work(rt.engine) as unit:
        found, _ = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        room.export(unit, rt, found, out, viewer.staff_id)
    answer = Response("\ufeff" + out.getvalue(), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=breach-{public_id}.csv"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/house/breaches/<public_id>/board-told")
@may("work_on_breaches")
def board_told(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    return _do(
        viewer, public_id, lambda unit, found: room.board_told(unit, runtime(), found, viewer.staff_id)
    )


@blueprint.post("/house/breaches/<public_id>/members-told")
@may("work_on_breaches")
def members_told(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    return _do(
        viewer, public_id, lambda unit, found: room.members_told(unit, runtime(), found, viewer.staff_id)
    )


@blueprint.post("/house/breaches/<public_id>/close")
@may("work_on_breaches")
def close(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    return _do(viewer, public_id, lambda unit, found: room.close(unit, runtime(), found, viewer.staff_id))


def _do(viewer: Viewer, public_id: str, deed: Callable[[UnitOfWork, Breach], None]) -> ResponseReturnValue:
    with unit_of_work(runtime().engine) as unit:
        found, _ = breaches.get_breach(unit.db, viewer.unit_path, public_id)
        deed(unit, found)
    return redirect(url_for("house_breaches.show", public_id=public_id))


def _index(viewer: Viewer, given: dict[str, str], errors: dict[str, str]) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        found = breaches.list_breaches(unit.db, viewer.unit_path)
        places = choices(unit.db, viewer.unit_path)
        own = label(units.get_unit(unit.db, viewer.unit_id))
    now = rt.clock().astimezone(rt.profile.timezone)
    return render_template(
        "house/breaches.html",
        breaches=found,
        left={each.breach.id: (room.deadline(each.breach) - rt.clock()).total_seconds() for each in found},
        deadlines={each.breach.id: room.deadline(each.breach) for each in found},
        given={"unit": own, "noticed": now.strftime("%Y-%m-%dT%H:%M"), **given},
        errors=errors,
        places=places,
        label=label,
    )


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=runtime().profile.timezone)
