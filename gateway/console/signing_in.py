"""The door: sign in, the code of the second factor, sign out, choose a language."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, public, runtime, second_factor, sign_in, signed_in, tokens
from gateway.access.decorators import viewer as who_looks
from gateway.access.password_rules import LONGEST
from gateway.access.sign_in import Entered
from gateway.console.locale import COOKIE, LANGUAGES
from gateway.console.page import local_path
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.store import staff

blueprint = Blueprint("signing_in", __name__)

A_YEAR = 365 * 24 * 3600


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
    """Sign in and go where the person wanted to go; with a second factor, to its code first."""
    rt = runtime()
    email, password = request.form.get("email", "")[:254], request.form.get("password", "")[:LONGEST]
    try:
        entered = sign_in.sign_in(rt, email, password, address(), tokens.known_tokens(rt), browser())
    except sign_in.WaitFirst as wait:
        return make_response(_form(email, too_many(wait)), 429)
    if entered is None:
        return make_response(_form(email, gettext("E-mail and password do not belong together.")), 401)
    wanted = local_path(request.form.get("next"), url_for("start.index"))
    if entered.needs_code:
        return _let_in(entered, url_for("signing_in.code_form", next=wanted))
    return _let_in(entered, wanted)


@blueprint.get("/sign-in/code")
@public
def code_form() -> ResponseReturnValue:
    """Ask for the code; without a right password before it, back to the door."""
    if not second_factor.is_waiting(runtime(), _token()):
        return redirect(url_for("signing_in.form"))
    return _code_form()


@blueprint.post("/sign-in/code")
@public
def enter_code() -> ResponseReturnValue:
    """Take the code of the app, or one from paper."""
    rt = runtime()
    code = request.form.get("code", "")[:40]
    try:
        entered = second_factor.enter_code(rt, _token(), code, address(), tokens.known_tokens(rt), browser())
    except sign_in.WaitFirst as wait:
        return make_response(_code_form(too_many(wait)), 429)
    except NotFound:
        flash(gettext("That took too long. Sign in once more."))
        return redirect(url_for("signing_in.form"))
    if entered is None:
        return make_response(
            _code_form(gettext("This code is not right, or was used before. Wait for the next one.")), 401
        )
    return _let_in(entered, local_path(request.form.get("next"), url_for("start.index")))


@blueprint.post("/sign-out")
@signed_in
def leave(viewer: Viewer) -> ResponseReturnValue:
    """Sign out here, or with `everywhere` in every browser."""
    sign_in.sign_out(runtime(), viewer, everywhere=bool(request.form.get("everywhere")))
    session.clear()
    answer = make_response(redirect(url_for("signing_in.form")))
    tokens.clear_cookie(runtime(), answer)
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
        COOKIE, wanted, max_age=A_YEAR, secure=tokens.is_https(runtime()), httponly=True, samesite="Lax"
    )
    return answer


def address() -> str:
    """Return where the request came from; behind proxies as `trusted_proxies` has it."""
    return request.remote_addr or ""


def browser() -> str:
    return tokens.browser_of(request.headers.get("User-Agent", ""))


def too_many(wait: sign_in.WaitFirst) -> str:
    return str(gettext("Too many tries. Wait %(n)s seconds, then try again.", n=wait.seconds))


def _let_in(entered: Entered, wanted: str) -> Response:
    """Give the browser its tokens. A form's token given to the stranger before must not serve the person after (C12)."""
    session.clear()
    answer = make_response(redirect(wanted))
    tokens.set_cookie(runtime(), answer, entered.token)
    if entered.known:
        tokens.set_known(runtime(), answer, entered.known)
    return answer


def _token() -> str:
    return request.cookies.get(tokens.cookie_name(runtime()), "")


def _form(email: str = "", error: str | None = None) -> str:
    errors = {"email": error} if error else {}
    return render_template("sign_in.html", email=email, errors=errors, next=_next())


def _code_form(error: str | None = None) -> str:
    errors = {"code": error} if error else {}
    return render_template("sign_in_code.html", errors=errors, next=_next())


def _next() -> str:
    return local_path(request.values.get("next"), "")
