"""Who has a report in hand: the open page holds it and says so again every minute; a colleague reads, or takes it over."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.report_shown import asked_list, in_hand
from gateway.db import unit_of_work
from gateway.reports import desk, locking
from gateway.store import reports, staff
from gateway.store.report_page import OPENED

blueprint = Blueprint("report_lock", __name__)


@blueprint.post("/reports/<public_id>/hold")
@may("work_on_reports")
def hold(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take the report in hand, or go on holding it, until `X-Held-Until`; where a colleague has it, it says who."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        report = reports.get_visible(unit.db, viewer.sight, public_id)
        before = locking.find_holder(unit.db, report, rt.clock())
        if locking.hold(unit, rt, report.id, viewer.staff_id) is None and before is None:
            staff.add_audit(unit.db, viewer.staff_id, OPENED, rt.clock(), "report", report.id)
        unit.db.refresh(report)
        holder = in_hand(unit.db, rt, viewer, report)
        desk.see_mentions(unit, rt, report.id, viewer.staff_id)  # who was named in a note has it open now
    if holder is None:
        assert report.locked_until is not None
        return "", 204, {"X-Held-Until": report.locked_until.isoformat()}
    return render_template("reports/held.html", holder=holder, report=report, list=asked_list())


@blueprint.post("/reports/<public_id>/release")
@may("work_on_reports")
def release(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """The page is left; it says which of its holds was the last."""
    rt = runtime()
    until = _moment(request.form.get("until", ""))
    with unit_of_work(rt.engine) as unit:
        report = reports.get_visible(unit.db, viewer.sight, public_id)
        locking.release(unit, rt, report.id, viewer.staff_id, until)
    return "", 204


@blueprint.post("/reports/<public_id>/take-over")
@may("work_on_reports")
def take_over(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Take it from a colleague's hand; their page says so, and nothing they write is lost."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        report = reports.get_visible(unit.db, viewer.sight, public_id)
        locking.take_over(unit, rt, report.id, viewer.staff_id)
        staff.add_audit(unit.db, viewer.staff_id, OPENED, rt.clock(), "report", report.id)
        staff.add_audit(unit.db, viewer.staff_id, "take-over", rt.clock(), "report", report.id)
    flash(gettext("It is in your hand now."))
    return redirect(url_for("report.show", public_id=public_id, list=asked_list() or None))


def _moment(text: str) -> datetime:
    """Read a time with its zone, or refuse."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        abort(400)
    return moment if moment.tzinfo else abort(400)
