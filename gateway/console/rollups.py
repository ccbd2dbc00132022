"""The roll-ups of days: a list of them, and one day of the viewer's unit or of one below, also on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from gateway.access import Viewer, may, runtime
from gateway.console.days import day_of
from gateway.console.rollups_words import FIGURES, STANDING, stands_out
from gateway.console.words import CATEGORIES
from gateway.db import unit_of_work
from gateway.models import Unit
from gateway.rollups import reading
from gateway.rollups.reading import Reading
from gateway.store import rollups, unit_list, units

blueprint = Blueprint("rollups", __name__)


@blueprint.get("/rollups")
@may("see_control")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List the days with the figures of the viewer's own unit, newest first."""
    before = request.args.get("before", "")
    with unit_of_work(runtime().engine) as unit:
        days = rollups.list_days(unit.db, day_of(before) if before else None)
        rows = rollups.rows_of(unit.db, [each.id for each in days], viewer.unit_path, viewer.unit_id)
        setting = rollups.find_setting(unit.db)
    more = days[-1].day.isoformat() if len(days) == rollups.PAGE else None
    found = [(each, reading.figures(rows.get(each.id))) for each in days]
    return render_template("rollups/index.html", days=found, more=more, setting=setting)


@blueprint.get("/rollups/<day>")
@may("see_control")
def show(viewer: Viewer, day: str) -> ResponseReturnValue:
    """Show a day as it is known now; as it was frozen first where the address says so."""
    on = day_of(day)
    with unit_of_work(runtime().engine) as unit:
        db = unit.db
        place = unit_list.get_visible(
            db, viewer.unit_path, request.args.get("unit", type=int) or viewer.unit_id
        )
        if place.merged_into_id is not None:
            flash(gettext("The unit that you looked for is part of this one now."))
            return redirect(_address(on, place.merged_into_id))
        version = request.args.get("version", type=int)
        found = rollups.find(db, on, version)
        line = units.list_lines(db, [place], viewer.unit_path)[place.id]
        if found is None:
            return render_template("rollups/none.html", day=on, place=place)
        seen = reading.read(db, viewer.unit_path, place, on, version)
        newest = rollups.get(db, on)
        down = units.list_lines(db, [seen.fork], place.path)[seen.fork.id][1:]
    return render_template(
        "rollups/show.html",
        seen=seen,
        newest=newest,
        line=line,
        down=down,
        day=on,
        when=_when,
        written=format_date(on, "EEEE, d MMMM y", locale=get_locale()),
        figures=FIGURES,
        standing=STANDING,
        links=_links(seen),
        notable=[stands_out(each) for each in seen.outliers()],
        categories=_categories(seen),
        address=lambda other=place.id, **more: _address(on, other, **more),
    )


def _when(at: datetime) -> str:
    """A moment as paper keeps it: never "yesterday"."""
    return str(
        format_datetime(at.astimezone(runtime().profile.timezone), "d MMM, HH:mm", locale=get_locale())
    )


def _address(day: date, unit_id: int, **more: Any) -> str:
    return url_for("rollups.show", day=day.isoformat(), unit=unit_id, **more)


def _links(seen: Reading) -> dict[str, str]:
    """Where a figure leads: to what is behind it, as far as a list of it exists. A day goes from freezing to freezing."""
    day, place = seen.rollup.day.isoformat(), seen.place.id
    of_units = {
        name: url_for("days.show", day=day, unit=place, show=name)
        for name in ("nothing", "something", "could_not", reading.SILENT)
    }
    return {
        "received": inbox(seen),
        "danger": inbox(seen, urgency="danger"),
        "blank": inbox(seen, state="blank"),
        "waiting": url_for("reports.index", tab="waiting", **_unit_of(seen.place)),
        "overdue": url_for("reports.index", tab="waiting", overdue="yes", **_unit_of(seen.place)),
        "calls": url_for("calls.index", unit=place, **_whole_days(seen)),  # type: ignore[arg-type]
        "asked": url_for("days.show", day=day, unit=place),
        **of_units,
    }


def inbox(seen: Reading, **asked: str) -> str:
    """The address of the reports that came in."""
    return url_for("reports.index", tab="all", **_unit_of(seen.place), **_span(seen), **asked)  # type: ignore[arg-type]


def _unit_of(place: Unit) -> dict[str, Any]:
    return {"counted": place.code}


def _span(seen: Reading) -> dict[str, str]:
    zone = runtime().profile.timezone
    ends = {"from": seen.rollup.since, "to": seen.rollup.until}
    return {name: at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") for name, at in ends.items()}


def _whole_days(seen: Reading) -> dict[str, str]:
    """Of what is listed by whole days only."""
    return {name: at[: len("2026-11-23")] for name, at in _span(seen).items()}


def _categories(seen: Reading) -> list[dict[str, Any]]:
    top = max((count for _code, count in seen.categories), default=0) or 1
    return [
        {
            "word": CATEGORIES.get(code, gettext("no subject given")),
            "count": count,
            "part": 100 * count / top,
            "href": inbox(seen, category=code) if code else None,
        }
        for code, count in seen.categories
    ]
