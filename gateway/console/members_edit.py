"""Changing what is known of one member: a form that overwrites nobody's change."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.locale import SPOKEN as TONGUES
from gateway.console.members_words import HANDSETS, WORDS
from gateway.console.units_choice import choices, chosen, label
from gateway.content import SPOKEN
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Member
from gateway.people import correcting
from gateway.rules.slots import SLOTS
from gateway.store import member_list, units

blueprint = Blueprint("members_edit", __name__)

FIELDS = ("name", "unit", "home_unit", "language", "handset", "slot", "tags", "is_adult")
ADULT = {"yes": True, "no": False, "": None}
LONGEST_NAME, LONGEST_TAG, MOST_TAGS = 200, 40, 20


@blueprint.get("/members/<public_id>/edit")
@may("change_members")
def form(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Show the form filled with what is known."""
    with unit_of_work(runtime().engine) as unit:
        member = member_list.get_row(unit.db, viewer.unit_path, public_id).member
        return _page(unit, viewer, member, _known(unit, member), {})


@blueprint.post("/members/<public_id>/edit")
@may("change_members")
def keep(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Keep what was changed. Where somebody else was faster, show theirs beside what was typed and change nothing."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:1000] for name in FIELDS}
    with unit_of_work(rt.engine) as unit:
        member = correcting.lock(unit, viewer.unit_path, public_id)
        errors, values = _read(unit, viewer, member, given)
        if errors:
            return make_response(
                _page(unit, viewer, member, given, errors, request.form.get("mark", "")), 422
            )
        try:
            changed = correcting.correct(
                unit, rt, member, request.form.get("mark", ""), values, viewer.staff_id
            )
        except correcting.Overtaken:
            theirs = _known(unit, member)
            return make_response(_page(unit, viewer, member, given, {}, theirs=theirs), 409)
    flash(gettext("The changes are kept.") if changed else gettext("Nothing was changed."))
    return redirect(url_for("members_show.show", public_id=public_id))


def _read(
    unit: UnitOfWork, viewer: Viewer, member: Member, given: dict[str, str]
) -> tuple[dict[str, str], dict[str, Any]]:
    errors: dict[str, str] = {}
    place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
    if problem:
        errors["unit"] = problem
    if (not given["name"] and member.name) or len(given["name"]) > LONGEST_NAME:
        errors["name"] = gettext("Write the name as it is spoken.")
    tags = list(dict.fromkeys(tag for each in given["tags"].split(";") if (tag := " ".join(each.split()))))
    if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
        errors["tags"] = gettext(
            "At most %(most)s tags of %(letters)s letters.", most=MOST_TAGS, letters=LONGEST_TAG
        )
    return errors, {
        "name": " ".join(given["name"].split()),
        "unit_id": place.id if place else member.unit_id,
        "home_unit_id": _home(unit, viewer, member, given["home_unit"], errors),
        "language": _language(member, given["language"]),
        "handset": given["handset"] if given["handset"] in HANDSETS else None,
        "slot": given["slot"] if given["slot"] in set(SLOTS) else None,
        "tags": tags,
        "is_adult": ADULT.get(given["is_adult"]),
    }


def _language(member: Member, given: str) -> str | None:
    """A language that the form does not offer (a list brought it) stays until another is chosen."""
    offered = SPOKEN[runtime().settings.country]
    if given in offered:
        return given
    return None if member.language in offered else member.language


def _home(unit: UnitOfWork, viewer: Viewer, member: Member, typed: str, errors: dict[str, str]) -> int | None:
    """The booth at home may lie beyond the viewer's unit; such a one stays unless another is chosen."""
    if not typed:
        return None
    if member.home_unit_id is not None:
        known = units.get_unit(unit.db, member.home_unit_id)
        if typed == label(known):
            return known.id
    home, problem = chosen(unit.db, viewer.unit_path, typed)
    if problem:
        errors["home_unit"] = problem
    return home.id if home else None


def _known(unit: UnitOfWork, member: Member) -> dict[str, str]:
    home = units.get_unit(unit.db, member.home_unit_id) if member.home_unit_id else None
    return {
        "name": member.name,
        "unit": label(units.get_unit(unit.db, member.unit_id)),
        "home_unit": label(home) if home else "",
        "language": member.language or "",
        "handset": member.handset or "",
        "slot": member.slot or "",
        "tags": "; ".join(member.tags),
        "is_adult": {True: "yes", False: "no", None: ""}[member.is_adult],
    }


def _page(
    unit: UnitOfWork,
    viewer: Viewer,
    member: Member,
    given: dict[str, str],
    errors: dict[str, str],
    mark: str | None = None,
    theirs: dict[str, str] | None = None,
) -> str:
    differs = {name: (theirs[name], given[name]) for name in FIELDS if theirs and theirs[name] != given[name]}
    return render_template(
        "members/edit.html",
        member=member,
        given=given,
        errors=errors,
        mark=mark or correcting.mark_of(member),
        is_overtaken=theirs is not None,
        differs=differs,
        places=choices(unit.db, viewer.unit_path),
        label=label,
        tongue_names={code: TONGUES.get(code, code) for code in SPOKEN[runtime().settings.country]},
        **WORDS,
    )
