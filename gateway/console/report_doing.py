"""Doing one deed on a report from its page: what a colleague did meanwhile stops it, and what was written is kept.

Each form carries `version`, the last line of the history that its page showed, and `list`, the list its reader came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gateway.access import Viewer, runtime
from gateway.console.page import local_path
from gateway.console.report_history import lines_of
from gateway.console.report_shown import asked_list, in_hand
from gateway.console.reports_next import address_of_list, address_of_next
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import ReportEvent
from gateway.reports import locking
from gateway.runtime import Runtime
from gateway.store import answers, report_page, reports, staff

Deed = Callable[[UnitOfWork, Runtime, int, int], int | None]
OURS = frozenset({"csrf_token", "version", "list", "take_over"})  # fields that are not what somebody wrote
PLAIN = frozenset(
    {"heard", "take", "assign", "work", "blank", "answer"}
)  # as the log has named them from the first
SHOWN = ("text", "office")  # fields that begin so are shown on the conflict page, others go along unseen


def do(
    viewer: Viewer,
    public_id: str,
    deed: Deed,
    said: str | None = None,
    *,
    goes_on: bool = False,
    is_strict: bool = False,
    is_final: bool = False,
    kept: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Do one deed in one unit of work; where it `goes_on` the next report of the reader's list opens.

    `is_strict`: also what the reporter said meanwhile stops it; `is_final`: it cannot be undone; `kept`: what was written,
    where the form itself does not say it.
    """
    rt = runtime()
    try:
        with unit_of_work(rt.engine) as unit:
            report = reports.get_visible(unit.db, viewer.sight, public_id)
            unit.db.refresh(report, with_for_update=True)
            if request.form.get("take_over"):
                locking.take_over(unit, rt, report.id, viewer.staff_id)
            _look_again(unit.db, report.id, viewer.staff_id, is_strict)
            event_id = deed(unit, rt, report.id, viewer.staff_id)
            staff.add_audit(unit.db, viewer.staff_id, _action(), rt.clock(), "report", report.id)
    except Conflict:
        return conflict(viewer, public_id, kept)
    if request.headers.get("X-Fragment"):
        return "", 204
    if said:
        flash(said, undo_url(public_id, event_id) if event_id and not is_final else "message")
    return redirect(_next(viewer, public_id, goes_on))


def undo_url(public_id: str, event_id: int) -> str:
    """The address that undoes a deed; the reader's list stays with it."""
    return url_for("report.undo_deed", public_id=public_id, event_id=event_id, list=asked_list() or None)


def conflict(viewer: Viewer, public_id: str, kept: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Say who was faster and what they did; what was written is kept, and may be sent all the same."""
    rt = runtime()
    if request.headers.get("X-Fragment"):
        return "", 409
    with unit_of_work(rt.engine) as unit:
        report = reports.get_visible(unit.db, viewer.sight, public_id)
        holder = in_hand(unit.db, rt, viewer, report)
        events = reports.history(unit.db, report.id)
        since = [each for each in events if each.id > _version()] if _version() else events[-1:]
        values: dict[str, Any] = {
            "report": report,
            "holder": holder,
            "since": lines_of(unit.db, rt, viewer, report, since),
            "is_by_itself": bool(since) and all(each.staff_id is None for each in since),
            "version": events[-1].id if events else 0,
            "last_answer": max((each.id for each in answers.list_answers(unit.db, report.id)), default=0),
        }
    wrote = {**_written(), **(kept or {})}
    page = render_template("reports/conflict.html", wrote=wrote, shown=SHOWN, list=asked_list(), **values)
    return make_response(page, 409)


def _action() -> str:
    """The deed as the log names it: the last word of its address, told from other things' deeds."""
    word = request.path.split("/")[3]
    return word if word in PLAIN else f"report-{word}"


def _written() -> dict[str, str]:
    return {name: value for name, value in request.form.items() if name not in OURS and value}


def _version() -> int:
    version = request.form.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else 0


def _look_again(db: Session, report_id: int, staff_id: int, is_strict: bool) -> None:
    """Raises Conflict where somebody else did something since the page was read; a form without a version never asks."""
    if not _version():
        return
    others = report_page.list_since(db, report_id, _version(), staff_id)
    if any(_is_new(each, is_strict) for each in others):
        raise Conflict("a colleague did something to this report meanwhile", "meanwhile")


def _is_new(event: ReportEvent, is_strict: bool) -> bool:
    if event.kind == "heard":
        return False
    return is_strict or event.staff_id is not None


def _next(viewer: Viewer, public_id: str, goes_on: bool) -> str:
    """Where a deed leads: to the report itself, to the next one of the reader's list, or to that list at its end."""
    kept = asked_list()
    with unit_of_work(runtime().engine) as unit:
        if goes_on and kept:
            return address_of_next(unit.db, viewer, kept, public_id) or address_of_list(kept)
        if not report_page.is_visible(
            unit.db, viewer.sight, public_id
        ):  # restricted by somebody who may not see such
            return address_of_list(kept)
    here = url_for("report.show", public_id=public_id, list=kept or None)
    return local_path(request.form.get("next"), here)
