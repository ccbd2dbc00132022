"""A conversation by SMS, turn by turn: what is done, what is passed by, what is written back. Called by `inbox` alone.

What begins with MENU is walked through the conversations of a call, in short words, and in the letters that its reader writes (`flows.texts`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows.catalog.renderings import BY_TEXT, SMS_ONLY
from flows.engine import resume, start, waits_for_words
from flows.messages import message
from flows.state import State, Turn
from flows.steps import Nothing, Speak, Step, Tell, Text
from gateway import effects, questions, texted_reports, waiting
from gateway.db import UnitOfWork
from gateway.models import Conversation, Report
from gateway.runtime import Runtime
from gateway.scene import Scene

MENU = "main_menu"
MOST_PASSED = 100  # places where only a call waits, in one turn


def begin(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], flow: str
) -> list[Speak | Tell]:
    """Open a conversation by text; one that was open before gives way."""
    waiting.give_way(unit, rt, scene.number_id)
    facts = known(facts, flow)
    turn = start(rt.flows[flow], facts, rt.flows)
    return _go_on(unit, rt, scene, facts, turn, flow, waiting.began(unit, scene))


def begin_answered(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], flow: str, text: str
) -> list[Speak | Tell] | None:
    """Open a conversation whose first question was asked before, with its answer."""
    turn = start(rt.flows[flow], facts, rt.flows)
    if turn.state is None:
        return None
    answered = resume(rt.flows, turn.state, Text(text), facts)
    course = waiting.began(unit, scene).after(turn.state, answered.fared)
    return _go_on(unit, rt, scene, facts, answered, flow, course)


def go_on(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], open_one: Conversation, text: str
) -> list[Speak | Tell]:
    """Go on where this number stopped; a conversation about a report knows it again."""
    report = unit.db.get(Report, open_one.report_id) if open_one.report_id else None
    if report is not None:
        scene, facts = texted_reports.about(scene, facts, report)
    state = State.from_json(open_one.state)
    scene, facts = _speaker(scene, facts, state), known(facts, state.home)
    turn = resume(rt.flows, state, Text(text) if text.strip() else Nothing(), facts)
    course = waiting.Course.of(open_one).after(state, turn.fared)
    return _go_on(unit, rt, scene, facts, turn, state.home, course)


def wants_words(rt: Runtime, open_one: Conversation | None) -> bool:
    """Tell whether a conversation asked for a name, a village or a problem, in words."""
    return open_one is not None and waits_for_words(rt.flows, State.from_json(open_one.state))


def known(facts: dict[str, Any], flow: str) -> dict[str, Any]:
    """What a conversation may know: one that is walked is written, and a phone code is keyed in calls alone."""
    if flow in SMS_ONLY:
        return facts
    written = {"is_written": True, "is_texted": True, "steers": False}
    return {**facts, **written, "asked": questions.in_writing(facts["asked"])}


def member_of(facts: dict[str, Any]) -> Any:
    """Whoever may be meant: the only one on this number, else the first."""
    return facts["member"] or (facts["members"][0] if facts["members"] else None)


def _go_on(
    unit: UnitOfWork,
    rt: Runtime,
    scene: Scene,
    facts: dict[str, Any],
    turn: Turn,
    home: str,
    course: waiting.Course,
) -> list[Speak | Tell]:
    turn, facts = _settled(unit, rt, scene, facts, turn)
    course = course.written_in(scene.letters)
    waiting.remember(unit, rt, scene, turn, _report_of(scene, facts), course)
    return _written(rt, turn, home, scene.language, course.is_own)


def _speaker(scene: Scene, facts: dict[str, Any], state: State) -> Scene:
    """Whoever of a shared phone has said that it is they."""
    chosen = state.slots.get("member")
    ids = {str(each["id"]): each["id"] for each in facts["members"]}
    return replace(scene, member_id=ids[chosen]) if chosen in ids else scene


def _settled(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], turn: Turn
) -> tuple[Turn, dict[str, Any]]:
    """Do what a turn asks for, and go on past every place where only a call waits; the turn as it is then."""
    said: tuple[Step, ...] = turn.steps
    facts = _perform(unit, rt, scene, facts, turn)
    for _ in range(MOST_PASSED):
        if turn.state is None or not rt.screens.passes_by(rt.flows, turn.state):
            break
        scene = replace(scene, report_id=_report_of(scene, facts))
        turn = resume(rt.flows, turn.state, Nothing(), facts)
        said += turn.steps
        facts = _perform(unit, rt, scene, facts, turn)
    if turn.state is not None and turn.state.flow not in BY_TEXT:
        return Turn((Speak("screen.closed", scene.language),), None, None), facts
    return replace(turn, steps=said), facts


def _written(rt: Runtime, turn: Turn, home: str, language: str, is_own: bool) -> list[Speak | Tell]:
    """What is written back: the words of SMS, or one text in those of menus, a line a sentence."""
    if home in SMS_ONLY:
        return [each for each in turn.steps if isinstance(each, Speak | Tell)]
    text = message(rt.texts.writer(is_own), turn.steps, between="\n")
    return [Tell(text, language)] if text else []


def _report_of(scene: Scene, facts: dict[str, Any]) -> int | None:
    """The report that a conversation is about, or has opened."""
    return (facts.get("report") or {}).get("id") or scene.report_id


def _perform(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], turn: Turn
) -> dict[str, Any]:
    asked = tuple(each for each in turn.steps if not isinstance(each, Speak | Tell))
    return effects.perform_steps(unit, rt, scene, asked, facts)
