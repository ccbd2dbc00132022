"""The conversation that broke off on this number within a day, so that this call can go on with it (voice_design.md D28).

What the caller sought themselves counts before what we brought: once such a conversation came to its end, nothing older is
taken up. Calls of somebody who stays unnamed hold neither number nor words, so they are never found (F12).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.catalog.pick_up import HELD
from flows.model import Pause
from gateway.calls.facts import name_of
from gateway.models import Call, Member, Report
from gateway.runtime import Runtime
from gateway.states import REPORTS_OVER, CallState

WITHIN = timedelta(hours=24)
LOOKED_AT = 5  # calls, the newest first
_SOUGHT = ("main_menu", "joining", "pick_up", "problem")  # where a conversation of the caller's own begins


def facts_of(db: Session, rt: Runtime, number_id: int | None, call_id: int) -> dict[str, Any]:
    """Return the fact `unfinished` and what its conversation knew (`flows.catalog.pick_up.HELD`); nothing where none is."""
    call = _broken_off(rt, _recent(db, number_id, call_id, rt.clock())) if number_id else None
    if call is None or call.conversation is None:
        return {}
    state = call.conversation["state"]
    known = call.facts or {}
    held = {name: known[name] for name in HELD[state["flow"]] if known.get(name)}
    if _is_past(db, held):
        return {}
    member = db.get(Member, call.member_id) if call.member_id else None
    who = {"member": member.id, "name": name_of(db, member)} if member else {}
    is_changed = state["version"] != rt.flows[state["flow"]].version
    return {
        "unfinished": {"state": state, "is_changed": is_changed, "delivery": call.delivery_id, **who},
        **held,
    }


def _recent(db: Session, number_id: int, call_id: int, now: datetime) -> Sequence[Call]:
    query = (
        select(Call)
        .where(Call.number_id == number_id, Call.id != call_id, Call.started_at > now - WITHIN)
        .where(Call.conversation.is_not(None), Call.state == CallState.ENDED)
        .order_by(Call.id.desc())
        .limit(LOOKED_AT)
    )
    return db.scalars(query).all()


def _broken_off(rt: Runtime, calls: Sequence[Call]) -> Call | None:
    for call in calls:
        state = (call.conversation or {}).get("state")
        if state is not None and state["flow"] in HELD and _is_open(rt, state):
            return call
        if call.entered in _SOUGHT and (state is None or state["flow"] != "pick_up"):
            return None
    return None


def _is_open(rt: Runtime, state: Mapping[str, Any]) -> bool:
    """Whether a question was left open; who hangs up in a pause had heard it all."""
    flow = rt.flows.get(state["flow"])
    return flow is not None and not isinstance(flow.nodes.get(state["node"]), Pause)


def _is_past(db: Session, held: Mapping[str, Any]) -> bool:
    """A report that is closed by now; and a campaign, for which a call of ours comes at its own time (rules.md L2)."""
    report = db.get(Report, held["report"]["id"]) if "report" in held else None
    is_over = "report" in held and (report is None or report.state in REPORTS_OVER)
    return is_over or bool((held.get("announcement") or {}).get("is_campaign"))
