"""The test call: the writer's own phone rings with the broadcast, as members will hear it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import draft
from gateway.broadcasts.launch import languages_without_sound
from gateway.console.broadcasts_check import BEFORE, check_page
from gateway.content import languages_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Staff
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.store import broadcast_list, numbers, staff

blueprint = Blueprint("broadcasts_test_call", __name__)


@blueprint.post("/broadcasts/<public_id>/test")
@may("send_broadcasts")
def ring(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Ring the viewer's own phone; a number typed here is kept with their account."""
    rt = runtime()
    typed = request.form.get("number", "").strip()
    try:
        number = parse_number(typed, rt.settings.country) if typed else None
    except NumberUnreadable:
        return check_page(viewer, public_id, {"number": gettext("This is not a number that can be called.")})
    with unit_of_work(rt.engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        person = unit.db.get_one(Staff, viewer.staff_id)
        if number is None and person.number_id is None:
            return check_page(viewer, public_id, {"number": gettext("Write the number of your own phone.")})
        if broadcast.state not in BEFORE:
            raise Conflict("this broadcast has started already")
        language = _language(
            request.form.get("language", ""), languages_of(broadcast.texts, broadcast.sounds)
        )
        lacking = languages_without_sound(rt, broadcast)
        if language in lacking:
            raise Conflict("the sound is still being made; try again in a moment", "no-sound")
        _keep_number(unit, person, number)
        draft.test_on_own_phone(unit, rt, broadcast, person, language)
        staff.add_audit(
            unit.db, viewer.staff_id, "test", rt.clock(), "broadcast", broadcast.id, language=language
        )
    flash(
        gettext("Your phone rings in a moment.")
        if broadcast.kind == "voice"
        else gettext("The SMS is on its way to your phone.")
    )
    return redirect(url_for("broadcasts_check.check", public_id=public_id))


def _language(wanted: str, there: list[str]) -> str:
    return wanted if wanted in there else there[0]


def _keep_number(unit: UnitOfWork, person: Staff, number: Number | None) -> None:
    rt = runtime()
    if number is not None:
        person.number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
