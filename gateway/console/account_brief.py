"""How one has the day's roll-up sent to one's own phone: by SMS, by a call of a minute, both, or not at all."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.db import unit_of_work
from gateway.store import staff

blueprint = Blueprint("account_brief", __name__)

WAYS = ("", "sms", "voice", "both")


@blueprint.post("/account/brief")
@may("see_control")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep the way; what is no way at all is none."""
    rt = runtime()
    given = request.form.get("brief", "")
    way = given if given in WAYS else ""
    with unit_of_work(rt.engine) as unit:
        staff.get_staff(unit.db, viewer.staff_id).brief = way
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "brief-chosen",
            rt.clock(),
            "staff",
            viewer.staff_id,
            viewer.unit_id,
            way=way,
        )
    flash(gettext("Kept."))
    return redirect(url_for("account.show"))
