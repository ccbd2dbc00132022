"""The inbox: reports as a list, with tabs, filters in the address and pages by key (look.md 5, console.md 1b)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.fragments import page_or_fragment
from gateway.console.page import is_fragment
from gateway.console.reports_search import Asked, read
from gateway.console.reports_words import WORDS, chips, filters
from gateway.console.units_choice import choices, label
from gateway.db import unit_of_work
from gateway.store import inbox, saved_views, staff_list
from gateway.store.inbox import Page, Row, Search, Tab

blueprint = Blueprint("reports", __name__)

HINTS = 10
SHOWN = "shown"  # of a page that asks for news: which reports it shows


@blueprint.get("/reports")
@may("see_reports")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes."""
    with unit_of_work(runtime().engine) as unit:
        asked = read(unit.db, viewer, request.args)
        if asked.search.reference and (found := _exactly(unit.db, viewer, asked.search)):
            return redirect(url_for("report.show", public_id=found))
        page = inbox.list_rows(unit.db, viewer.sight, asked.search)
        values: dict[str, Any] = {
            "asked": asked,
            "search": asked.search,
            "counts": inbox.count_tabs(unit.db, viewer.sight, asked.search),
            "now": runtime().clock(),
            **WORDS,
        }
        values |= (
            _gone(unit.db, viewer, asked, page) if is_fragment() else _whole(unit.db, viewer, asked, page)
        )
    return page_or_fragment("reports/index.html", "reports/list.html", **values)


def _whole(db: Session, viewer: Viewer, asked: Asked, page: Page) -> dict[str, Any]:
    shown = ".".join(each.report.public_id for each in page.rows)
    return {
        "page": page,
        "gone": {},
        "news": asked.address(fragment="1", **{SHOWN: shown}),
        "filters": filters(viewer, asked),
        "chips": chips(viewer, asked),
        "places": choices(db, viewer.unit_path, HINTS) if request.args.get("narrow") else None,
        "label": label,
        "views": saved_views.list_visible(db, viewer.staff_id, viewer.unit_path),
        "colleagues": staff_list.list_near(db, viewer.unit_path) if viewer.may("work_on_reports") else [],
    }


def _gone(db: Session, viewer: Viewer, asked: Asked, page: Page) -> dict[str, Any]:
    """What the page showed and is no longer of this list stays in its place and says who moved it on."""
    known = request.args.get(SHOWN, "").split(".")[: inbox.PAGE]
    missing = set(known) - {each.report.public_id for each in page.rows}
    gone = inbox.rows_outside(db, viewer.sight, asked.search, sorted(missing))
    return {
        "page": Page(_in_place(page.rows, inbox.rows_of(db, viewer.sight, list(gone)), known), page.next_key),
        "gone": gone,
    }


def _in_place(rows: list[Row], gone: list[Row], known: list[str]) -> list[Row]:
    """Put each that is gone back behind what it stood behind."""
    found = list(rows)
    by_id = {each.report.public_id: each for each in gone}
    for before, public_id in zip(["", *known], known, strict=False):
        if public_id in by_id:
            here = [at for at, each in enumerate(found, 1) if each.report.public_id == before]
            found.insert(here[0] if here else 0, by_id[public_id])
    return found


def _exactly(db: Session, viewer: Viewer, search: Search) -> str | None:
    """A whole reference typed into the search opens its report."""
    everywhere = Search(tab=Tab.ALL, reference=search.reference)
    rows = inbox.list_rows(db, viewer.sight, everywhere, size=2).rows
    return (
        rows[0].report.public_id if len(rows) == 1 and rows[0].report.reference == search.reference else None
    )
