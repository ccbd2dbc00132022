"""The door: sign in, sign out, choose a language, change one's own password."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, passwords, public, runtime, sign_in, signed_in
from gateway.access.decorators import viewer as who_looks
from gateway.console.locale import COOKIE, LANGUAGES
from gateway.console.page import local_path
from gateway.db import unit_of_work
from gateway.store import staff

blueprint = Blueprint("signing_in", __name__)

A_YEAR = 365 * 24 * 3600
LONGEST_PASSWORD = 200


@blueprint.get("/sign-in")
@public
def form() -> ResponseReturnValue:
    """Show the form; who is signed in already goes to the start page."""
    if who_looks() is not None:
        return redirect(url_for("start.index"))
    return _form()


@blueprint.post("/sign-in")
@public
def enter() -> ResponseReturnValue:
    """Sign in and go where the person wanted to go."""
    rt = runtime()
    email, password = request.form.get("email", "")[:254], request.form.get("password", "")[:LONGEST_PASSWORD]
    try:
        token = sign_in.sign_in(rt, email, password, request.remote_addr or "")
    except sign_in.WaitFirst as wait:
        text = gettext("Too many tries. Wait %(n)s seconds, then try again.", n=wait.seconds)
        return make_response(_form(email, text), 429)
    if token is None:
        return make_response(_form(email, gettext("E-mail and password do not belong together.")), 401)
    session.clear()  # a token given to the stranger before must not serve the person after (C12)
    answer = make_response(redirect(local_path(request.form.get("next"), url_for("start.index"))))
    sign_in.set_cookie(rt, answer, token)
    return answer


@blueprint.post("/sign-out")
@signed_in
def leave(viewer: Viewer) -> ResponseReturnValue:
    """Sign out here, or with `everywhere` in every browser."""
    sign_in.sign_out(runtime(), viewer, everywhere=bool(request.form.get("everywhere")))
    session.clear()
    answer = make_response(redirect(url_for("signing_in.form")))
    sign_in.clear_cookie(runtime(), answer)
    return answer


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keep the language of the pages, with the person or else in the browser."""
    wanted = request.form.get("language", "")
    answer = make_response(redirect(local_path(request.form.get("next"), url_for("start.index"))))
    if wanted not in LANGUAGES:
        return answer
    who = who_looks()
    if who is not None:
        with unit_of_work(runtime().engine) as unit:
            staff.set_locale(unit.db, who.staff_id, wanted)
    answer.set_cookie(
        COOKIE, wanted, max_age=A_YEAR, secure=sign_in.is_https(runtime()), httponly=True, samesite="Lax"
    )
    return answer


@blueprint.get("/account")
@signed_in
def account(viewer: Viewer) -> ResponseReturnValue:
    """Show the page of one's own account."""
    return render_template("account.html", errors={}, shortest=passwords.SHORTEST)


@blueprint.post("/account/password")
@signed_in
def change_password(viewer: Viewer) -> ResponseReturnValue:
    """Change one's password; every other browser is signed out."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        kept = staff.get_staff(unit.db, viewer.staff_id).password_hash
    errors = _password_errors(kept)
    if errors:
        page = render_template("account.html", errors=errors, shortest=passwords.SHORTEST)
        return make_response(page, 422)
    made = passwords.hash_password(request.form["new"])
    with unit_of_work(rt.engine) as unit:
        staff.set_password(unit.db, viewer.staff_id, made)
        staff.revoke_other_sign_ins(unit.db, viewer.staff_id, viewer.sign_in_id, rt.clock())
        staff.add_audit(unit.db, viewer.staff_id, "password-changed", rt.clock())
    flash(gettext("Your password is changed. Other browsers are signed out."))
    return redirect(url_for("signing_in.account"))


def _password_errors(kept: str | None) -> dict[str, str]:
    old, new = request.form.get("old", ""), request.form.get("new", "")
    errors = {}
    if not passwords.is_password(kept, old[:LONGEST_PASSWORD]):
        errors["old"] = gettext("This is not your present password.")
    if not passwords.SHORTEST <= len(new) <= LONGEST_PASSWORD:
        errors["new"] = gettext("Choose at least %(n)s characters.", n=passwords.SHORTEST)
    return errors


def _form(email: str = "", error: str | None = None) -> str:
    wanted = local_path(request.values.get("next"), "")
    errors = {"email": error} if error else {}
    return render_template("sign_in.html", email=email, errors=errors, next=wanted)
