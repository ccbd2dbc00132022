"""Adding one member by hand: a list of one row, so that the same rules hold as for a list of thousands."""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.lists_words import reason
from gateway.console.members_words import HOWS
from gateway.console.units_choice import choices, chosen, label
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.models import Unit
from gateway.people.members import import_members
from gateway.people.refusals import Imported
from gateway.store import units

blueprint = Blueprint("members_add", __name__)

COLUMNS = ("phone", "name", "language", "unit", "posts", "consent", "consent_date")
TAKEN_HOW = ("paper", "voice", "sms", "coordinator")


@blueprint.get("/members/new")
@may("change_members")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show the form."""
    with unit_of_work(runtime().engine) as unit:
        own = label(units.get_unit(unit.db, viewer.unit_id))
    return _page(viewer, {"unit": own}, {})


@blueprint.post("/members/new")
@may("change_members")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Add the member; who is known with number, name and unit is updated, never doubled."""
    given = {name: request.form.get(name, "").strip()[:1000] for name in COLUMNS}
    with unit_of_work(runtime().engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
    errors = {"unit": problem} if problem else {}
    if not given["name"]:
        errors["name"] = gettext("Write the name as it is spoken.")
    if given["consent"] not in TAKEN_HOW:
        errors["consent"] = gettext("Say how this person agreed.")
    if not errors and place is not None:
        result = _take(viewer, given, place)
        errors = {each.column or "phone": reason(each.code, each.details) for each in result.refused}
        if not errors:
            flash(_done(result))
            return redirect(url_for("members.index"))
    return make_response(_page(viewer, given, errors), 422)


def _take(viewer: Viewer, given: dict[str, str], place: Unit) -> Imported:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerow({**given, "unit": place.code})
    stream = io.BytesIO(text.getvalue().encode())
    return import_members(runtime(), stream, staff=viewer.staff_id, unit_path=viewer.unit_path)


def _done(result: Imported) -> str:
    if result.notes:
        return str(gettext("Kept, but: %(why)s.", why=reason(result.notes[0].code, result.notes[0].details)))
    if result.updated:
        return str(gettext("This member was known already and is up to date now."))
    return str(gettext("The member is added."))


def _page(viewer: Viewer, given: dict[str, str], errors: dict[str, str]) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        places = choices(unit.db, viewer.unit_path)
    values: dict[str, Any] = {
        "tongues": SPOKEN[rt.settings.country],
        "hows": {key: HOWS[key] for key in TAKEN_HOW},
    }
    return render_template(
        "members/add.html", given=given, errors=errors, places=places, label=label, **values
    )
