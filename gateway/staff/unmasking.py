"""Showing one whole number to one person once: with a reason, noted, and not many a day (rules.md L16).

Numbers are masked everywhere. Who looks up very many of them leaves a line of its own in the log.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.access.viewer import Viewer
from gateway.db import UnitOfWork
from gateway.errors import NotAllowed, NotFound
from gateway.models import PhoneNumber, Staff
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import audit, member_list, member_numbers, staff

logger = logging.getLogger(__name__)

REASONS = ("member-asked", "report", "danger", "visit", "check", "paper")
MOST_A_DAY, ALARM_FROM = 30, 20
SEEN, ALARM = "number-seen", "number-alarm"


def unmask(
    unit: UnitOfWork,
    rt: Runtime,
    viewer: Viewer,
    member: str,
    number_id: int | None,
    reason: str,
) -> Number:
    """Open a number of a member (public id) and note who saw it and why: a choice of ours, never words about a member.

    Raises NotFound for a member beyond the viewer's unit or a number that is not theirs, NotAllowed for a reason that is
    none of ours and, with code `too-many`, for the thirty-first of a day.
    """
    if reason not in REASONS:
        raise NotAllowed("say why you need the number", code="reason")
    row = member_list.get_row(unit.db, viewer.unit_path, member)
    theirs = [each.number_id for each in member_numbers.list_numbers(unit.db, row.member)]
    wanted = number_id or row.member.number_id
    if wanted is None or wanted not in theirs:
        raise NotFound("this member has no such number")
    _count(unit.db, rt, viewer)
    staff.add_audit(
        unit.db, viewer.staff_id, SEEN, rt.clock(), "member", row.member.id, row.place.id, reason=reason
    )
    kept = unit.db.get_one(PhoneNumber, wanted)
    if not kept.sealed:
        raise NotFound("this number was forgotten")
    return rt.vault.open_number(kept.sealed, kept.index)


def _count(db: Session, rt: Runtime, viewer: Viewer) -> None:
    """One after the other for each person, so that the day's count holds."""
    db.get_one(Staff, viewer.staff_id, with_for_update=True)
    seen = audit.count_by(db, SEEN, viewer.staff_id, _midnight(rt))
    if seen >= MOST_A_DAY:
        raise NotAllowed("that is enough for one day", code="too-many")
    if seen + 1 == ALARM_FROM:
        logger.warning("somebody saw many numbers on one day staff_id=%s seen=%s", viewer.staff_id, seen + 1)
        staff.add_audit(
            db, viewer.staff_id, ALARM, rt.clock(), "staff", viewer.staff_id, viewer.unit_id, seen=seen + 1
        )


def _midnight(rt: Runtime) -> datetime:
    return rt.clock().astimezone(rt.profile.timezone).replace(hour=0, minute=0, second=0, microsecond=0)
