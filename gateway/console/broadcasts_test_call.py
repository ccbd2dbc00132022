"""The test call: the writer's own phone, and those of up to two colleagues, ring with the broadcast as members hear it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.broadcasts import draft
from gateway.broadcasts.launch import languages_without_sound
from gateway.console.broadcasts_check import BEFORE, check_page, testers
from gateway.content import languages_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.owe import VOICE
from gateway.errors import Conflict
from gateway.models import Broadcast, Staff, Unit
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.store import broadcast_list, numbers, staff

blueprint = Blueprint("broadcasts_test_call", __name__)

MOST = 2  # colleagues besides oneself (journeys.md C7, 6)


@blueprint.post("/broadcasts/<public_id>/test")
@may("send_broadcasts")
def ring(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Ring the viewer's own phone and those of the colleagues who were chosen; a number typed here is kept with their
    account.
    """
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
        also = _colleagues(unit, viewer, broadcast)
        if len(also) > MOST:
            return check_page(
                viewer, public_id, {"also": gettext("Choose at most %(n)s colleagues.", n=MOST)}
            )
        language = _language(
            request.form.get("language", ""), languages_of(broadcast.texts, broadcast.sounds)
        )
        lacking = languages_without_sound(rt, broadcast)
        if language in lacking:
            raise Conflict("the sound is still being made; try again in a moment", "no-sound")
        _keep_number(unit, person, number)
        for each in (person, *also):
            draft.test_on_own_phone(unit, rt, broadcast, each, language)
        facts: dict[str, Any] = {"language": language, "also": [each.id for each in also]}
        staff.add_audit(unit.db, viewer.staff_id, "test", rt.clock(), "broadcast", broadcast.id, **facts)
    flash(_said(broadcast.kind, len(also)))
    return redirect(url_for("broadcasts_check.check", public_id=public_id))


def _colleagues(unit: UnitOfWork, viewer: Viewer, broadcast: Broadcast) -> list[Staff]:
    """Those of the offered whom the viewer chose."""
    wanted = set(request.form.getlist("also"))
    path = unit.db.get_one(Unit, broadcast.unit_id).path
    return [each for each in testers(unit, viewer, path) if str(each.id) in wanted]


def _said(kind: str, also: int) -> str:
    if kind == VOICE:
        alone, together = gettext("Your phone rings in a moment."), gettext("Your phones ring in a moment.")
    else:
        alone = gettext("The SMS is on its way to your phone.")
        together = gettext("The SMS is on its way to your phones.")
    return str(together if also else alone)


def _language(wanted: str, there: list[str]) -> str:
    return wanted if wanted in there else there[0]


def _keep_number(unit: UnitOfWork, person: Staff, number: Number | None) -> None:
    rt = runtime()
    if number is not None:
        person.number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
