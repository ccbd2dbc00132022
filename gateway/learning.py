"""What conversations teach us: how each question fares, kept as counts when a conversation ends.

Counts name nobody. Who stayed unnamed is counted at the top of the tree, where one more among all tells nothing of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from flows.model import Pause
from flows.state import Fared
from gateway.db import UnitOfWork
from gateway.models import Call, Member
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.store import question_counts, units

Fates = Mapping[str, str]


def fates(rt: Runtime, conversation: dict[str, Any] | None) -> Fates:
    """Return how the questions of an ended conversation fared; one that was open when it ended was hung up on."""
    kept: dict[str, str] = (conversation or {}).get("fared") or {}
    if conversation is None or conversation["state"] is None or conversation["wait"] is None:
        return kept
    flow, version, node = (conversation["state"][name] for name in ("flow", "version", "node"))
    if flow not in rt.flows or isinstance(rt.flows[flow].nodes.get(node), Pause):
        return kept
    place = f"{flow}/{version}/{node}"
    return {**kept, place: kept.get(place, "") + Fared.HUNG_UP}


def keep(unit: UnitOfWork, rt: Runtime, call: Call, known: Fates) -> None:
    """Count a conversation that has ended; the last thing its transaction does, since many add to the same rows."""
    if not known:
        return
    whose = question_counts.Whose(
        day=local_day(rt.profile, call.started_at),
        unit_id=_unit_of(unit, call),
        channel=call.channel,
        language=call.language or "",
        is_first=not _has_spoken_before(unit, call),
    )
    question_counts.add(unit.db, whose, known)


def _unit_of(unit: UnitOfWork, call: Call) -> int:
    member = unit.db.get(Member, call.member_id) if call.member_id and not call.is_sealed else None
    return member.unit_id if member else units.root_unit(unit.db).id


def _has_spoken_before(unit: UnitOfWork, call: Call) -> bool:
    earlier = select(Call.id).where(
        Call.number_id == call.number_id, Call.id < call.id, Call.conversation.is_not(None)
    )
    return call.number_id is not None and unit.db.scalar(earlier.limit(1)) is not None
