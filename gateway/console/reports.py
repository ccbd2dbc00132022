"""The inbox: reports as a list, with tabs, filters in the address and pages by key (look.md 5, console.md 1b)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from gateway.access import Viewer, may, runtime
from gateway.console.fragments import page_or_fragment
from gateway.db import unit_of_work
from gateway.states import ReportState, Urgency
from gateway.store import inbox
from gateway.store.inbox import Search, Tab

blueprint = Blueprint("reports", __name__)
KEPT = ("tab", "unit", "state", "urgency", "voice", "language", "q")


@blueprint.get("/reports")
@may("see_reports")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes."""
    search = search_in(request.args)
    with unit_of_work(runtime().engine) as unit:
        if search.reference and (found := _exactly(unit.db, viewer, search)):
            return redirect(url_for("report.show", public_id=found))
        values: dict[str, Any] = {
            "search": search,
            "page": inbox.list_rows(unit.db, viewer.sight, search),
            "counts": inbox.count_tabs(unit.db, viewer.sight, search),
            "places": inbox.list_places(unit.db, viewer.sight),
            "report_languages": inbox.list_languages(unit.db, viewer.sight),
        }
    values["address"] = address_of
    return page_or_fragment("reports/index.html", "reports/list.html", **values)


def search_in(asked: MultiDict[str, str]) -> Search:
    """Read the search of an address; what is not understood is left out, so that no link ever breaks."""
    unit_id = asked.get("unit", "")
    reference = "".join(sign for sign in asked.get("q", "") if sign in "0123456789")[:12]
    return Search(
        tab=_one_of(Tab, asked.get("tab")) or Tab.WAITING,
        unit_id=int(unit_id) if unit_id.isascii() and unit_id.isdigit() and len(unit_id) < 19 else None,
        state=_one_of(ReportState, asked.get("state")),
        urgency=_one_of(Urgency, asked.get("urgency")),
        has_voice={"yes": True, "no": False}.get(asked.get("voice", "")),
        language=asked.get("language", "")[:8] or None,
        reference=reference or None,
        after=asked.get("after"),
    )


def address_of(**changed: str | None) -> str:
    """Return the address of this list with something changed; a page key never outlives a change."""
    kept = {name: request.args[name] for name in KEPT if request.args.get(name)}
    wanted = {name: value for name, value in {**kept, **changed}.items() if value}
    return url_for("reports.index", **wanted)  # type: ignore[arg-type]


def _one_of(kind: Any, word: str | None) -> Any:
    return kind(word) if word in set(kind) else None


def _exactly(db: Any, viewer: Viewer, search: Search) -> str | None:
    """A whole reference typed into the search opens its report."""
    everywhere = Search(tab=Tab.ALL, reference=search.reference)
    rows = inbox.list_rows(db, viewer.sight, everywhere, size=2).rows
    return (
        rows[0].report.public_id if len(rows) == 1 and rows[0].report.reference == search.reference else None
    )
