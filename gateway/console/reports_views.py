"""Views of the inbox that are kept: named, shared with the staff of the unit, renamed, removed."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.access import Viewer, may, runtime
from gateway.console.reports_search import tidy
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.store import saved_views, staff

blueprint = Blueprint("reports_views", __name__)

LONGEST_NAME, LONGEST_QUERY = 60, 400


@blueprint.get("/reports/views")
@may("see_reports")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List one's own views with a form for each, and those that others share."""
    with unit_of_work(runtime().engine) as unit:
        views = saved_views.list_visible(unit.db, viewer.staff_id, viewer.unit_path)
        names = staff.names_of(unit.db, [each.staff_id for each in views])
    own = [each for each in views if each.staff_id == viewer.staff_id]
    shared = [each for each in views if each.staff_id != viewer.staff_id]
    return render_template("reports/views.html", own=own, shared=shared, names=names)


@blueprint.post("/reports/views")
@may("see_reports")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Keep the list that is open under a name."""
    query, name = tidy(request.form.get("query", "")), _name()
    here = redirect(f"{url_for('reports.index')}?{query}")
    if not name or len(query) > LONGEST_QUERY:
        flash(gettext("Give the view a name, of at most %(n)s letters.", n=LONGEST_NAME))
        return here
    rt = runtime()
    try:
        with unit_of_work(rt.engine) as unit:
            saved_views.add(unit.db, viewer.staff_id, name, query, _is_shared(), rt.clock())
    except Conflict:
        flash(gettext("You keep %(n)s views already. Remove one first.", n=saved_views.MOST))
        return here
    flash(gettext("Kept as “%(name)s”.", name=name))
    return here


@blueprint.post("/reports/views/<public_id>")
@may("see_reports")
def change(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give one's own view another name, share it or keep it to oneself."""
    with unit_of_work(runtime().engine) as unit:
        view = saved_views.get_own(unit.db, viewer.staff_id, public_id)
        view.name, view.is_shared = _name() or view.name, _is_shared()
    return _back(gettext("Changed."))


@blueprint.post("/reports/views/<public_id>/remove")
@may("see_reports")
def remove(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Forget one's own view; the reports stay."""
    with unit_of_work(runtime().engine) as unit:
        unit.db.delete(saved_views.get_own(unit.db, viewer.staff_id, public_id))
    return _back(gettext("Removed."))


def _name() -> str:
    return " ".join(request.form.get("name", "").split())[:LONGEST_NAME]


def _is_shared() -> bool:
    return request.form.get("is_shared") == "1"


def _back(text: str) -> Response:
    flash(text)
    return redirect(url_for("reports_views.index"))
