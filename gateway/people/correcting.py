"""Changing what is known of a member by hand; the same door for whoever corrects (console, rights).

Nobody overwrites what somebody else has just changed: a form carries the mark of what it was filled with, and a member who
has another mark by now is left as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from gateway import ledger
from gateway.db import UnitOfWork
from gateway.errors import Conflict, NotFound
from gateway.models import Member
from gateway.names import search_key
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import MemberStatus
from gateway.store import member_list, staff

EDITABLE = ("name", "language", "unit_id", "home_unit_id", "handset", "slot", "tags", "is_adult")


class Overtaken(Conflict):
    """Somebody else changed this member since the form was filled."""

    code = "overtaken"


def mark_of(member: Member) -> str:
    """Return a mark that changes with anything a form can change."""
    values = json.dumps([getattr(member, each) for each in EDITABLE], ensure_ascii=False, default=str)
    return hashlib.sha256(f"{member.id} {values}".encode()).hexdigest()[:16]


def lock(unit: UnitOfWork, viewer_path: str, public_id: str) -> Member:
    """Return a member to be changed, so that two changes take turns. Raises NotFound beyond the viewer's unit."""
    found = member_list.get_row(unit.db, viewer_path, public_id).member
    member = unit.db.get(Member, found.id, with_for_update=True, populate_existing=True)
    if member is None or member.erased_at is not None or member.merged_into_id is not None:
        raise NotFound("there is no such member")
    return member


def correct(
    unit: UnitOfWork, rt: Runtime, member: Member, mark: str, values: Mapping[str, Any], staff_id: int | None
) -> list[str]:
    """Write what differs and say which fields; the member is locked. Raises Overtaken where the mark is another by now."""
    if mark != mark_of(member):
        raise Overtaken("somebody else changed this member meanwhile; nothing of yours was written")
    changed = [name for name in EDITABLE if name in values and values[name] != getattr(member, name)]
    if not changed:
        return []
    for name in changed:
        setattr(member, name, values[name])
    if "name" in changed:
        member.search = search_key(member.name)
        unit.ring(partial(rt.bells.build_sounds, "member", member.id))
    unit.db.flush()
    staff.add_audit(
        unit.db, staff_id, "member-changed", rt.clock(), "member", member.id, member.unit_id, fields=changed
    )
    if "is_adult" in changed and member.is_adult is False:
        _turn_away(unit, rt, member, staff_id)
    return changed


def _turn_away(unit: UnitOfWork, rt: Runtime, member: Member, staff_id: int | None) -> None:
    """Under eighteen: no member, and what was agreed to ends (rules.md L11)."""
    if member.consent != ConsentState.NONE:
        line = ledger.Line(rule.EVERYTHING, rule.WITHDRAWN, ledger.COORDINATOR, staff_id)
        ledger.write(unit, rt, Scene(member.number_id, member.id, member.language or ""), member.id, line)
    member.status, member.left_at = MemberStatus.LEFT, rt.clock()
    unit.db.flush()
