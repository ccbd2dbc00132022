"""Everything that the page of one report shows, gathered in one unit of work; and the page when a form came back wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from gateway import drafts
from gateway.access import Viewer, runtime
from gateway.access.permissions import Permission, Role, may_role
from gateway.console.answer_form import AnswerForm, blank_form, heard_as
from gateway.console.report_history import lines_of
from gateway.console.reports_next import address_of_list
from gateway.console.units_choice import Choice, label
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import Report, Staff, Unit
from gateway.reports import deadlines, locking, merging
from gateway.runtime import Runtime
from gateway.store import answers, inbox, report_page, reports, staff, units


def asked_list() -> str:
    """The list the reader came from: what stands behind the question mark of its address."""
    return request.values.get("list", "")[:1000]


@dataclass(frozen=True)
class InHand:
    """Which colleague is at work on a report, and since when where the log says it."""

    name: str
    since: datetime | None


def in_hand(db: Session, rt: Runtime, viewer: Viewer, report: Report) -> InHand | None:
    """Say which colleague has the report in hand, None where nobody or the viewer has."""
    holder = locking.find_holder(db, report, rt.clock(), besides=viewer.staff_id)
    if holder is None:
        return None
    day_before = rt.clock() - timedelta(days=1)
    return InHand(holder.name, report_page.opened_at(db, report.id, holder.staff_id, day_before))


def render_report(
    viewer: Viewer,
    public_id: str,
    form: AnswerForm | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """Render the page, with the answer form as it was filled in where it came back, and what was wrong elsewhere."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        values = _shown(unit.db, rt, viewer, public_id)
    made = form or blank_form(rt, values["row"], values["answers"])
    made = replace(made, errors={**made.errors, **(errors or {})})
    return render_template(
        "reports/show.html",
        form=made,
        heard=heard_as(rt, values["report"], made),
        given=request.form if errors else {},
        list=asked_list(),
        list_url=address_of_list(asked_list()),
        **values,
    )


def unfit(viewer: Viewer, public_id: str, field: str, sentence: str) -> ResponseReturnValue:
    """What was sent cannot be taken: the page again, saying why and what to do."""
    return make_response(render_report(viewer, public_id, errors={field: sentence}), 422)


def colleagues_of(db: Session, report: Report, permission: Permission) -> list[Staff]:
    """List who may be given this report, or told of it: who sees its unit, and an accusation only where they may."""
    path = db.get_one(Unit, report.sight_unit_id).path
    return [
        each
        for each in staff.list_above(db, path)
        if may_role(Role(each.role), permission)
        and (
            not report.is_restricted
            or permission == Permission.WORK_ON_REPORTS
            or each.id == report.assignee_id
            or may_role(Role(each.role), Permission.SEE_RESTRICTED)
        )
    ]


def _shown(db: Session, rt: Runtime, viewer: Viewer, public_id: str) -> dict[str, Any]:
    row = inbox.get_row(db, viewer.sight, public_id)
    if row is None:
        raise NotFound("there is no such report")
    report = row.report
    works = viewer.may(Permission.WORK_ON_REPORTS)
    return {
        "row": row,
        "report": report,
        "line": units.list_line(db, row.place),
        "desk_unit": db.get_one(Unit, report.desk_unit_id),
        "written": _written(rt, report),
        "draft": drafts.text_of(rt, row.note),
        "additions": _additions(db, rt, report),
        **_past(db, rt, viewer, report),
        **_beside(db, viewer, report),
        "holder": in_hand(db, rt, viewer, report),
        "deadline": deadlines.next_for(db, rt, report),
        "now": rt.clock(),
        "colleagues": colleagues_of(db, report, Permission.WORK_ON_REPORTS) if works else [],
        "readers": colleagues_of(db, report, Permission.SEE_REPORTS) if works else [],
        "places": Choice(report_page.list_beside(db, viewer.unit_path, row.place), False) if works else None,
        "unit_label": label,
    }


def _past(db: Session, rt: Runtime, viewer: Viewer, report: Report) -> dict[str, Any]:
    """Its history, the answers given, and the calls that took them."""
    history = reports.history(db, report.id)
    given = answers.list_answers(db, report.id)
    calls = report_page.list_calls_about(db, report.id)
    return {
        "history": lines_of(db, rt, viewer, report, history),
        "version": history[-1].id if history else 0,
        "answers": given,
        "names": staff.names_of(db, [each.staff_id for each in given if each.staff_id]),
        "rings": {each.answer_id: each for each in calls if each.answer_id},
    }


def _beside(db: Session, viewer: Viewer, report: Report) -> dict[str, Any]:
    """What else is known: the same person's, the same place's, the same problem's."""
    sight = viewer.sight
    return {
        "earlier": report_page.list_earlier(db, sight, report),
        "near": report_page.list_near(db, sight, report),
        "alike": merging.suggest(db, sight, report) if viewer.may(Permission.WORK_ON_REPORTS) else [],
        "reporters": report_page.list_reporters(db, sight, report.id),
        "main": report_page.find_main(db, sight, report),
    }


def _written(rt: Runtime, report: Report) -> str | None:
    sealed = report.sealed_text
    return rt.vault.open_text(sealed, reports.TEXT_PURPOSE, report.reference) if sealed else None


def _additions(db: Session, rt: Runtime, report: Report) -> list[dict[str, Any]]:
    return [
        {
            "addition": each.addition,
            "note": each.note,
            "text": rt.vault.open_text(sealed, reports.ADDITION_PURPOSE, report.id)
            if (sealed := each.addition.sealed_text)
            else None,
        }
        for each in report_page.list_additions(db, report.id)
    ]
