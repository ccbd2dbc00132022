"""The code form of a report: subject, urgency, place, who must act, for how many, whom it accuses, which language, doubles.

Every button is a deed of its own, done at once and undone with one press; nothing waits for a "save" (console.md 1b).
"""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.locale import SPOKEN
from gateway.console.report_doing import do
from gateway.console.report_shown import unfit
from gateway.console.units_choice import chosen
from gateway.console.words import CATEGORIES, MUST_ACT, URGENCIES
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.reports import desk, group, merging
from gateway.runtime import Runtime
from gateway.states import Urgency
from gateway.store import reports

blueprint = Blueprint("report_code", __name__)

LONGEST_OFFICE = desk.LONGEST_OFFICE


@blueprint.post("/reports/<public_id>/category")
@may("work_on_reports")
def set_category(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say what it is about: one of sixteen subjects."""
    code = request.form.get("category", "")
    if code not in CATEGORIES:
        return unfit(viewer, public_id, "category", gettext("Choose one of the sixteen subjects."))

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.set_category(unit, rt, report_id, staff_id, code)

    return do(viewer, public_id, deed, gettext("It is about: %(subject)s.", subject=CATEGORIES[code]))


@blueprint.post("/reports/<public_id>/urgency")
@may("work_on_reports")
def set_urgency(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say how urgent it is; danger rings the duty numbers."""
    wanted = request.form.get("urgency", "")
    if wanted not in set(Urgency):
        return unfit(viewer, public_id, "urgency", gettext("Choose how urgent it is."))
    urgency = Urgency(wanted)

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.set_urgency(unit, rt, report_id, staff_id, urgency)

    return do(viewer, public_id, deed, gettext("Urgency: %(urgency)s.", urgency=URGENCIES[urgency]))


@blueprint.post("/reports/<public_id>/place")
@may("work_on_reports")
def set_place(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say where it is: a unit at or below one's own."""
    with unit_of_work(runtime().engine) as unit:
        reports.get_visible(unit.db, viewer.sight, public_id)
        place, wrong = chosen(unit.db, viewer.unit_path, request.form.get("place", ""))
    if place is None:
        return unfit(viewer, public_id, "place", wrong or gettext("Choose a unit."))
    unit_id = place.id

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.set_place(unit, rt, report_id, staff_id, unit_id)

    return do(viewer, public_id, deed, gettext("It is in %(place)s.", place=place.name))


@blueprint.post("/reports/<public_id>/must-act")
@may("work_on_reports")
def set_must_act(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say who must act: the own unit, or an office by its name. That nobody can, is said in an answer to the member."""
    who, office = request.form.get("who", ""), request.form.get("office", "").strip()
    if who not in ("unit", "office"):
        return unfit(viewer, public_id, "office", gettext("Say who must act."))
    if who == "office" and not office:
        return unfit(viewer, public_id, "office", gettext("Name the office that must act."))
    if len(office) > LONGEST_OFFICE:
        return unfit(
            viewer, public_id, "office", gettext("Shorter, please: the name of the office is enough.")
        )
    named = office if who == "office" else ""

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.set_must_act(unit, rt, report_id, staff_id, who, named)

    return do(viewer, public_id, deed, gettext("Who must act: %(who)s.", who=named or MUST_ACT[who]))


@blueprint.post("/reports/<public_id>/people")
@may("work_on_reports")
def set_people(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Say for how many people it was told."""
    typed = request.form.get("people", "").strip()
    people = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    if not 1 <= people <= group.MOST_PEOPLE:
        return unfit(viewer, public_id, "people", gettext("Write a number of people, such as 12."))

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return group.correct_people(unit, rt, report_id, staff_id, people)

    return do(viewer, public_id, deed, gettext("For %(n)s people.", n=people))


@blueprint.post("/reports/<public_id>/restrict")
@may("work_on_reports")
def restrict(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It accuses somebody by name, or does so no more: who sees it is fewer or more people."""
    is_restricted = request.form.get("is_restricted") == "yes"

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.restrict(unit, rt, report_id, staff_id, is_restricted)

    said = gettext("Restricted now.") if is_restricted else gettext("Open to the unit again.")
    return do(viewer, public_id, deed, said, goes_on=is_restricted and not viewer.may("see_restricted"))


@blueprint.post("/reports/<public_id>/language")
@may("work_on_reports")
def wants_language(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Not a language of mine: to somebody who speaks it."""
    code = request.form.get("language", "")
    if code not in SPOKEN:
        return unfit(viewer, public_id, "language", gettext("Choose the language that is spoken."))

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        return desk.wants_language(unit, rt, report_id, staff_id, code)

    said = gettext("It goes to somebody who speaks %(language)s.", language=SPOKEN[code])
    return do(viewer, public_id, deed, said, goes_on=True)


@blueprint.post("/reports/<public_id>/merge")
@may("work_on_reports")
def merge(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is the same problem as another report: one work, and each reporter gets the answer."""
    into = request.form.get("into", "").strip()

    def deed(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int | None:
        kept = _other(unit, viewer, into)
        return merging.merge(unit, rt, report_id, staff_id, kept)

    return do(
        viewer, public_id, deed, gettext("One work now; everybody who told it gets the answer."), goes_on=True
    )


@blueprint.post("/reports/<public_id>/split")
@may("work_on_reports")
def split(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """It is another problem after all."""
    return do(viewer, public_id, merging.split, gettext("It is a work of its own again."))


def _other(unit: UnitOfWork, viewer: Viewer, into: str) -> int:
    """The report that was meant, by its public id or its reference; only one that the viewer may know of."""
    if into.isascii() and into.isdigit():
        return reports.get_by_reference(unit.db, into, viewer.sight).id
    if not into:
        raise NotFound("no report was named")
    return reports.get_visible(unit.db, viewer.sight, into).id
