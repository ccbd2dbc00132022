"""The evening's question: whether leads of units are asked how the day was, when, in which units, and who is a lead."""

from __future__ import annotations

import re
from datetime import time

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.units_words import KINDS
from gateway.db import unit_of_work
from gateway.people.posts import LONGEST_TITLE
from gateway.rules.classes import MessageClass
from gateway.store import daily, staff, unit_list
from gateway.store.daily import Daily

blueprint = Blueprint("house_daily", __name__)

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MOST_TITLES = 10


@blueprint.get("/house/daily")
@may("change_units")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show what is set up."""
    with unit_of_work(runtime().engine) as unit:
        chosen = daily.find_daily(unit.db)
    return _page(viewer, chosen, {})


@blueprint.post("/house/daily")
@may("change_units")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep it, for the whole organisation."""
    rt = runtime()
    viewer.decide_for_all()
    titles = [" ".join(each.split()) for each in request.form.get("titles", "").splitlines()]
    given = Daily(
        is_on=request.form.get("is_on") == "yes",
        hour=request.form.get("hour", ""),
        kinds=tuple(each for each in request.form.getlist("kinds") if each in KINDS),
        titles=tuple(dict.fromkeys(each for each in titles if each)),
    )
    errors = _errors(given)
    if errors:
        return make_response(_page(viewer, given, errors), 422)
    with unit_of_work(rt.engine) as unit:
        daily.keep_daily(unit.db, given)
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "daily-changed",
            rt.clock(),
            unit_id=viewer.unit_id,
            is_on=given.is_on,
            hour=given.hour,
            kinds=list(given.kinds),
        )
    flash(gettext("Kept. It holds from the next evening whose hour has not come yet."))
    return redirect(url_for("house_daily.form"))


def hour_error(hour: str) -> str | None:
    """Return a sentence where an hour of the day is not one at which phones may ring."""
    if not CLOCK.fullmatch(hour):
        return str(gettext("Give an hour like 19:00."))
    hours = runtime().profile.hard[MessageClass.ORGANISATIONAL]
    at = time.fromisoformat(hour)
    if at < hours.opens or (hours.closes > hours.opens and at >= hours.closes):
        words = {"opens": hours.opens.strftime("%H:%M"), "closes": hours.closes.strftime("%H:%M")}
        return str(gettext("Phones may ring from %(opens)s to %(closes)s only.", **words))
    return None


def _errors(given: Daily) -> dict[str, str]:
    errors = {}
    if wrong := hour_error(given.hour):
        errors["hour"] = wrong
    if not given.kinds:
        errors["kinds"] = str(gettext("Choose at least one kind of unit."))
    if not 0 < len(given.titles) <= MOST_TITLES or any(len(each) > LONGEST_TITLE for each in given.titles):
        errors["titles"] = str(
            gettext("Write one to %(n)s titles, a line each, as they stand in your lists.", n=MOST_TITLES)
        )
    return errors


def _page(viewer: Viewer, given: Daily, errors: dict[str, str]) -> str:
    with unit_of_work(runtime().engine) as unit:
        there = {*unit_list.list_kinds(unit.db), *given.kinds}
    offered = {kind: word for kind, word in KINDS.items() if kind in there}
    return render_template(
        "house/daily.html", given=given, errors=errors, kinds=offered, may_change=viewer.is_top
    )
