"""Setting up the second factor of one's own account: a drawing for the app, a first code, codes on paper."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from gateway.access import Viewer, duties, rates, runtime, second_factor, sign_in, signed_in, tokens
from gateway.access.password_rules import LONGEST
from gateway.console.signing_in import address
from gateway.db import unit_of_work
from gateway.models import Unit
from gateway.store import second_factors, staff

blueprint = Blueprint("second_factor", __name__)


@blueprint.get("/account/second-factor")
@signed_in
def show(viewer: Viewer) -> ResponseReturnValue:
    """Show where it stands, and what to do next."""
    return _page(viewer)


@blueprint.post("/account/second-factor")
@signed_in
def begin(viewer: Viewer) -> ResponseReturnValue:
    """Make a secret and show it; the password is asked for, so that a browser left open is not enough."""
    if not _is_own_password(viewer):
        return make_response(_page(viewer, {"password": gettext("This is not your present password.")}), 422)
    second_factor.begin(runtime(), viewer)
    return redirect(url_for("second_factor.show"))


@blueprint.post("/account/second-factor/confirm")
@signed_in
def confirm(viewer: Viewer) -> ResponseReturnValue:
    """Take the first code; then show the codes on paper, this once."""
    rt = runtime()
    where = rates.of_stranger(rt, str(viewer.staff_id), address())
    done = second_factor.turn_on(rt, viewer, request.form.get("code", "")[:40], where)
    if done is None:
        wrong = gettext("This code is not right. Is the clock of your phone right?")
        return make_response(_page(viewer, {"code": wrong}), 422)
    token, codes = done
    session.clear()
    answer = make_response(render_template("second_factor_codes.html", codes=codes))
    tokens.set_cookie(rt, answer, token)
    return answer


@blueprint.post("/account/second-factor/codes")
@signed_in
def renew_codes(viewer: Viewer) -> ResponseReturnValue:
    """Make new codes on paper and show them, this once."""
    if not _is_own_password(viewer):
        return make_response(_page(viewer, {"password": gettext("This is not your present password.")}), 422)
    return make_response(
        render_template("second_factor_codes.html", codes=second_factor.renew_codes(runtime(), viewer))
    )


@blueprint.post("/account/second-factor/off")
@signed_in
def turn_off(viewer: Viewer) -> ResponseReturnValue:
    """Do without it again, where the role allows that."""
    rt = runtime()
    if not _is_own_password(viewer):
        return make_response(_page(viewer, {"password": gettext("This is not your present password.")}), 422)
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        is_needed = duties.is_demanded(unit.db, person, unit.db.get_one(Unit, person.unit_id))
        if not is_needed:
            second_factor.turn_off(unit, person)
            staff.add_audit(
                unit.db, person.id, "second-factor-off", rt.clock(), "staff", person.id, person.unit_id
            )
    if is_needed:
        return make_response(_page(viewer, {"password": gettext("Your role cannot do without it.")}), 422)
    flash(gettext("Your password alone signs you in again."))
    return redirect(url_for("account.show"))


def _is_own_password(viewer: Viewer) -> bool:
    return sign_in.is_own_password(runtime(), viewer, request.form.get("password", "")[:LONGEST])


def _page(viewer: Viewer, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        person = staff.get_staff(unit.db, viewer.staff_id)
        left = second_factors.count_codes(unit.db, person.id)
        is_needed = duties.is_demanded(unit.db, person, unit.db.get_one(Unit, person.unit_id))
    secret = second_factor.secret_of(rt, person) if person.totp_since is None else None
    # Our own drawing of our own characters: nothing a person typed is in it but their e-mail address, as bits.
    drawing = Markup(second_factor.drawing_of(secret, person.email)) if secret else None
    return render_template(
        "second_factor.html",
        errors=errors or {},
        person=person,
        secret=secret,
        uri=second_factor.uri_of(secret, person.email) if secret else None,
        drawing=drawing,
        left=left,
        is_needed=is_needed,
    )
