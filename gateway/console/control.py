"""The control room: a unit and all under it in a range of days that is part of the address; every number leads on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console import control_charts as charts
from gateway.console.charts import Bar, bars
from gateway.console.control_links import Links
from gateway.console.control_needs import needs_of
from gateway.console.control_trends import TITLES, lines, rows_of
from gateway.console.control_words import MEASURES, OUTCOMES, TROUBLES, conversation_word, share, solved, span
from gateway.console.fragments import page_or_fragment
from gateway.control import room, shapes
from gateway.control.room import Picture
from gateway.control.window import last_days, window_in
from gateway.db import unit_of_work
from gateway.store import broadcast_alarms, unit_list, units

blueprint = Blueprint("control", __name__)

RANGES = (1, 7, 30, 90)
ROWS, TILES = 10, 48  # of units on the page; all of them stand in the table


@blueprint.get("/control")
@may("see_control")
def show(viewer: Viewer) -> ResponseReturnValue:
    """Show the viewer's unit, or one below it; the address of a merged one leads to what it is part of now."""
    rt = runtime()
    today = room.today_of(rt)
    asked = window_in(request.args.get("from", ""), request.args.get("to", ""), today, rt.profile.zone)
    measure = request.args.get("map", "")
    measure = measure if measure in MEASURES else "reports"
    with unit_of_work(rt.engine) as unit:
        wanted = request.args.get("unit", type=int) or viewer.unit_id
        place = unit_list.get_visible(unit.db, viewer.unit_path, wanted)
        if place.merged_into_id is not None:
            flash(gettext("The unit that you looked for is part of this one now."))
            return redirect(Links(place, asked.window, measure).elsewhere(place.merged_into_id))
        picture = room.look(unit.db, rt, viewer.sight, place, asked.window)
        line = units.list_lines(unit.db, [place], viewer.unit_path)[place.id]
        troubled = broadcast_alarms.list_troubled(unit.db, place.path)
    links = Links(place, asked.window, measure)
    return render_template(
        "control/show.html",
        picture=picture,
        links=links,
        line=line,
        trouble=TROUBLES.get(asked.trouble or ""),
        ranges=[(days, links.over(last_days(today, days, rt.profile.zone))) for days in RANGES],
        length=asked.window.length if asked.window.last == today else None,
        today=today,
        needs=needs_of(picture, links, troubled),
        numbers=_numbers(picture, links),
        outcomes=_outcomes(picture, links),
        measures=MEASURES,
        measure=measure,
        shown=charts.most(picture.lines, MEASURES[measure], ROWS),
        solved=solved,
        share=share,
        conversation_word=conversation_word,
        **_drawn(picture, links, measure),
    )


@blueprint.get("/control/table")
@may("see_control")
def table(viewer: Viewer) -> ResponseReturnValue:
    """Show as a table what is drawn over the days; the control room fetches it when somebody asks for it."""
    rt = runtime()
    first, last = request.args.get("from", ""), request.args.get("to", "")
    window = window_in(first, last, room.today_of(rt), rt.profile.zone).window
    what = request.args.get("of", "")
    with unit_of_work(rt.engine) as unit:
        wanted = request.args.get("unit", type=int) or viewer.unit_id
        place = unit_list.get_visible(unit.db, viewer.unit_path, wanted)
        links = Links(place, window, "reports")
        if what in TITLES:
            rows = rows_of(what, room.trends(unit.db, viewer.sight, place, window), links)
            values = {"title": TITLES[what], "rows": rows, "part": "control/rows.html"}
        else:
            picture = room.compare(unit.db, rt, viewer.sight, place, window)
            values = {"picture": picture, "shown": picture.lines, "measures": MEASURES, "solved": solved}
            values |= {"title": gettext("Unit by unit"), "part": "control/compare.html"}
    values |= {"place": place, "window": window, "links": links}
    return page_or_fragment("control/table.html", values["part"], **values)


def _numbers(picture: Picture, links: Links) -> list[dict[str, Any]]:
    """The four, each with what it was in the window before."""
    now, before = picture.all, picture.before
    count, percent = MEASURES["reports"].written, MEASURES["solved"].written
    return [
        {"word": gettext("reports came in"), "value": count(now.received), "before": count(before.received), "href": links.reports()},
        {"word": gettext("until somebody acted, for half of them"), "value": span(now.first_median), "before": span(before.first_median), "href": "#times"},
        {"word": gettext("of the answered: solved, say members"), "value": percent(solved(now)), "before": percent(solved(before)), "href": links.reports(tab="all", state="confirmed")},
        {"word": gettext("calls from people"), "value": count(picture.calls.own), "before": count(picture.calls_before.own), "href": links.calls(own="yes")},
    ]  # fmt: skip


def _outcomes(picture: Picture, links: Links) -> list[dict[str, Any]]:
    return [
        {
            "name": word,
            "count": getattr(picture.all, name),
            "href": links.reports(None, **asked),
            "tone": tone,
            "always": name == "confirmed",
        }
        for name, (word, tone, asked) in OUTCOMES.items()
    ]  # fmt: skip


def _drawn(picture: Picture, links: Links, measure: str) -> dict[str, Any]:
    """Everything that is drawn: trends, heat, ages, map."""
    window = picture.window
    trends = picture.trends
    days = charts.buckets(window, trends.days.all)
    every = max(1, len(days) // 6)
    drawable = charts.most(picture.lines, MEASURES[measure], TILES)
    shown = charts.tiles(
        sorted(drawable, key=lambda each: each.unit.name if each.unit else ""), MEASURES[measure]
    )
    drawing = shapes.draw(runtime().settings.data_dir, [each.line.unit for each in shown if each.line.unit])
    by_id = {each.line.unit.id: links.unit(each.line.unit) for each in shown if each.line.unit}
    drawn = {each.code for each in drawing.shapes} if drawing else set()
    title = str(MEASURES[measure].word)
    return {
        "trend": bars(
            [Bar(f"{each.name}: {each.value}", each.label if nth % every == every // 2 else "", each.value) for nth, each in enumerate(days)],
            gettext("Reports by day"),
        ),
        "subjects": lines(rows_of("subjects", trends, links)),
        "places": lines(rows_of("units", trends, links)),
        "heat": charts.heat(picture.hours),
        "ages": _ages(picture, links),
        "tiles": [each for each in shown if each.line.unit and each.line.unit.code not in drawn],
        "map": charts.shape_map(drawing, shown, by_id, title) if drawing else None,
        "legend": charts.legend(shown, MEASURES[measure]),
    }  # fmt: skip


def _ages(picture: Picture, links: Links) -> list[dict[str, Any]]:
    words = (
        gettext("came today"),
        gettext("1 or 2 days"),
        gettext("3 to 6 days"),
        gettext("7 to 29 days"),
        gettext("30 days and more"),
    )
    top = max(picture.waits.ages, default=0) or 1
    spans = links.ages(room.today_of(runtime()))
    return [
        {"word": word, "count": count, "href": href, "part": 100 * count / top}
        for word, count, href in zip(words, picture.waits.ages, spans, strict=True)
    ]
