"""The start page: one sentence that says what waits, then the work, then how the last two weeks were (look.md 4, 12)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext

from gateway.access import Viewer, runtime, signed_in
from gateway.console.charts import Bar, bars
from gateway.console.fragments import page_or_fragment
from gateway.console.reports_search import Asked
from gateway.db import unit_of_work
from gateway.rights.breach import deadline
from gateway.store import activity, breaches, inbox

blueprint = Blueprint("start", __name__)

DAYS, ROWS = 14, 8


@blueprint.get("/")
@signed_in
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show what waits."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        waiting = inbox.count_waiting(unit.db, viewer.sight)
        page = inbox.list_rows(unit.db, viewer.sight, inbox.Search(), size=ROWS)
        steps = activity.first_steps(unit.db)
        zone, days = rt.profile.zone, _days()
        since = rt.clock() - timedelta(days=DAYS)
        reports = inbox.per_day(unit.db, viewer.sight, since, zone)
        running = breaches.list_open(unit.db, viewer.unit_path) if viewer.may("work_on_breaches") else []
        calls = activity.calls_per_day(unit.db, viewer.unit_path, since, zone)
    charts = [
        _chart(gettext("Reports a day"), days, reports),
        _chart(gettext("Calls a day"), days, calls),
    ]
    values: dict[str, Any] = {"waiting": waiting, "page": page, "steps": steps, "charts": charts}
    values |= {"asked": Asked(inbox.Search(), {}), "now": rt.clock()}
    values["breaches"] = [
        (each, (deadline(each) - rt.clock()).total_seconds(), deadline(each)) for each in running
    ]
    values["broadcasts_url"] = _address_of("broadcasts.index")
    return page_or_fragment("start.html", "parts/waiting.html", **values)


@blueprint.get("/words")
@signed_in
def words(viewer: Viewer) -> ResponseReturnValue:
    """Explain every state's word, and what to do about it."""
    return render_template("words.html")


def _address_of(endpoint: str) -> str | None:
    return url_for(endpoint) if endpoint in current_app.view_functions else None


def _days() -> list[date]:
    today = runtime().clock().astimezone(runtime().profile.timezone).date()
    return [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]


def _chart(title: str, days: list[date], counts: dict[Any, int]) -> dict[str, Any]:
    made = [
        Bar(
            name=f"{format_date(day, 'd MMM', locale=get_locale())}: {counts.get(day, 0)}",
            label=format_date(day, "d MMM", locale=get_locale()) if index % 4 == 1 else "",
            value=counts.get(day, 0),
        )
        for index, day in enumerate(days)
    ]
    total = sum(each.value for each in made)
    return {"title": title, "svg": bars(made, title), "bars": made, "total": total}
