"""Numbers that are left alone: how many and why, one looked up by its whole number, entering and lifting (rules.md L7).

A number is only ever posted, so that none stands in an address or its log.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import suppressions
from gateway.access import Viewer, may, runtime
from gateway.console.consent_words import WORDS
from gateway.db import unit_of_work
from gateway.errors import NotAllowed
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.rules.contact import Suppressed
from gateway.store import staff
from gateway.store import suppressions as kept
from gateway.suppressions import By

blueprint = Blueprint("suppressions", __name__)

LONGEST = 100


@blueprint.get("/house/suppressions")
@may("see_suppressions")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show counts by reason and the newest entries."""
    return _page(viewer)


@blueprint.post("/house/suppressions/find")
@may("see_suppressions")
def find(viewer: Viewer) -> ResponseReturnValue:
    """Show all that was ever entered about one number; noted."""
    rt = runtime()
    number = _number("number")
    if number is None:
        return _wrong(viewer, "number", gettext("This is not a number that can be called."))
    with unit_of_work(rt.engine) as unit:
        found = kept.list_of(unit.db, viewer.unit_path, rt.vault.index(number))
        staff.add_audit(unit.db, viewer.staff_id, "suppression-sought", rt.clock(), found=len(found))
    return _page(viewer, found=found, tail=number[-4:])


@blueprint.post("/house/suppressions/add")
@may("change_suppressions")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Leave a number alone; sent twice it is entered once."""
    rt = runtime()
    number, reason = _number("new-number"), request.form.get("reason", "")
    if number is None:
        return _wrong(viewer, "new-number", gettext("This is not a number that can be called."))
    if reason not in set(Suppressed):
        return _wrong(viewer, "reason", gettext("Choose why the number is left alone."))
    try:
        with unit_of_work(rt.engine) as unit:
            is_new = suppressions.add(unit, rt, By(viewer.staff_id, viewer.unit_path), number, reason)
    except NotAllowed:
        text = gettext("No member of your unit has this number. Ask the main office.")
        return _wrong(viewer, "new-number", text)
    said = gettext("This number is left alone from now on.")
    flash(said if is_new else gettext("This number was left alone for that reason already."))
    return redirect(url_for("suppressions.index"))


@blueprint.post("/house/suppressions/<int:suppression_id>/lift")
@may("change_suppressions")
def lift(viewer: Viewer, suppression_id: int) -> ResponseReturnValue:
    """End an entry; an opt-out ends by nobody here."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        by, why = By(viewer.staff_id, viewer.unit_path), request.form.get("why", "")
        suppressions.lift(unit, rt, by, suppression_id, why)
    flash(gettext("This entry has ended. Other reasons to leave the number alone still hold."))
    return redirect(url_for("suppressions.index"))


def _page(viewer: Viewer, errors: dict[str, str] | None = None, **more: Any) -> str:
    wanted = request.args.get("reason")
    reason = wanted if wanted in set(Suppressed) else None
    after = request.args.get("after", type=int)
    with unit_of_work(runtime().engine) as unit:
        counts = kept.count_by_reason(unit.db, viewer.unit_path)
        rows = kept.list_visible(unit.db, viewer.unit_path, reason, after)
    shown = rows[: kept.PAGE]
    values = {
        "tabs": _tabs(counts, reason),
        "rows": shown,
        "older": _address(reason, shown[-1].entry.id) if len(rows) > kept.PAGE else None,
        "first": _address(reason) if after else None,
        "is_root": kept.is_root(viewer.unit_path),
        "errors": errors or {},
        "found": None,
    }
    return render_template("house/suppressions.html", **values | more, **WORDS)


def _tabs(counts: dict[str, int], reason: str | None) -> list[dict[str, Any]]:
    everything = {"label": gettext("All"), "count": sum(counts.values()), "reason": None}
    each = [
        {"label": WORDS["reasons"][known], "count": counts[known], "reason": str(known)}
        for known in Suppressed
        if counts.get(known)
    ]
    return [
        {**tab, "href": _address(tab["reason"]), "is_here": tab["reason"] == reason}
        for tab in [everything, *each]
    ]


def _address(reason: str | None, after: int | None = None) -> str:
    return url_for("suppressions.index", reason=reason, after=after)


def _number(field: str) -> Number | None:
    try:
        return parse_number(request.form.get(field, "")[:LONGEST], runtime().settings.country)
    except NumberUnreadable:
        return None


def _wrong(viewer: Viewer, field: str, text: str) -> ResponseReturnValue:
    return make_response(_page(viewer, {field: text}), 422)
