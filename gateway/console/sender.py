"""How calls and SMS introduce us on phones that others may answer: own name, a neutral one, or none until a key is pressed."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from flows.steps import Speak
from gateway import sounds
from gateway.access import Viewer, may, runtime
from gateway.console.locale import language
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.store import sender, staff
from gateway.store.sender import IN_CALLS, IN_SMS, NEUTRAL, Sender

blueprint = Blueprint("sender", __name__)

LONGEST = 60


@blueprint.get("/house/sender")
@may("change_settings")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show what is chosen, and how each choice sounds."""
    with unit_of_work(runtime().engine) as unit:
        chosen = sender.find_sender(unit.db)
    return _page(viewer, chosen)


@blueprint.post("/house/sender")
@may("change_settings")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep the choice for the whole organisation; its sounds are made at once."""
    rt = runtime()
    viewer.decide_for_all()
    given = Sender(
        calls=request.form.get("calls", ""),
        sms=request.form.get("sms", ""),
        name=" ".join(request.form.get("name", "").split())[:LONGEST],
    )
    errors = _errors(given)
    if errors:
        return make_response(_page(viewer, given, errors), 422)
    with unit_of_work(rt.engine) as unit:
        sender.keep_sender(unit.db, given)
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "sender-changed",
            rt.clock(),
            unit_id=viewer.unit_id,
            calls=given.calls,
            sms=given.sms,
        )
        unit.ring(lambda: rt.bells.build_sounds(sounds.CATALOGUE, 0))
    flash(gettext("From the next call on we introduce ourselves like this."))
    return redirect(url_for("sender.form"))


def _errors(given: Sender) -> dict[str, str]:
    errors = {}
    if given.calls not in IN_CALLS:
        errors["calls"] = gettext("Choose one.")
    if given.sms not in IN_SMS:
        errors["sms"] = gettext("Choose one.")
    if NEUTRAL in (given.calls, given.sms) and not given.name:
        errors["name"] = gettext("Write the name that we use instead.")
    if not given.name.isprintable() or set("{}<>") & set(given.name):
        errors["name"] = gettext("Write it with letters only, as it is spoken.")
    return errors


def _page(viewer: Viewer, given: Sender, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    spoken_here = language() if language() in SPOKEN[rt.settings.country] else SPOKEN[rt.settings.country][0]
    return render_template(
        "sender.html",
        given=given,
        errors=errors or {},
        own=rt.settings.organisation,
        sender_id=rt.settings.sms_sender,
        heard={
            "own": _words("greeting.new", spoken_here, rt.settings.organisation),
            "neutral": _words("greeting.new", spoken_here, given.name or "…"),
            "silent": _words("discreet.ask", spoken_here, ""),
        },
        read={
            "own": _words("sms.help", spoken_here, rt.settings.organisation),
            "neutral": _words("sms.help", spoken_here, given.name or "…"),
        },
        spoken_here=spoken_here,
        may_change=viewer.is_top,
    )


def _words(prompt: str, spoken_here: str, name: str) -> str:
    return runtime().words.text(Speak(prompt, spoken_here, {"organisation": name}))
