"""The audit log for those who may search it: who saw and did what, in which unit, on which days; and taking it away.

Looking here is not noted, taking away is.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.console.audit_words import ACTIONS, COMMAND_LINE, SUBJECTS, action_word
from gateway.console.lists_words import WHY_LEFT_ALONE
from gateway.console.units_choice import choices, chosen, label
from gateway.db import unit_of_work
from gateway.people.export import harmless
from gateway.store import audit_list, staff
from gateway.store.audit_list import PAGE, AuditSearch, Line

blueprint = Blueprint("audit", __name__)

FIELDS = {"person": 254, "action": 48, "subject": 64, "unit": 300, "since": 10, "until": 10}
MOST_EXPORTED = 100_000
COLUMNS = ("number", "at", "who", "action", "subject", "subject_id", "unit", "details")


@dataclass(frozen=True)
class Asked:
    """What was typed, and the search that it comes to; `errors` by field."""

    given: dict[str, str]
    search: AuditSearch
    errors: dict[str, str]


@blueprint.get("/house/audit")
@may("see_audit")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the entries that the address describes."""
    with unit_of_work(runtime().engine) as unit:
        asked = _asked(unit.db, viewer, request.args)
        search = replace(asked.search, before=request.args.get("before", type=int))
        lines = [] if asked.errors else _lines(unit.db, viewer, search)
        names = audit_list.names_of(unit.db, lines)
        places = choices(unit.db, viewer.unit_path)
    here = _typed(asked)
    older = url_for("audit.index", **here, before=lines[PAGE - 1].entry.id) if len(lines) > PAGE else None
    return render_template(
        "audit.html",
        lines=lines[:PAGE],
        names=names,
        given=asked.given,
        errors=asked.errors,
        places=places,
        label=label,
        actions=ACTIONS,
        action_word=action_word,
        command_line=COMMAND_LINE,
        suppression_reasons=WHY_LEFT_ALONE,
        older=older,
        first=url_for("audit.index", **here) if search.before else None,
    )


@blueprint.post("/house/audit/export")
@may("see_audit")
def export(viewer: Viewer) -> ResponseReturnValue:
    """Hand out what was searched for as CSV, harmless in a spreadsheet; that it was taken is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        asked = _asked(unit.db, viewer, request.form)
        if asked.errors:
            return redirect(url_for("audit.index", **_typed(asked)))
        by = sorted(name for name, value in asked.given.items() if value)
        staff.add_audit(unit.db, viewer.staff_id, "audit-exported", rt.clock(), unit_id=viewer.unit_id, by=by)
    answer = Response(stream_with_context(_csv(viewer, asked.search)), mimetype="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=log.csv"
    return answer


def _typed(asked: Asked) -> dict[str, Any]:
    return {name: value or None for name, value in asked.given.items()}


def _csv(viewer: Viewer, search: AuditSearch) -> Iterator[str]:
    yield "\ufeff" + _row(COLUMNS)
    rt, count, before = runtime(), 0, search.before
    while count < MOST_EXPORTED:
        with unit_of_work(rt.engine) as unit:
            lines = _lines(unit.db, viewer, replace(search, before=before))[:PAGE]
            names = audit_list.names_of(unit.db, lines)
        yield "".join(_row(_cells(line, names)) for line in lines)
        if len(lines) < PAGE:
            return
        count, before = count + len(lines), lines[-1].entry.id


def _cells(line: Line, names: Mapping[tuple[str, int], str]) -> tuple[str, ...]:
    entry = line.entry
    local = entry.at.astimezone(runtime().profile.timezone)
    told = names.get((entry.subject, entry.subject_id or 0), str(entry.subject_id or ""))
    details = "; ".join(f"{name}={value}" for name, value in sorted(entry.details.items()))
    return (
        str(entry.id),
        local.isoformat(timespec="seconds"),
        line.who or str(COMMAND_LINE),
        action_word(entry.action),
        str(SUBJECTS.get(entry.subject, entry.subject)),
        told,
        line.place or "",
        details,
    )


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def _lines(db: Session, viewer: Viewer, search: AuditSearch) -> list[Line]:
    return audit_list.list_lines(db, viewer.unit_path, search, viewer.is_top)


def _asked(db: Session, viewer: Viewer, values: Mapping[str, str]) -> Asked:
    """Read the form; what names nothing at or below the viewer's unit is an error, never everything."""
    given = {name: values.get(name, "").strip()[:longest] for name, longest in FIELDS.items()}
    errors: dict[str, str] = {}
    person = audit_list.find_person(db, viewer.unit_path, given["person"]) if given["person"] else None
    subject = audit_list.find_subject(db, viewer.unit_path, given["subject"]) if given["subject"] else None
    place, wrong_unit = chosen(db, viewer.unit_path, given["unit"]) if given["unit"] else (None, None)
    if given["person"] and person is None:
        errors["person"] = gettext(
            "Nobody at or below your unit is called so, or several are: write the e-mail."
        )
    if given["subject"] and subject is None:
        errors["subject"] = gettext("Nothing at or below your unit has this reference.")
    if wrong_unit:
        errors["unit"] = wrong_unit
    days = {name: _day(given[name]) for name in ("since", "until")}
    for name, day in days.items():
        if given[name] and day is None:
            errors[name] = gettext("Write a day as 2026-11-22.")
    until = days["until"] + timedelta(days=1) if days["until"] else None
    search = AuditSearch(
        staff_id=person,
        action=given["action"],
        subject=subject,
        unit_path=place.path if place else None,
        since=days["since"],
        until=until,
    )
    return Asked(given, search, errors)


def _day(typed: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(typed), time(), runtime().profile.timezone)
    except ValueError:
        return None
