"""Performs what a turn asks for: remembers, enrols, opens reports, withdraws. Flows only request (house.md 8).

Each effect is harmless when asked for twice in one conversation; the turn is claimed before any effect, so that a
repeated post never gets here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows import steps as ask
from flows.items import with_answered
from gateway import enrolment, joining, leaving, reading, steering
from gateway.broadcasts import answers
from gateway.calls.talk import Talk
from gateway.days import saying
from gateway.db import UnitOfWork
from gateway.deliveries.heard import LATER
from gateway.models import Delivery, Report
from gateway.reports import found, hiding, opening, outcome, same
from gateway.rights import hold, requests
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import news
from gateway.store.steps import CallRow


def perform(unit: UnitOfWork, rt: Runtime, call: CallRow, talk: Talk) -> Talk:
    """Perform the effects of one turn of a call, in order; returns the talk with what they made known."""
    scene = Scene(
        number_id=call.number_id,
        member_id=call.member_id,
        language=_language(call, talk),
        call_id=call.id,
        delivery_id=call.delivery_id or (talk.facts.get("unfinished") or {}).get("delivery"),
        report_id=call.report_id or (talk.facts.get("report") or {}).get("id"),
        is_written=bool(talk.facts.get("is_written")),
    )
    facts = perform_steps(unit, rt, scene, talk.effects, talk.facts)
    return replace(talk, facts=facts, heard=(*talk.heard, *filter(None, map(_heard, talk.effects))))


def perform_steps(
    unit: UnitOfWork, rt: Runtime, scene: Scene, effects: tuple[ask.Step, ...], facts: dict[str, Any]
) -> dict[str, Any]:
    """Perform effects in order; returns the facts as they are afterwards."""
    for step in effects:
        scene, facts = _perform(unit, rt, scene, step, facts)
    return facts


def _heard(step: ask.Step) -> str:
    """What was played to its end, or that it was not told at all."""
    match step:
        case ask.MarkHeard(kind, item):
            return f"{kind} {item}"
        case ask.AnswerQuestion(question, delivery=None):
            return f"answer {question}"
        case ask.CallLater():
            return LATER
        case _:
            return ""


def _language(call: CallRow, talk: Talk) -> str:
    """The language chosen in this conversation; when its last turn leaves no state, that of the turn before tells."""
    before = (call.conversation or {}).get("state") or {}
    slots = talk.state.slots if talk.state else before.get("slots", {})
    return str(slots.get("language") or talk.facts["language"])


def _perform(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: ask.Step, facts: dict[str, Any]
) -> tuple[Scene, dict[str, Any]]:
    match step:
        case ask.OpenReport() | ask.StayUnnamed() | ask.AddToReport():
            return _tell(unit, rt, scene, step, facts)
        case ask.ChooseMember():
            return _choose_member(unit, rt, scene, step, facts)
        case (
            ask.SetUrgency()
            | ask.PassLocalStaff()
            | ask.AnswerReport()
            | ask.TakeDuty()
            | ask.SetPeople()
            | ask.SayDay()
        ):
            _about_report(unit, rt, scene, step)
        case ask.FindScript() | ask.ReadAloud() | ask.LookUpTake() | ask.KeepTake():
            return scene, {**facts, **reading.perform(unit, rt, scene, facts, step)}
        case ask.LookUpReport() | ask.CheckPhoneCode() | ask.SteerBroadcast() | ask.AnswerQuestion():
            return scene, {**facts, **_look_up(unit, rt, scene, step, facts)}
        case ask.LookUpData() | ask.SayWrong() | ask.ForgetMe() | ask.KeepMe():
            return _about_own_data(unit, rt, scene, step, facts)
        case ask.MarkHeard() | ask.CallLater():
            _listened(unit, rt, scene, step)
        case ask.Withdraw():
            leaving.withdraw(unit, rt, scene, step.purpose)
            return scene, {**facts, leaving.LEFT: step.purpose}
        case ask.Speak() | ask.Tell():
            raise TypeError(f"{type(step).__name__} is spoken, not performed")
        case _:
            return joining.perform(unit, rt, scene, step, leaving.unless_back(facts, step))
    return scene, facts


def _about_report(unit: UnitOfWork, rt: Runtime, scene: Scene, step: ask.Step) -> None:
    match step:
        case ask.SetUrgency():
            opening.set_urgency(unit, rt, scene.report_id, step.level)
        case ask.PassLocalStaff():
            opening.pass_local_staff(unit, rt, scene.report_id)
        case ask.AnswerReport():
            how = outcome.SMS if scene.message_id else outcome.CALL
            outcome.member_said(unit, rt, step.report, scene.number_id, step.said, how=how)
        case ask.SetPeople(people):
            opening.set_people(unit, rt, scene.report_id, int(people))
        case ask.SayDay(day_id, said):
            saying.say(unit, rt, scene, day_id, said)
        case ask.TakeDuty():
            outcome.taken_by_phone(unit, rt, step.report, scene.delivery_id)


def _about_own_data(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: ask.Step, facts: dict[str, Any]
) -> tuple[Scene, dict[str, Any]]:
    match step:
        case ask.LookUpData():
            whose = (unit.db, rt, scene.member_id, scene.number_id)
            found = hold.shown(*whose) if scene.is_written else hold.spoken(*whose, scene.language)
            return scene, {**facts, "held": found}
        case ask.SayWrong(note, text):
            requests.say_wrong(unit, rt, scene, text=text, note_id=int(note) if note else None)
        case ask.ForgetMe() if requests.forget_me(unit, rt, scene):
            return replace(scene, member_id=None), facts
        case ask.KeepMe():
            requests.keep_me(unit, rt, scene)
    return scene, facts


def _look_up(
    unit: UnitOfWork,
    rt: Runtime,
    scene: Scene,
    step: ask.LookUpReport | ask.CheckPhoneCode | ask.SteerBroadcast | ask.AnswerQuestion,
    facts: dict[str, Any],
) -> dict[str, Any]:
    """Return what is known from the next turn on."""
    if isinstance(step, ask.AnswerQuestion):
        answers.answered(unit, rt, step.delivery or scene.delivery_id, step)
        return {"asked": with_answered(facts.get("asked") or (), step.delivery, step.question)}
    if not isinstance(step, ask.LookUpReport):
        return steering.perform(unit, rt, scene, facts, step)
    tries = int(facts.get("tries", 0))
    told = found.look_up(unit.db, rt, scene, step.reference, tries)
    return {"found_report": told, "tries": tries + 1}


def _tell(
    unit: UnitOfWork,
    rt: Runtime,
    scene: Scene,
    step: ask.OpenReport | ask.StayUnnamed | ask.AddToReport,
    facts: dict[str, Any],
) -> tuple[Scene, dict[str, Any]]:
    """Keep the problem, or what is added to one; or that its reporter stays unnamed, which may make another report of it."""
    match step:
        case ask.OpenReport():
            report: Report | None = opening.open_report(unit, rt, scene, step)
        case ask.StayUnnamed():
            report = hiding.stay_unnamed(unit, rt, scene, scene.report_id)
        case _:
            is_added = opening.add(unit, rt, scene, step)
            report = same.take_back(unit, rt, scene, step) if is_added else None
    if report is None:
        return scene, facts
    fact = {"id": report.id, "reference": report.reference, "has_note": report.voice_note_id is not None}
    return replace(scene, report_id=report.id), {**facts, "report": fact}


def _choose_member(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: ask.ChooseMember, facts: dict[str, Any]
) -> tuple[Scene, dict[str, Any]]:
    """On a shared phone: from here on it is this one, who must be among those on the number."""
    chosen = next((each for each in facts["members"] if each["id"] == step.member), None)
    if chosen is None:
        return scene, facts
    enrolment.speak_as(unit, scene.call_id, step.member)
    mine = [each for each in facts["reports"] if each["member"] == step.member]
    return replace(scene, member_id=step.member), {**facts, "member": chosen, "reports": mine}


def _listened(unit: UnitOfWork, rt: Runtime, scene: Scene, step: ask.MarkHeard | ask.CallLater) -> None:
    if not isinstance(step, ask.MarkHeard):
        return  # the delivery learns it from the conversation when the call is over
    if step.kind == "news" and scene.member_id is not None:
        news.mark_heard(unit.db, step.item, scene.member_id, rt.clock())
    elif step.kind == "announcement" and scene.delivery_id is not None:
        news.mark_broadcast_heard(unit.db, unit.db.get_one(Delivery, scene.delivery_id), rt.clock())
