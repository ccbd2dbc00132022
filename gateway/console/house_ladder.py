"""By when reports are worked on, and the days on which that time stands still (demo_data.md 6.5)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from gateway.access import Viewer, may, runtime
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import Unit
from gateway.rules.ladder import Hours, Ladder, Pace
from gateway.rules.windows import local_day
from gateway.store import ladder, staff, units

blueprint = Blueprint("house_ladder", __name__)

STEPS = ("hear", "assign", "solve")
LONGEST_HOURS, LONGEST_MINUTES, LONGEST_NAME, YEARS = 60 * 24, 60, 120, 5
PACES: dict[str, Any] = {
    Pace.ORDINARY: _("Can wait, or not said"),
    Pace.SOON: _("Soon"),
    Pace.DANGER: _("Danger, once somebody has taken it"),
}
WEEKDAYS: tuple[Any, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


@blueprint.get("/house/ladder")
@may("change_ladder")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show the deadlines, the rest days and the holidays that count here."""
    return _page(viewer)


@blueprint.post("/house/ladder")
@may("change_ladder")
def keep(viewer: Viewer) -> ResponseReturnValue:
    """Keep the deadlines, for the whole organisation."""
    rt = runtime()
    viewer.decide_for_all()
    typed = {name: value.strip() for name, value in request.form.items()}
    errors = _errors(typed)
    if errors:
        return make_response(_page(viewer, typed, errors), 422)
    chosen = _chosen(typed)
    with unit_of_work(rt.engine) as unit:
        ladder.keep_ladder(unit.db, chosen)
        facts: dict[str, Any] = {
            "hours": {str(pace): [each.hear, each.assign, each.solve] for pace, each in chosen.hours.items()},
            "rest_days": sorted(chosen.rest_days),
        }
        staff.add_audit(
            unit.db, viewer.staff_id, "ladder-changed", rt.clock(), unit_id=viewer.unit_id, **facts
        )
    flash(gettext("Kept. It holds from the next step of each report on."))
    return redirect(url_for("house_ladder.form"))


@blueprint.post("/house/ladder/holidays")
@may("change_ladder")
def add_holiday(viewer: Viewer) -> ResponseReturnValue:
    """Add a day on which no time runs for a unit and all under it."""
    rt = runtime()
    typed = {name: " ".join(value.split()) for name, value in request.form.items()}
    day = _day(typed.get("day", ""))
    name = typed.get("name", "")
    with unit_of_work(rt.engine) as unit:
        place = _place(unit.db, viewer, typed.get("unit", ""))
        errors = _holiday_errors(place, day, name)
        if place and day and not errors:
            if ladder.add_holiday(unit.db, place.id, day, name) is None:
                errors["day"] = gettext("This unit has that day off already.")
            else:
                _audit(unit.db, viewer, "holiday-added", place.id, day)
    if errors:
        return make_response(_page(viewer, typed, errors), 422)
    flash(gettext("Kept. No time runs on that day; danger knows no holiday."))
    return redirect(url_for("house_ladder.form"))


@blueprint.post("/house/ladder/holidays/<int:holiday_id>/remove")
@may("change_ladder")
def remove_holiday(viewer: Viewer, holiday_id: int) -> ResponseReturnValue:
    """Make it a working day again."""
    with unit_of_work(runtime().engine) as unit:
        found = ladder.find_holiday(unit.db, holiday_id, viewer.unit_path)
        if found is None:
            raise NotFound("there is no such holiday")
        ladder.remove_holiday(unit.db, found.id)
        _audit(unit.db, viewer, "holiday-removed", found.unit_id, found.day)
    flash(gettext("It is a working day again."))
    return redirect(url_for("house_ladder.form"))


def _chosen(typed: dict[str, str]) -> Ladder:
    hours = {pace: Hours(*(float(typed[f"{pace}-{step}"]) for step in STEPS)) for pace in Pace}
    return Ladder(
        hours=hours,
        danger_minutes=int(typed["danger_minutes"]),
        tell_days=int(typed["tell_days"]),
        rest_days=frozenset(day for day in range(7) if f"rest-{day}" in typed),
    )


def _errors(typed: dict[str, str]) -> dict[str, str]:
    errors = {}
    for pace in Pace:
        hours = [_whole(typed.get(f"{pace}-{step}", ""), LONGEST_HOURS) for step in STEPS]
        for step, each in zip(STEPS, hours, strict=True):
            if each is None:
                errors[f"{pace}-{step}"] = gettext("Write hours from 1 to %(n)s.", n=LONGEST_HOURS)
        known = [each for each in hours if each is not None]
        if len(known) == len(hours) and known != sorted(known):
            errors[f"{pace}-solve"] = gettext("A report is heard first, then given, then solved.")
    for name, most in (("danger_minutes", LONGEST_MINUTES), ("tell_days", LONGEST_MINUTES)):
        if _whole(typed.get(name, ""), most) is None:
            errors[name] = gettext("Write a number from 1 to %(n)s.", n=most)
    if all(f"rest-{day}" in typed for day in range(7)):
        errors["rest-0"] = gettext("A week needs a working day.")
    return errors


def _whole(text: str, most: int) -> int | None:
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return value if 1 <= value <= most else None


def _holiday_errors(place: Unit | None, day: date | None, name: str) -> dict[str, str]:
    errors = {}
    today = local_day(runtime().profile, runtime().clock())
    if place is None:
        errors["unit"] = gettext("There is no unit with this code here.")
    if day is None or not today <= day <= today.replace(year=today.year + YEARS, day=1):
        errors["day"] = gettext("Choose a day from today on, within %(n)s years.", n=YEARS)
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        errors["name"] = gettext("Write what is celebrated, in at most %(n)s letters.", n=LONGEST_NAME)
    return errors


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _place(db: Session, viewer: Viewer, code: str) -> Unit | None:
    """Return the unit with this code, at or below the viewer's; their own where none is named."""
    found = units.find_unit_by_code(db, code) if code else units.get_unit(db, viewer.unit_id)
    return found if found is not None and found.path.startswith(viewer.unit_path) else None


def _audit(db: Session, viewer: Viewer, action: str, unit_id: int, day: date) -> None:
    staff.add_audit(
        db, viewer.staff_id, action, runtime().clock(), "unit", unit_id, unit_id=unit_id, day=str(day)
    )


def _page(viewer: Viewer, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        chosen = ladder.find_ladder(unit.db)
        own = units.get_unit(unit.db, viewer.unit_id)
        days = ladder.list_holidays(unit.db, viewer.unit_path, local_day(rt.profile, rt.clock()))
    return render_template(
        "house/ladder.html",
        chosen=chosen,
        typed=typed or {},
        errors=errors or {},
        paces=PACES,
        weekdays=WEEKDAYS,
        holidays=[(day, place, place.path.startswith(viewer.unit_path)) for day, place in days],
        own=own,
        may_change=viewer.is_top,
    )
