"""What a conversation asks for while somebody joins, and what it may know afterwards; called by `effects` alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flows import steps as ask
from gateway import codes, enrolment, number_changes
from gateway.calls.facts import member_fact
from gateway.db import UnitOfWork
from gateway.enrolment.lost import lose_number
from gateway.models import Unit
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import members
from gateway.store.join_codes import CLASS

Step = (
    ask.Remember
    | ask.GiveConsent
    | ask.Join
    | ask.SomebodyElse
    | ask.LoseNumber
    | ask.UseCode
    | ask.OwnCode
    | ask.ClaimNumber
    | ask.AnswerNumberChange
)
NEWCOMER, MEMBER = "newcomer", "member"


def perform(
    unit: UnitOfWork, rt: Runtime, scene: Scene, step: Step, facts: dict[str, Any]
) -> tuple[Scene, dict[str, Any]]:
    """Do one step; returns the scene and the facts as they are afterwards."""
    match step:
        case ask.SomebodyElse():
            enrolment.speak_as(unit, scene.call_id, None)
            return replace(scene, member_id=None), {**facts, NEWCOMER: None}
        case ask.LoseNumber():
            lose_number(unit, rt, scene.number_id, step.member)
            return scene, facts
        case ask.UseCode():
            return _use_code(unit, rt, scene, step.code, facts)
        case ask.OwnCode():
            return scene, {**facts, "own_code": _own_code(unit, rt, scene, facts)}
        case ask.ClaimNumber():
            number_changes.claim(unit, rt, scene, int(step.note) if step.note else None, step.text)
            return scene, facts
        case ask.AnswerNumberChange():
            number_changes.answered(unit, rt, step.change, step.said, scene.number_id)
            return scene, facts
        case _:
            member_id = enrolment.enrol(unit, rt, scene, step)
            scene = replace(scene, member_id=member_id)
            return scene, _known_anew(unit, scene, facts)


def _known_anew(unit: UnitOfWork, scene: Scene, facts: dict[str, Any]) -> dict[str, Any]:
    """So that only what is still missing is asked, also when the language is changed in between."""
    if scene.member_id is None or scene.call_id is None:
        return facts
    member = members.get_member(unit.db, scene.member_id)
    unit.db.refresh(member)
    whose = NEWCOMER if NEWCOMER in facts else MEMBER
    fact = member_fact(unit.db, member, scene.call_id)
    before = facts.get(whose) or {}
    return {**facts, whose: {**fact, "is_begun": before.get("is_begun", False)}}


def _use_code(
    unit: UnitOfWork, rt: Runtime, scene: Scene, keyed: str, facts: dict[str, Any]
) -> tuple[Scene, dict[str, Any]]:
    code = codes.use(unit, rt, scene.member_id, keyed) if scene.member_id else None
    if code is None:
        return scene, {**facts, "code": {"is_known": False}}
    place = unit.db.get_one(Unit, code.unit_id)
    found = {"is_known": True, "is_class": code.kind == CLASS, "unit": place.name}
    return scene, _known_anew(unit, scene, {**facts, "code": found})


def _own_code(unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any]) -> str:
    """Only who is in brings others."""
    member = (facts.get(NEWCOMER) if NEWCOMER in facts else facts.get(MEMBER)) or {}
    if scene.member_id is None or not member.get("is_joined"):
        return ""
    return codes.own_code(unit, rt, scene.member_id).code
