"""How the day was in each unit: what its lead said when asked, who is silent, who answers best; any day by its address."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.access import Viewer, may, runtime
from gateway.db import unit_of_work
from gateway.models import Unit
from gateway.rules.windows import local_day
from gateway.store import daily, day_pages, unit_list, units
from gateway.store.day_pages import PAGE, DayCounts, Question

blueprint = Blueprint("days", __name__)

FIRST = 12  # silent units on the page itself
PARTS = {
    day_pages.NOTHING: (_("nothing wrong"), "heard"),
    day_pages.SOMETHING: (_("something to tell"), "part"),
    day_pages.COULD_NOT: (_("could not look"), "busy"),
    day_pages.SILENT: (_("silent"), "miss"),
    day_pages.OPEN: (_("still open"), "wait"),
}
LISTS = {**{name: word for name, (word, _tone) in PARTS.items()}, day_pages.NOBODY: _("nobody to ask")}


@blueprint.get("/days")
@may("see_control")
def today(viewer: Viewer) -> ResponseReturnValue:
    """Show today; before the hour of asking, yesterday."""
    rt = runtime()
    day = local_day(rt.profile, rt.clock())
    with unit_of_work(rt.engine) as unit:
        if not day_pages.was_asked(unit.db, day):
            day -= timedelta(days=1)
    return _page(viewer, day)


@blueprint.get("/days/<day>")
@may("see_control")
def show(viewer: Viewer, day: str) -> ResponseReturnValue:
    """Show one day, of the viewer's unit or of one below that the address names; or the list of one of its counts."""
    return _page(viewer, day_of(day))


def day_of(text: str) -> date:
    """Read the date of an address; 404 where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        abort(404)


def _page(viewer: Viewer, day: date) -> ResponseReturnValue:
    rt = runtime()
    now = local_day(rt.profile, rt.clock())
    what = request.args.get("show", "")
    with unit_of_work(rt.engine) as unit:
        db = unit.db
        place = unit_list.get_visible(
            db, viewer.unit_path, request.args.get("unit", type=int) or viewer.unit_id
        )
        if place.merged_into_id is not None:
            flash(gettext("The unit that you looked for is part of this one now."))
            return redirect(_address(day, place.merged_into_id))
        chosen = daily.find_daily(db)
        asked = Question(place.path, day, day == now, chosen.kinds, day_pages.was_asked(db, day))
        values: dict[str, Any] = {
            "place": place,
            "day": day,
            "now": now,
            "setting": chosen,
            "line": units.list_lines(db, [place], viewer.unit_path)[place.id],
            "asked": asked,
            "address": lambda other=place.id, **more: _address(day, other, **more),
            "days": [(day - timedelta(days=1)), (day + timedelta(days=1)) if day < now else None],
        }
        if what in LISTS:
            after = request.args.get("after", 0, type=int)
            lines = day_pages.list_units(db, asked, what, after, PAGE + 1)
            more = (
                _address(day, place.id, show=what, after=lines[PAGE - 1].unit.id)
                if len(lines) > PAGE
                else None
            )
            return render_template(
                "days/list.html", what=what, word=LISTS[what], lines=lines[:PAGE], more=more, **values
            )
        whole, below = day_pages.counts(db, asked)
        fork = unit_list.find_fork(db, place)
        if fork.id != place.id:  # a chain of only children says nothing side by side
            below = day_pages.counts(db, asked._replace(path=fork.path))[1]
        silent = day_pages.list_longest_silent(db, asked, FIRST)
        values |= {
            "whole": whole,
            "children": _children(unit_list.list_children(db, fork).children, below),
            "silent": silent,
            "best": day_pages.list_best(db, asked),
        }
    return render_template("days/show.html", parts=_parts(whole, day, place), **values)


def _address(day: date, unit_id: int, **more: Any) -> str:
    return url_for("days.show", day=day.isoformat(), unit=unit_id, **more)


def _parts(whole: DayCounts, day: date, place: Unit) -> list[dict[str, Any]]:
    return [
        {
            "name": word,
            "count": getattr(whole, name),
            "href": _address(day, place.id, show=name) if getattr(whole, name) else None,
            "tone": tone,
            "always": name in day_pages.SAID,
        }
        for name, (word, tone) in PARTS.items()
    ]


def _children(
    found: list[unit_list.Child], below: dict[int, DayCounts]
) -> list[tuple[unit_list.Child, DayCounts]]:
    """Those with anything to tell; whoever was closed since has a place in the sum alone."""
    return [(each, below[each.unit.id]) for each in found if each.unit.id in below]
