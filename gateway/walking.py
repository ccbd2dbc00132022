"""A conversation by SMS, turn by turn: what is done, what is passed by, what is written back. Called by `inbox` alone.

What begins with MENU is walked through the conversations of a call, in the short words of screens (`flows.screens`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from flows.catalog.renderings import BY_TEXT, SMS_ONLY
from flows.engine import resume
from flows.messages import message
from flows.state import State, Turn
from flows.steps import Nothing, Speak, Step, Tell
from gateway import effects
from gateway.db import UnitOfWork
from gateway.models import Conversation
from gateway.runtime import Runtime
from gateway.scene import Scene

MENU = "main_menu"
MOST_PASSED = 100  # places where only a call waits, in one turn


def known(facts: dict[str, Any], flow: str) -> dict[str, Any]:
    """What a conversation may know: one that is walked is written, and a phone code is keyed in calls alone."""
    return facts if flow in SMS_ONLY else {**facts, "is_written": True, "steers": False}


def member_of(facts: dict[str, Any]) -> Any:
    """Whoever may be meant: the only one on this number, else the first."""
    return facts["member"] or (facts["members"][0] if facts["members"] else None)


def speaker(scene: Scene, facts: dict[str, Any], state: State) -> Scene:
    """Whoever of a shared phone has said that it is they."""
    chosen = state.slots.get("member")
    ids = {str(each["id"]): each["id"] for each in facts["members"]}
    return replace(scene, member_id=ids[chosen]) if chosen in ids else scene


def settled(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], turn: Turn
) -> tuple[Turn, dict[str, Any]]:
    """Do what a turn asks for, and go on past every place where only a call waits; the turn as it is then."""
    said: tuple[Step, ...] = turn.steps
    facts = _perform(unit, rt, scene, facts, turn)
    for _ in range(MOST_PASSED):
        if turn.state is None or not rt.screens.passes_by(rt.flows, turn.state):
            break
        scene = replace(scene, report_id=report_of(scene, facts))
        turn = resume(rt.flows, turn.state, Nothing(), facts)
        said += turn.steps
        facts = _perform(unit, rt, scene, facts, turn)
    if turn.state is not None and turn.state.flow not in BY_TEXT:
        return Turn((Speak("screen.closed", scene.language),), None, None), facts
    return replace(turn, steps=said), facts


def written(rt: Runtime, turn: Turn, home: str, language: str) -> list[Speak | Tell]:
    """What is written back: the words of SMS, or one text in those of screens."""
    if home in SMS_ONLY:
        return [each for each in turn.steps if isinstance(each, Speak | Tell)]
    text = message(rt.screens.text, turn.steps, between="\n")
    return [Tell(text, language)] if text else []


def report_of(scene: Scene, facts: dict[str, Any]) -> int | None:
    """The report that a conversation is about, or has opened."""
    return (facts.get("report") or {}).get("id") or scene.report_id


def remember(unit: UnitOfWork, rt: Runtime, scene: Scene, turn: Turn, report_id: int | None) -> None:
    """Keep where a conversation stands until the next message; one that is over is forgotten."""
    kept = unit.db.scalar(select(Conversation).where(Conversation.number_id == scene.number_id))
    if turn.wait is None or turn.state is None:
        if kept is not None:
            unit.db.delete(kept)
        return
    kept = kept or Conversation(number_id=scene.number_id)
    kept.state, kept.updated_at = turn.state.to_json(), rt.clock()
    kept.report_id = report_id
    unit.db.add(kept)


def _perform(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], turn: Turn
) -> dict[str, Any]:
    asked = tuple(each for each in turn.steps if not isinstance(each, Speak | Tell))
    return effects.perform_steps(unit, rt, scene, asked, facts)
