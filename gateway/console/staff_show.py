"""One colleague: role and unit, links, second step, browsers, letting go. Each deed is a form of its own and is noted."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Role, Viewer, may, runtime, sign_in
from gateway.console.staff import link_page, words_of_sms
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotAllowed
from gateway.models import Staff
from gateway.runtime import Runtime
from gateway.staff import changing, inviting, rank
from gateway.store import invitations, sign_ins, staff_list

blueprint = Blueprint("staff_show", __name__)

Deed = Callable[[UnitOfWork, Runtime, Viewer | None, Staff], object]
DEEDS: dict[str, Deed] = {
    "disable": changing.disable,
    "enable": changing.enable,
    "browsers": changing.end_browsers,
    "second-factor": changing.forget_second_factor,
    "links": inviting.take_back,
}


@blueprint.get("/house/staff/<public_id>")
@may("see_staff")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one colleague."""
    return _page(viewer, public_id)


@blueprint.post("/house/staff/<public_id>/role")
@may("change_staff")
def give_role(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Give another role or unit; the colleague signs in anew."""
    rt = runtime()
    role, where = request.form.get("role", ""), request.form.get("unit", "")[:300]
    with unit_of_work(rt.engine) as unit:
        person = staff_list.get_colleague(unit.db, viewer.unit_path, public_id).person
        place, problem = chosen(unit.db, viewer.unit_path, where)
        errors = {"unit": problem} if problem else {}
        if role not in rank.roles_to_give(viewer):
            errors["role"] = gettext("Choose a role that you may give.")
        if not errors and place is not None:
            problem = _problem(lambda: changing.give_role(unit, rt, viewer, person, Role(role), place))
            errors = {"role": problem} if problem else {}
    if errors:
        return make_response(_page(viewer, public_id, errors), 422)
    flash(gettext("Changed. %(name)s signs in anew.", name=person.name))
    return redirect(url_for("staff_show.show", public_id=public_id))


@blueprint.post("/house/staff/<public_id>/link")
@may("change_staff")
def make_link(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Make a link for choosing a password and show it, this once."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        person = staff_list.get_colleague(unit.db, viewer.unit_path, public_id).person
        is_new = person.password_hash is None
        link = inviting.link_for(unit, rt, viewer, person)
        wants_sms = bool(request.form.get("as_sms"))
        is_sent = wants_sms and inviting.send_link(unit, rt, person, words_of_sms(viewer, link))
    return link_page(person.name, public_id, link, is_new, is_sent)


@blueprint.post("/house/staff/<public_id>/<any(disable, enable, browsers, 'second-factor', links):deed>")
@may("change_staff")
def do(viewer: Viewer, public_id: str, deed: str) -> ResponseReturnValue:
    """Do one of the deeds that need no more than a button."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        person = staff_list.get_colleague(unit.db, viewer.unit_path, public_id).person
        problem = _problem(lambda: DEEDS[deed](unit, rt, viewer, person))
    if problem:
        return make_response(_page(viewer, public_id, {"deed": problem}), 422)
    flash(gettext("Done."))
    return redirect(url_for("staff_show.show", public_id=public_id))


def _problem(deed: Callable[[], object]) -> str | None:
    """Do it; returns a sentence where it is refused."""
    try:
        deed()
    except Conflict:
        return str(gettext("Nobody else could open the house then. Make somebody else administrator first."))
    except NotAllowed as refused:
        if refused.code == "own-role":
            return str(gettext("Nobody changes their own place. Ask another administrator."))
        return str(gettext("This person may more than you. Ask somebody above you."))
    return None


def _page(viewer: Viewer, public_id: str, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        found = staff_list.get_colleague(unit.db, viewer.unit_path, public_id)
        invited = invitations.newest_of(unit.db, found.person.id)
        values = {
            "browsers": sign_ins.list_open(unit.db, found.person.id, sign_in.alive(rt.clock())),
            "places": choices(unit.db, viewer.unit_path),
            "open_link": invited if invited and invitations.is_open(invited, rt.clock()) else None,
        }
    may_change = viewer.may("change_staff") and found.person.id != viewer.staff_id
    return render_template(
        "staff/show.html",
        person=found.person,
        place=found.place,
        tail=found.tail,
        errors=errors or {},
        label=label,
        to_give=rank.roles_to_give(viewer),
        may_change=may_change and found.person.role in rank.roles_to_give(viewer),
        **values,
    )
