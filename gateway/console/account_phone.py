"""One's own phone code: keyed on the phone to pause, go on with or stop a broadcast (reliability.md C15)."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from flows.catalog.steering import LONGEST_CODE, SHORTEST_CODE
from gateway.access import Viewer, may, passwords, runtime, sign_in
from gateway.access.password_rules import LONGEST
from gateway.console.account import account_page
from gateway.db import unit_of_work
from gateway.store import staff

blueprint = Blueprint("account_phone", __name__)

STEPS = "01234567890", "09876543210"


@blueprint.post("/account/phone-code")
@may("send_broadcasts")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep a new code; only its hash. The password is asked for again."""
    code, errors = request.form.get("phone-code", "").strip(), {}
    if not sign_in.is_own_password(runtime(), viewer, request.form.get("code-password", "")[:LONGEST]):
        errors["code-password"] = gettext("This is not your present password.")
    elif not is_good(code):
        errors["phone-code"] = gettext("Choose four to six digits that nobody guesses: not 1234, not 1111.")
    if errors:
        return make_response(account_page(viewer, errors), 422)
    _set(viewer, passwords.hash_password(code), "phone-code-kept")
    flash(gettext("Your phone code is kept."))
    return redirect(url_for("account.show"))


@blueprint.post("/account/phone-code/remove")
@may("send_broadcasts")
def remove(viewer: Viewer) -> ResponseReturnValue:
    """Take the code away: nothing can be steered from one's phone any more."""
    _set(viewer, None, "phone-code-removed")
    flash(gettext("There is no phone code any more."))
    return redirect(url_for("account.show"))


def is_good(code: str) -> bool:
    """Whether this may be a code: of the right length, and neither one digit nor a run of them."""
    is_code = code.isascii() and code.isdigit() and SHORTEST_CODE <= len(code) <= LONGEST_CODE
    return is_code and len(set(code)) > 1 and not any(code in run for run in STEPS)


def _set(viewer: Viewer, kept: str | None, action: str) -> None:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        staff.get_staff(unit.db, viewer.staff_id).phone_code_hash = kept
        staff.add_audit(
            unit.db, viewer.staff_id, action, rt.clock(), "staff", viewer.staff_id, viewer.unit_id
        )
