"""What one member agreed to and ended, on their page; and ending it where they asked a coordinator to (rules.md L5, L6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import leaving
from gateway.access import Viewer, may, runtime
from gateway.console.consent_words import LEAVES
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Member
from gateway.store import consents, member_list, staff
from gateway.store.consents import Line

blueprint = Blueprint("members_consent", __name__)


@dataclass(frozen=True)
class Agreed:
    """What the page shows: every line of the ledger, newest first, and the purposes that could still be ended."""

    lines: list[Line]
    may_end: list[str]
    leaves: dict[str, Any]


def agreed(unit: UnitOfWork, member: Member) -> Agreed:
    """Collect it for the template `members/consent.html`, as `agreed`."""
    lines = consents.list_lines(unit.db, member.id, runtime().clock())
    return Agreed(lines, leaving.may_still_leave(member.consent), LEAVES)


@blueprint.post("/members/<public_id>/leave")
@may("change_members")
def leave(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """End all calls, or campaigns, because the member asked for it; sent twice it is confirmed to them once."""
    rt = runtime()
    purpose = request.form.get("purpose", "")
    if purpose not in leaving.PURPOSES:
        raise Conflict("choose what ends: all calls, or campaigns")
    with unit_of_work(rt.engine) as unit:
        member = member_list.get_row(unit.db, viewer.unit_path, public_id).member
        if leaving.withdraw_for(unit, rt, member, purpose, viewer.staff_id):
            about = ("member", member.id, member.unit_id)
            staff.add_audit(unit.db, viewer.staff_id, "consent-ended", rt.clock(), *about, purpose=purpose)
    flash(gettext("It has ended. The member is told by SMS; only they themselves can agree again."))
    return redirect(url_for("members_show.show", public_id=public_id))
