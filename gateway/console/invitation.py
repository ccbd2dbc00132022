"""The page behind a link: a new colleague, or one who forgot, chooses a password. No sign-in leads here."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import public, runtime, tokens
from gateway.access.password_rules import SHORTEST
from gateway.console.account import why_not
from gateway.errors import NotFound
from gateway.models import Staff
from gateway.staff import inviting

blueprint = Blueprint("invitation", __name__)


@blueprint.get("/invitation/<token>")
@public
def form(token: str) -> ResponseReturnValue:
    """Show who is invited and ask for a password; the link is not used up by looking."""
    try:
        return _page(inviting.whose(runtime(), token), token)
    except NotFound:
        return make_response(render_template("invitation_over.html"), 404)


@blueprint.post("/invitation/<token>")
@public
def accept(token: str) -> ResponseReturnValue:
    """Keep the password and lead to the door; this browser is known from now on."""
    rt, password = runtime(), request.form.get("new", "")
    try:
        person = inviting.whose(rt, token)
        refused = why_not(password, person)
        if refused:
            return make_response(_page(person, token, {"new": refused}), 422)
        known = inviting.accept(rt, token, password)
    except NotFound:
        return make_response(render_template("invitation_over.html"), 404)
    session.clear()
    flash(gettext("Your password is kept. Sign in with it."))
    answer = make_response(redirect(url_for("signing_in.form")))
    tokens.clear_cookie(rt, answer)
    tokens.set_known(rt, answer, known)
    return answer


def _page(person: Staff, token: str, errors: dict[str, str] | None = None) -> str:
    return render_template(
        "invitation.html", person=person, token_of_link=token, errors=errors or {}, shortest=SHORTEST
    )
