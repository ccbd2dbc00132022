"""One deed with many reports of the inbox: each is looked at by itself, for sight, hand and version, and can be undone.

A report that somebody moved on, or has in hand, stays as it is; what is said afterwards names it and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import ngettext as plural

from gateway.access import Viewer, may, runtime
from gateway.console.formats import number
from gateway.console.page import local_path
from gateway.console.words import CATEGORIES
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import Report
from gateway.reports import desk, merging
from gateway.reports.undo import undo as undo_event
from gateway.runtime import Runtime
from gateway.store import inbox, reports, staff, staff_list

blueprint = Blueprint("reports_bulk", __name__)

MOST = 100
NAMED = 5  # references of those that were left, then only their number
CHANGED = "changed"
NOTED_AS = {
    "assign": "assign",
    "give": "assign",
    "blank": "blank",
    "category": "report-category",
    "restrict": "report-restrict",
    "merge": "report-merge",
}  # in the log

Deed = Callable[[UnitOfWork, Runtime, int, int], int]


@dataclass
class Result:
    """What became of many: the lines of history that undo it, and those that stayed, with why."""

    done: int = 0
    events: list[int] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)


@blueprint.post("/reports/bulk")
@may("work_on_reports")
def do(viewer: Viewer) -> ResponseReturnValue:
    """Do one deed with every report that was chosen, and say how many and which not."""
    chosen = list(_chosen())
    word = (
        request.form.get("more", "") if request.form.get("deed") == "more" else request.form.get("deed", "")
    )
    back = redirect(local_path(request.form.get("next"), url_for("reports.index")))
    if not chosen:
        flash(gettext("Choose reports first: tick the boxes before them."))
        return back
    if word == "merge":
        chosen, deed = _merging(viewer, chosen)
    else:
        deed = _deed(viewer, word)
    if deed is None:
        flash(gettext("Say what is to be done with those that are chosen."))
        return back
    result = Result()
    for public_id, version in chosen:
        _one(viewer, public_id, version, NOTED_AS[word.partition(".")[0]], deed, result)
    _say(result)
    return back


@blueprint.post("/reports/undo/<events>")
@may("work_on_reports")
def undo(viewer: Viewer, events: str) -> ResponseReturnValue:
    """Undo what was done with many, the last first; what was changed since stays."""
    rt, result = runtime(), Result()
    for event_id in [int(each) for each in events.split(".")[:MOST] if each.isdecimal() and len(each) < 19][
        ::-1
    ]:
        try:
            with unit_of_work(rt.engine) as unit:
                report = inbox.get_of_event(unit.db, viewer.sight, event_id)
                undo_event(unit, rt, event_id, viewer.staff_id)
                staff.add_audit(unit.db, viewer.staff_id, "report-undo", rt.clock(), "report", report.id)
            result.done += 1
        except Conflict:
            result.left.append((report.reference, CHANGED))
        except NotFound:
            continue
    flash(
        plural("Undone for %(n)s report.", "Undone for %(n)s reports.", result.done, n=number(result.done))
        + _left(result)
    )
    return redirect(local_path(request.form.get("next"), url_for("reports.index")))


def _chosen() -> Iterator[tuple[str, int]]:
    """Each report that was ticked, with the version that was seen."""
    for each in request.form.getlist("id")[:MOST]:
        public_id, _, version = each.partition(".")
        if version.isdecimal() and len(version) < 19:
            yield public_id, int(version)


def _deed(viewer: Viewer, word: str) -> Deed | None:
    kind, _, of = word.partition(".")
    match kind:
        case "assign":
            return lambda unit, rt, report_id, by: desk.assign(unit, rt, report_id, by, by)
        case "give":
            return lambda unit, rt, report_id, by: desk.assign(
                unit, rt, report_id, by, _colleague(unit, viewer, of)
            )
        case "category" if of in CATEGORIES:
            return lambda unit, rt, report_id, by: desk.set_category(unit, rt, report_id, by, of)
        case "restrict" if viewer.may("see_restricted"):
            return lambda unit, rt, report_id, by: desk.restrict(unit, rt, report_id, by, True)
        case "blank":
            return desk.mark_blank
        case _:
            return None


def _colleague(unit: UnitOfWork, viewer: Viewer, public_id: str) -> int:
    for each in staff_list.list_near(unit.db, viewer.unit_path):
        if each.public_id == public_id:
            return each.id
    raise NotFound("there is no such colleague")


def _merging(viewer: Viewer, chosen: list[tuple[str, int]]) -> tuple[list[tuple[str, int]], Deed | None]:
    """All but the oldest are merged into it; fewer than two are nothing to merge."""
    with unit_of_work(runtime().engine) as unit:
        found = [_visible(unit, viewer, public_id) for public_id, _ in chosen]
    seen = [each for each in found if each is not None]
    if len(seen) < 2:
        return chosen, None
    head = min(seen, key=lambda each: (each.received_at, each.id))
    others = [each for each in chosen if each[0] != head.public_id]
    return others, lambda unit, rt, report_id, by: merging.merge(unit, rt, report_id, by, head.id)


def _one(viewer: Viewer, public_id: str, version: int, action: str, deed: Deed, result: Result) -> None:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        report = _visible(unit, viewer, public_id)
    if report is None:
        return
    try:
        with unit_of_work(rt.engine) as unit:
            now = unit.db.get_one(Report, report.id, with_for_update=True)
            if now.version != version:
                raise Conflict("it was changed since", CHANGED)
            event_id = deed(unit, rt, report.id, viewer.staff_id)
            staff.add_audit(unit.db, viewer.staff_id, action, rt.clock(), "report", report.id)
    except (Conflict, NotFound) as error:
        result.left.append((report.reference, error.code))
        return
    result.done += 1
    if event_id:
        result.events.append(event_id)


def _visible(unit: UnitOfWork, viewer: Viewer, public_id: str) -> Report | None:
    try:
        return reports.get_visible(unit.db, viewer.sight, public_id)
    except NotFound:
        return None


def _say(result: Result) -> None:
    text = plural("Done with %(n)s report.", "Done with %(n)s reports.", result.done, n=number(result.done))
    undo_at = (
        url_for("reports_bulk.undo", events=".".join(map(str, result.events))) if result.events else "message"
    )
    flash(text + _left(result), undo_at)


def _left(result: Result) -> str:
    """Say which were left as they are, by reason."""
    said = []
    for code, count in Counter(code for _, code in result.left).items():
        names = [reference for reference, why in result.left if why == code][:NAMED]
        more = " …" if count > NAMED else ""
        said.append(f"{_why(code)}: {', '.join(names)}{more}")
    if not said:
        return ""
    left = plural(
        "%(n)s stays as it is.", "%(n)s stay as they are.", len(result.left), n=number(len(result.left))
    )
    return f" {left} {'; '.join(said)}"


def _why(code: str) -> str:
    match code:
        case "held":
            return str(gettext("A colleague is on it"))
        case "changed":
            return str(gettext("Changed since you looked"))
        case "not-found":
            return str(gettext("Not to be seen by whom it should go to"))
        case _:
            return str(gettext("Past that by now"))
