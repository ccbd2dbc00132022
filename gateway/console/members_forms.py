"""Paper forms, keyed in one after the other by keyboard; a known number offers its member instead of a double (S3-39)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from gateway import forms
from gateway.access import Viewer, may, runtime
from gateway.console.units_choice import choices, chosen, label
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.forms import Filled, NumberRefused, PhotoRefused
from gateway.models import Member, PaperForm, Unit
from gateway.store import staff, units
from gateway.store.units import is_under

blueprint = Blueprint("members_forms", __name__)

FIELDS = ("name", "phone", "unit", "language", "signed_on", "adult", "member")
KEPT_FOR_NEXT = ("unit", "language", "signed_on")
NEW = "new"
OLDEST = timedelta(days=3660)


@blueprint.get("/members/forms/new")
@may("change_members")
def form(viewer: Viewer) -> ResponseReturnValue:
    """Show an empty form; unit, language and day stay as they were on the last one."""
    given = {name: request.args.get(name, "")[:300] for name in KEPT_FOR_NEXT}
    return _page(viewer, given, {})


@blueprint.post("/members/forms/new")
@may("change_members")
def take(viewer: Viewer) -> ResponseReturnValue:
    """Keep one form and show the next; where somebody is known on the number, ask first who it is."""
    rt = runtime()
    given = {name: request.form.get(name, "").strip()[:1000] for name in FIELDS}
    photo = _photo()
    with unit_of_work(rt.engine) as unit:
        place, problem = chosen(unit.db, viewer.unit_path, given["unit"])
        filled, errors = _read(given, place, photo)
        if problem:
            errors["unit"] = problem
        if errors or filled is None:
            return make_response(_page(viewer, given, errors), 422)
        known = forms.known_on(unit, rt, viewer.unit_path, filled.number)
        is_clear, member = _who(given["member"], filled, known)
        if is_clear:
            kept = forms.keep(unit, rt, filled, member, viewer.staff_id)
            _tell(kept)
    if not is_clear:
        return make_response(_page(viewer, given, {}, known), 200)
    return redirect(url_for("members_forms.form", **_for_next(given)))


@blueprint.get("/members/forms/<int:form_id>")
@may("change_members")
def photo(viewer: Viewer, form_id: int) -> ResponseReturnValue:
    """Send the photograph of a signed form; that it was looked at is noted."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        found = unit.db.execute(
            select(PaperForm, Unit.id)
            .join(Member, Member.id == PaperForm.member_id)
            .join(Unit, Unit.id == Member.unit_id)
            .where(PaperForm.id == form_id, is_under(Unit.path, viewer.unit_path))
            .where(PaperForm.purged_at.is_(None), Member.erased_at.is_(None))
        ).one_or_none()
        if found is None:
            raise NotFound("there is no such form")
        kept, unit_id = found
        staff.add_audit(
            unit.db, viewer.staff_id, "form-seen", rt.clock(), "member", kept.member_id, unit_id=unit_id
        )
        raw = rt.files.read(kept.file_key)
        answer = Response(raw, mimetype=kept.media_type)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = f'attachment; filename="form-{form_id}"'
    return answer


def _photo() -> bytes:
    """The photo that came with the form, b"" for none; of one that is too large no more than tells so."""
    sent = request.files.get("photo")
    if sent is None:
        return b""
    with sent.stream:
        return sent.stream.read(forms.LARGEST + 1)


def _read(given: dict[str, str], place: Unit | None, photo: bytes) -> tuple[Filled | None, dict[str, str]]:
    rt = runtime()
    errors: dict[str, str] = {}
    number = None
    if not given["name"] or len(given["name"]) > 200:
        errors["name"] = gettext("Write the name as it is spoken.")
    try:
        number = forms.read_number(rt, given["phone"])
    except NumberRefused:
        errors["phone"] = gettext("This is not a number that can be called.")
    signed_on = _day(given["signed_on"], errors)
    if given["adult"] != "yes":
        errors["adult"] = gettext("Only adults can be members. Tick this where the form says so.")
    try:
        if photo:
            forms.kind_of(photo)
    except PhotoRefused:
        errors["photo"] = gettext("Choose a photo as JPEG, PNG or PDF of at most 5 MB.")
    if errors or number is None or place is None:
        return None, errors
    language = given["language"] if given["language"] in SPOKEN[rt.settings.country] else None
    return Filled(given["name"], number, place, language, signed_on, photo or None), errors


def _day(text: str, errors: dict[str, str]) -> date | None:
    if not text:
        return None
    today = runtime().clock().astimezone(runtime().profile.timezone).date()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today + timedelta(days=1)
    if not today - OLDEST < day <= today:
        errors["signed_on"] = gettext("Choose the day on which it was signed; it cannot lie ahead.")
    return day


def _who(choice: str, filled: Filled, known: Sequence[tuple[Member, Unit]]) -> tuple[bool, Member | None]:
    """Whether it is clear whose form this is, and whose: None for somebody new."""
    if choice == NEW:
        return True, None
    picked = next((each for each, _ in known if each.public_id == choice), None)
    same = picked or forms.same_person(filled, known)
    return same is not None or not known, same


def _tell(kept: forms.Kept) -> None:
    if kept.note:
        flash(
            gettext(
                "Kept, but the consent has no effect: this person or number left, and only they can come back."
            )
        )
    elif kept.is_new:
        flash(gettext("Kept: a new member. The next form, please."))
    else:
        flash(
            gettext(
                "Kept: %(name)s was known and is complete now. The next form, please.", name=kept.member.name
            )
        )


def _for_next(given: dict[str, str]) -> dict[str, Any]:
    return {name: given[name] or None for name in KEPT_FOR_NEXT}


def _page(
    viewer: Viewer,
    given: dict[str, str],
    errors: dict[str, str],
    known: Sequence[tuple[Member, Unit]] = (),
) -> str:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        places = choices(unit.db, viewer.unit_path)
        own = label(units.get_unit(unit.db, viewer.unit_id))
    return render_template(
        "members/form.html",
        given={**given, "unit": given.get("unit") or own},
        errors=errors,
        known=known,
        places=places,
        label=label,
        tongues=SPOKEN[rt.settings.country],
        new=NEW,
    )
