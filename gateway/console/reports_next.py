"""The next report of a list: what opens after a deed.

The page of a report carries its list as the parameter `list`: the inbox's address behind the question mark, with `at`, the
report's place in it. Reports that a colleague has in hand are passed over.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.reports_search import Asked, read_query, tidy
from gateway.db import unit_of_work
from gateway.store import inbox
from gateway.store.inbox import Row
from gateway.store.inbox_search import key_of, place_of

blueprint = Blueprint("reports_next", __name__)


@blueprint.get("/reports/next")
@may("see_reports")
def show(viewer: Viewer) -> ResponseReturnValue:
    """Open the report after this one; at the end of the list the list itself."""
    query = request.args.get("list", "")
    with unit_of_work(runtime().engine) as unit:
        found = address_of_next(unit.db, viewer, query, request.args.get("after", ""))
    if found is None:
        flash(gettext("That was the last one of this list."))
    return redirect(found or address_of_list(query))


def address_of_list(query: str) -> str:
    """Return the address of the list that a report was opened from."""
    kept = tidy(query)
    return f"{url_for('reports.index')}?{kept}" if kept else url_for("reports.index")


def address_of_next(db: Session, viewer: Viewer, query: str, after_public_id: str) -> str | None:
    """Return the address of the report after this one in the list, None at its end."""
    asked, row = _next(db, viewer, query, after_public_id)
    return asked.address_of(row) if row else None


def _next(db: Session, viewer: Viewer, query: str, after_public_id: str) -> tuple[Asked, Row | None]:
    asked = read_query(db, viewer, query)
    place = place_of(dict(parse_qsl(query[:1000])).get("at"))
    if place is None:
        here = inbox.get_row(db, viewer.sight, after_public_id)
        place = place_of(key_of(here.report)) if here else None
    if place is None:
        return asked, None
    return asked, inbox.next_row(db, viewer.sight, asked.search, place, runtime().clock())
