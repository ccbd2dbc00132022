"""Recruitment drives: how each stands against its line, its units, who lacks most; begun and closed here (S1-16)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date, gettext

from flows.typed import ascii_digits
from gateway import drives as room
from gateway.access import Viewer, may, runtime
from gateway.console.curves import curve
from gateway.console.formats import number
from gateway.console.units_choice import choices, chosen, label
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import MemberlineError, NotFound
from gateway.models import Unit
from gateway.store import drives, units
from gateway.store.drives import DriveRow

blueprint = Blueprint("members_drives", __name__)

FIELDS = ("name", "unit", "target", "starts_on", "ends_on", "shared")
ORDINARY_DAYS = 30


@blueprint.get("/members/drives")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List the drives that the viewer's unit takes part in."""
    return _index(viewer, _blank(), {})


@blueprint.post("/members/drives")
@may("change_members")
def add(viewer: Viewer) -> ResponseReturnValue:
    """Begin a drive."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:300] for name in FIELDS}
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
        errors = _errors(given) | ({"unit": problem} if problem else {})
        if not errors and place is not None:
            made = room.begin(
                unit,
                rt,
                name=given["name"],
                place=place,
                target=int(digits_of(given["target"])),
                starts_on=date.fromisoformat(given["starts_on"]),
                ends_on=date.fromisoformat(given["ends_on"]),
                is_shared=bool(given["shared"]),
                staff_id=viewer.staff_id,
            )
            flash(gettext("The drive has begun."))
            return redirect(url_for("members_drives.show", public_id=made.public_id))
    return make_response(_index(viewer, given, errors), 422)


@blueprint.get("/members/drives/<public_id>")
@may("see_members")
def show(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show one drive: its curve, the forecast, and the units right under the one looked at."""
    rt = runtime()
    page = request.args.get("page", "0")
    nth = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    with unit_of_work(rt.engine) as unit:
        row = drives.get_drive(unit.db, viewer.unit_path, public_id)
        here = _seen(unit, row, viewer, request.args.get("unit", ""))
        stand = room.stand(unit, rt, row, viewer.unit_path)
        since, until = room.days_of(rt, row.drive)
        below, has_more = drives.by_unit(unit.db, row.drive.id, here, since, until, nth)
    return render_template(
        "members/drive.html",
        row=row,
        here=here,
        stand=stand,
        below=below,
        table=list(zip(stand.course.days, stand.course.joined, strict=False)),
        chart=_chart(row, stand),
        may_change=viewer.may("change_members") and row.place.path.startswith(viewer.unit_path),
        older=url_for("members_drives.show", public_id=public_id, unit=here.code, page=nth + 1)
        if has_more
        else None,
        first=url_for("members_drives.show", public_id=public_id, unit=here.code) if nth else None,
    )


@blueprint.post("/members/drives/<public_id>/target")
@may("change_members")
def set_target(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Change how many one unit is to bring."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = _own(unit, viewer, public_id)
        place = units.find_unit_by_code(unit.db, request.form.get("unit", "")[:64])
        if place is None or not place.path.startswith(row.place.path):
            raise NotFound("there is no such unit in this drive")
        wanted = digits_of(request.form.get("target", ""))
        try:
            room.set_target(unit, rt, row, place, int(wanted) if wanted else -1, viewer.staff_id)
            flash(gettext("Kept."))
        except MemberlineError:
            flash(gettext("Write how many new members this unit is to bring, in digits."))
        parent = unit.db.get_one(Unit, place.parent_id).code if place.parent_id else None
    return redirect(url_for("members_drives.show", public_id=public_id, unit=parent))


@blueprint.post("/members/drives/<public_id>/close")
@may("change_members")
def close(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Close a drive; twice changes nothing."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        room.close(unit, rt, _own(unit, viewer, public_id), viewer.staff_id)
    flash(gettext("The drive is closed. Its figures stay."))
    return redirect(url_for("members_drives.index"))


def _index(viewer: Viewer, given: dict[str, str], errors: dict[str, str]) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        rows = drives.list_drives(unit.db, viewer.unit_path)
        stands = {row.drive.id: room.stand(unit, rt, row, viewer.unit_path) for row in rows}
        places = choices(unit.db, viewer.unit_path)
        if not given["unit"]:
            given = {**given, "unit": label(units.get_unit(unit.db, viewer.unit_id))}
    return render_template(
        "members/drives.html",
        rows=rows,
        stands=stands,
        places=places,
        label=label,
        given=given,
        errors=errors,
    )


def _blank() -> dict[str, str]:
    today = runtime().clock().astimezone(runtime().profile.timezone).date()
    last = today + timedelta(days=ORDINARY_DAYS)
    days = {"starts_on": today.isoformat(), "ends_on": last.isoformat()}
    return {**dict.fromkeys(FIELDS, ""), **days, "shared": "yes"}


def _errors(given: dict[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not given["name"]:
        errors["name"] = gettext("Give the drive a name.")
    target = digits_of(given["target"])
    if not target or not 1 <= int(target) <= room.LARGEST:
        errors["target"] = gettext("Write how many new members it is to bring, in digits.")
    first, last = _day(given["starts_on"]), _day(given["ends_on"])
    if first is None:
        errors["starts_on"] = gettext("Choose the first day.")
    if last is None:
        errors["ends_on"] = gettext("Choose the last day.")
    if first and last and not 0 <= (last - first).days <= room.LONGEST_DAYS:
        errors["ends_on"] = gettext("The last day must come after the first, and within two years.")
    return errors


def digits_of(text: str) -> str:
    """A whole number as people type it: any script's digits, grouped or not; "" for anything else."""
    plain = ascii_digits(text).replace(",", "").replace(" ", "").replace("\u00a0", "")
    return plain if plain.isascii() and plain.isdigit() and len(plain) < 12 else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _own(unit: UnitOfWork, viewer: Viewer, public_id: str) -> DriveRow:
    """A drive that the viewer may change: of their own unit or one under it."""
    row = drives.get_drive(unit.db, viewer.unit_path, public_id)
    if not row.place.path.startswith(viewer.unit_path):
        raise NotFound("there is no such drive")
    return row


def _seen(unit: UnitOfWork, row: DriveRow, viewer: Viewer, code: str) -> Unit:
    """The unit whose parts are listed: one of the drive that the viewer may look at."""
    path = drives.scope(row, viewer.unit_path)
    wanted = units.find_unit_by_code(unit.db, code[:64]) if code else None
    if code and (wanted is None or not wanted.path.startswith(path)):
        raise NotFound("there is no such unit in this drive")
    top = viewer.unit_id if path == viewer.unit_path else row.place.id
    return wanted or _first_with_parts(unit, units.get_unit(unit.db, top))


def _first_with_parts(unit: UnitOfWork, place: Unit) -> Unit:
    """An only child is no list: go down to where there are several."""
    children = drives.children_of(unit.db, place.id)
    return _first_with_parts(unit, units.get_unit(unit.db, children[0])) if len(children) == 1 else place


def _chart(row: DriveRow, stand: room.Standing) -> Any:
    of = stand.course
    return curve(
        of.joined,
        len(of.days),
        of.target,
        gettext(
            "%(joined)s of %(target)s have joined", joined=number(of.total), target=number(of.target or 0)
        ),
        (format_date(row.drive.starts_on, "d MMM"), format_date(row.drive.ends_on, "d MMM")),
        number(of.target) if of.target else "",
    )
