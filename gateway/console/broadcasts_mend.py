"""What one button mends on the check page: a later start, a later end, more money. The draft is changed, nothing is sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import draft
from gateway.broadcasts.plan import Change
from gateway.broadcasts.size import Size, size_of
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.store import broadcast_list, staff

blueprint = Blueprint("broadcasts_mend", __name__)


@blueprint.post("/broadcasts/<public_id>/mend")
@may("write_broadcasts")
def mend(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Do what was offered, if it still holds; what was approved must be approved anew."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.lock_broadcast(unit.db, viewer.unit_path, public_id)
        changes = _changes(request.form.get("deed", ""), size_of(unit, rt, broadcast))
        if changes:
            draft.change(unit, rt, broadcast, **changes)
            staff.add_audit(unit.db, viewer.staff_id, "change", rt.clock(), "broadcast", broadcast.id)
    flash(gettext("Changed.") if changes else gettext("This is not needed any more."))
    return redirect(url_for("broadcasts_check.check", public_id=public_id))


def _changes(deed: str, size: Size) -> dict[str, Any]:
    """Return the columns that this deed changes; none where what it would mend is gone. Raises Conflict for no deed."""
    offered = {each.change: each.at for each in size.forecast.remedies}
    match deed:
        case Change.LATER:
            at = offered.get(Change.LATER)
            return {"scheduled_at": at} if at else {}
        case Change.EXPIRY:
            at = offered.get(Change.EXPIRY)
            return {"expires_at": at} if at else {}
        case "budget":
            return {"budget": size.forecast.cost.high}
        case "now":
            return {"scheduled_at": None}
        case _:
            raise Conflict("there is no such button")
