"""One's own account: the password, and the browsers in which one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, password_rules, passwords, runtime, sign_in, signed_in, tokens
from gateway.access.password_rules import LONGEST, SHORTEST
from gateway.console.locale import SPOKEN
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import PhoneNumber, Staff
from gateway.store import rollups, second_factors, sign_ins, staff

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@signed_in
def show(viewer: Viewer) -> ResponseReturnValue:
    """Show the page of one's own account."""
    return account_page(viewer)


@blueprint.post("/account/password")
@signed_in
def change_password(viewer: Viewer) -> ResponseReturnValue:
    """Change one's password; this browser gets a new token, every other one is signed out."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
    errors = _password_errors(viewer, person)
    if errors:
        return make_response(account_page(viewer, errors), 422)
    made = passwords.hash_password(request.form["new"])
    with unit_of_work(rt.engine) as unit:
        staff.set_password(unit.db, viewer.staff_id, made)
        staff.add_audit(
            unit.db, viewer.staff_id, "password-changed", rt.clock(), "staff", viewer.staff_id, viewer.unit_id
        )
    token = sign_in.renew(rt, viewer)
    session.clear()
    flash(gettext("Your password is changed. Other browsers are signed out."))
    answer = make_response(redirect(url_for("account.show")))
    tokens.set_cookie(rt, answer, token)
    return answer


@blueprint.post("/account/browsers/<int:sign_in_id>/end")
@signed_in
def end_browser(viewer: Viewer, sign_in_id: int) -> ResponseReturnValue:
    """Sign out one browser of one's own."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        if not sign_ins.revoke_sign_ins(unit.db, viewer.staff_id, rt.clock(), sign_in_id):
            abort(404)
        staff.add_audit(
            unit.db, viewer.staff_id, "browser-ended", rt.clock(), "staff", viewer.staff_id, viewer.unit_id
        )
    flash(gettext("This browser is signed out."))
    return redirect(url_for("account.show"))


@blueprint.post("/account/desk")
@signed_in
def change_desk(viewer: Viewer) -> ResponseReturnValue:
    """Say which languages one understands, and whether single keys do something on the pages of reports."""
    with unit_of_work(runtime().engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        person.languages = [code for code in SPOKEN if code in request.form.getlist("languages")]
        person.has_keys_off = request.form.get("keys") != "on"
    flash(gettext("Kept."))
    return redirect(url_for("account.show"))


def why_not(password: str, person: Staff) -> str | None:
    """Return a sentence where this person may not have this password."""
    own = (person.email, person.name, runtime().settings.organisation)
    match password_rules.why_refused(password, own):
        case None:
            return None
        case password_rules.SHORT:
            return str(gettext("Choose at least %(n)s characters.", n=SHORTEST))
        case password_rules.LONG:
            return str(gettext("Choose at most %(n)s characters.", n=LONGEST))
        case password_rules.YOURS:
            return str(gettext("This is made of names that others know. Take other words."))
        case password_rules.RUN:
            return str(gettext("This repeats itself or follows the keys. Take a few words instead."))
        case _:
            return str(gettext("This is one of the first that are tried. Take a few words instead."))


def _password_errors(viewer: Viewer, person: Staff) -> dict[str, str]:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    errors = {}
    if not sign_in.is_own_password(runtime(), viewer, old[:LONGEST]):
        errors["old"] = str(gettext("This is not your present password."))
    refused = why_not(new, person)
    if refused:
        errors["new"] = refused
    return errors


def account_page(viewer: Viewer, errors: dict[str, str] | None = None) -> str:
    """Render the page of one's own account, with what was wrong in one of its forms."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        values = {
            "person": person,
            "browsers": sign_ins.list_open(unit.db, viewer.staff_id, sign_in.alive(rt.clock())),
            "has_brief": str(person.role) in rollups.find_setting(unit.db).roles,
            "own_tail": _own_tail(unit, person),
            "codes_left": second_factors.count_codes(unit.db, viewer.staff_id),
        }
    return render_template("account.html", errors=errors or {}, shortest=SHORTEST, **values)


def _own_tail(unit: UnitOfWork, person: Staff) -> str | None:
    """The last digits of the phone that this person uses for tests and rings from."""
    return unit.db.get_one(PhoneNumber, person.number_id).tail if person.number_id else None
