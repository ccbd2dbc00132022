"""The do-not-disturb register: a round begun for a unit, its numbers handed out, the operator's answer taken (L8)."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import scrubs
from gateway.access import Viewer, may, runtime
from gateway.console.formats import number
from gateway.console.units_choice import choices, chosen, label
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.people.refusals import ListUnreadable
from gateway.store import scrubs as kept
from gateway.suppressions import By

blueprint = Blueprint("scrubs", __name__)


@blueprint.get("/house/scrubs")
@may("see_suppressions")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the rounds, and where to begin one."""
    return _page(viewer)


@blueprint.post("/house/scrubs")
@may("export_members")
def begin(viewer: Viewer) -> ResponseReturnValue:
    """Begin a round for a unit and everything under it."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, request.form.get("unit", "")[:300])
        if place is not None:
            try:
                scrub = scrubs.ask(unit, rt, _by(viewer), place)
            except Conflict:
                problem = gettext("Of every member here we can show the consent, or nobody agreed yet.")
    if problem:
        return make_response(_page(viewer, {"unit": problem}), 422)
    flash(gettext("Download the numbers now, and bring the operator’s answer when it comes."))
    return redirect(url_for("scrubs.index", _anchor=scrub.public_id))


@blueprint.post("/house/scrubs/<public_id>/numbers.csv")
@may("export_members")
def numbers(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send the numbers of a round; that they went out is noted. By a form, so that no address can be passed on."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        scrub, place = kept.get_visible(unit.db, viewer.unit_path, public_id)
        lines = ["phone", *scrubs.hand_out(unit, rt, _by(viewer), scrub, place)]
    answer = Response("\r\n".join(lines) + "\r\n", content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename=register-{public_id}.csv"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/house/scrubs/<public_id>/answer")
@may("change_suppressions")
def take(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take the operator's file: its numbers are left alone from now on."""
    rt = runtime()
    file = request.files.get("answer")
    raw = file.read() if file else b""
    field = f"answer-{public_id}"
    if not raw:
        return make_response(_page(viewer, {field: gettext("Choose a file first.")}), 422)
    try:
        with unit_of_work(rt.engine) as unit:
            scrub, place = kept.get_visible(unit.db, viewer.unit_path, public_id)
            taken = scrubs.take_answer(unit, rt, _by(viewer), scrub, place, io.BytesIO(raw))
    except ListUnreadable:
        text = gettext("This file has no column of numbers. Its first line should say phone.")
        return make_response(_page(viewer, {field: text}), 422)
    except Conflict:
        text = gettext("No row of this file is a number that was asked about.")
        return make_response(_page(viewer, {field: text}), 422)
    flash(
        gettext(
            "%(listed)s numbers are listed and left alone. %(strange)s were not asked about, %(refused)s rows are no number.",
            listed=number(taken.listed),
            strange=number(taken.strange),
            refused=number(len(taken.refused)),
        )
    )
    return redirect(url_for("scrubs.index", _anchor=public_id))


def _page(viewer: Viewer, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        values: dict[str, Any] = {
            "rounds": kept.list_visible(unit.db, viewer.unit_path),
            "places": choices(unit.db, viewer.unit_path) if viewer.may("export_members") else None,
        }
    terms = {str(name): days for name, days in rt.profile.scrub_days.items()}
    return render_template(
        "house/scrubs.html",
        **values,
        terms=terms,
        label=label,
        errors=errors or {},
        typed=request.form.get("unit", ""),
    )


def _by(viewer: Viewer) -> By:
    return By(viewer.staff_id, viewer.unit_path)
