"""Joining by SMS: what JOIN with a code, INVITE and answers in words come to. Called by `inbox` alone."""

from __future__ import annotations

from typing import Any

from flows.catalog import sms_words as words
from flows.steps import Speak, Tell
from gateway import codes
from gateway.db import UnitOfWork
from gateway.models import Unit
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import members


def may_be_an_answer(intent: words.Intent) -> bool:
    """Whether a message may be the name or the village that was asked for: no word of the house itself."""
    return isinstance(intent, words.Free | words.Choice | words.Status | words.YesNo)


def with_code(facts: dict[str, Any], intent: words.Intent) -> dict[str, Any]:
    """Let the conversation know the code that was written with JOIN."""
    return {**facts, "join_code": intent.code} if isinstance(intent, words.Join) and intent.code else facts


def join(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], intent: words.Intent
) -> list[Speak | Tell]:
    """Answer who is in already; nothing for whoever has something left to agree to."""
    member_id = scene.member_id
    if member_id is None or members.get_member(unit.db, member_id).consent != ConsentState.ALL:
        return []
    if not (facts["member"] or facts["members"][0])["is_joined"]:
        return []
    if isinstance(intent, words.Join) and intent.code:
        code = codes.use(unit, rt, member_id, intent.code)
        if code is None:
            return [Speak("sms.code_unknown", scene.language)]
        return [Speak("sms.code_kept", scene.language, {"unit": unit.db.get_one(Unit, code.unit_id).name})]
    return [Speak("sms.joined", scene.language, codes.welcome(unit, rt))]


def invite(unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any]) -> list[Speak | Tell]:
    """Tell a member the code for bringing a friend."""
    member = facts["member"] or next((each for each in facts["members"] if each["is_joined"]), None)
    if member is None or not member["is_joined"]:
        return [Speak("sms.join_first", scene.language)]
    code = codes.own_code(unit, rt, member["id"])
    return [Speak("sms.own_code", scene.language, {"reference": code.code})]
