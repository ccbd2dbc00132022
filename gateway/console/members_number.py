"""One whole number, for this look only: asked for with a reason from a member's page, never kept in an address."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.db import unit_of_work
from gateway.errors import NotAllowed
from gateway.phones import display
from gateway.staff import unmasking

blueprint = Blueprint("members_number", __name__)


@blueprint.post("/members/<public_id>/number")
@may("unmask_numbers")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the number; every page is `no-store`, so that going back does not show it again."""
    rt = runtime()
    reason = request.form.get("reason", "")
    try:
        with unit_of_work(rt.engine) as unit:
            wanted = request.form.get("number_id", type=int)
            number = unmasking.unmask(unit, rt, viewer, public_id, wanted, reason)
    except NotAllowed as refused:
        status = 429 if refused.code == "too-many" else 422
        page = render_template("members/number_seen.html", public_id=public_id, number=None, why=refused.code)
        return make_response(page, status)
    return render_template("members/number_seen.html", public_id=public_id, number=display(number))
