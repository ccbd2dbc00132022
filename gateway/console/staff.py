"""Colleagues: who works at or below the viewer's unit, and inviting one more by a link that is shown once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import ROLES, Role, Viewer, may, runtime
from gateway.console.units_choice import choices, chosen, label
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import Unit
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.staff import inviting, rank
from gateway.staff.inviting import NewColleague
from gateway.store import staff_list, units
from gateway.store.staff_list import PAGE, StaffSearch

blueprint = Blueprint("staff", __name__)

FIELDS = {"name": 200, "email": 254, "role": 24, "unit": 300, "number": 40, "as_sms": 1}


@blueprint.get("/house/staff")
@may("see_staff")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes."""
    search = StaffSearch(
        name=request.args.get("q", "").strip()[:100],
        role=request.args.get("role", "") if request.args.get("role") in set(ROLES) else "",
        with_gone=request.args.get("gone") == "1",
        after=max(0, min(request.args.get("after", 0, type=int), 1_000_000)),
    )
    with unit_of_work(runtime().engine) as unit:
        found = staff_list.list_colleagues(unit.db, viewer.unit_path, search)
    here: dict[str, Any] = {
        "q": search.name or None,
        "role": search.role or None,
        "gone": "1" if search.with_gone else None,
    }
    has_more = len(found) > PAGE
    return render_template(
        "staff/index.html",
        colleagues=found[:PAGE],
        search=search,
        older=url_for("staff.index", **here, after=search.after + PAGE) if has_more else None,
        first=url_for("staff.index", **here) if search.after else None,
    )


@blueprint.get("/house/staff/new")
@may("change_staff")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show the form of an invitation."""
    with unit_of_work(runtime().engine) as unit:
        own = label(units.get_unit(unit.db, viewer.unit_id))
    return _form(viewer, {"unit": own, "role": Role.STAFF}, {})


@blueprint.post("/house/staff/new")
@may("change_staff")
def invite(viewer: Viewer) -> ResponseReturnValue:
    """Invite a colleague and show the link, this once."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
    number, errors = _number(given["number"])
    errors |= _errors(viewer, given, problem)
    if errors or place is None:
        return make_response(_form(viewer, given, errors), 422)
    try:
        return make_response(_invite(viewer, given, place, number))
    except Conflict:
        taken = {"email": gettext("Somebody here has this address already.")}
        return make_response(_form(viewer, given, taken), 422)


def link_page(person_name: str, public_id: str, link: str, is_new: bool, is_sent: bool) -> str:
    """Show a link that will not be shown again."""
    return render_template(
        "staff/link.html", name=person_name, public_id=public_id, link=link, is_new=is_new, is_sent=is_sent
    )


def words_of_sms(viewer: Viewer, link: str) -> str:
    """Write the SMS with a link; it names no organisation, because others may read the phone."""
    return str(gettext("%(name)s sends you a link for Memberline: %(link)s", name=viewer.name, link=link))


def _invite(viewer: Viewer, given: dict[str, str], place: Unit, number: Number | None) -> str:
    rt = runtime()
    new = NewColleague(given["email"], given["name"], Role(given["role"]), place, number)
    with unit_of_work(rt.engine) as unit:
        person, link = inviting.invite(unit, rt, viewer, new)
        is_sent = bool(given["as_sms"]) and inviting.send_link(unit, rt, person, words_of_sms(viewer, link))
    return link_page(person.name, person.public_id, link, True, is_sent)


def _number(typed: str) -> tuple[Number | None, dict[str, str]]:
    if not typed:
        return None, {}
    try:
        return parse_number(typed, runtime().settings.country), {}
    except NumberUnreadable:
        return None, {"number": gettext("This is not a number that can be called.")}


def _errors(viewer: Viewer, given: dict[str, str], unit_problem: str | None) -> dict[str, str]:
    errors = {"unit": unit_problem} if unit_problem else {}
    local, at, host = given["email"].partition("@")
    if not (local and at and "." in host and given["email"].isprintable() and " " not in given["email"]):
        errors["email"] = gettext("Write an e-mail address, as name@place.org.")
    if not given["name"]:
        errors["name"] = gettext("Write the name as colleagues know it.")
    if given["role"] not in rank.roles_to_give(viewer):
        errors["role"] = gettext("Choose a role that you may give.")
    if given["as_sms"] and not given["number"]:
        errors["number"] = gettext("An SMS needs a number.")
    return errors


def _form(viewer: Viewer, given: dict[str, Any], errors: dict[str, str]) -> str:
    with unit_of_work(runtime().engine) as unit:
        places = choices(unit.db, viewer.unit_path)
    return render_template(
        "staff/new.html",
        given=given,
        errors=errors,
        places=places,
        label=label,
        to_give=rank.roles_to_give(viewer),
    )
