"""Leaving, for everything or for campaigns: in force at once, whoever asked for it and however (rules.md L6, L7).

Confirmed once by SMS: a call that is under way first lets the member say what exactly should end. Nobody argues.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.steps import GiveConsent, Speak, Step
from gateway import ledger
from gateway.content import SPOKEN
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Call, Member
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import members, suppressions

EVERYTHING, CAMPAIGN = rule.EVERYTHING, rule.CAMPAIGN
PURPOSES = (EVERYTHING, CAMPAIGN)
LEFT = "left"  # the fact of a call that says what was ended in it
CONFIRMED_BY = {EVERYTHING: "sms.stopped", CAMPAIGN: "sms.stopped_campaign"}


def withdraw(unit: UnitOfWork, rt: Runtime, scene: Scene, purpose: str) -> bool:
    """Leave all calls or only campaigns, in one key or word, before anything else is asked.

    It concerns the member who speaks, or everybody on the number where nobody is named. Says whether something ended by
    it: what had ended before is written down once more and changes nothing.
    """
    return ledger.leave(unit, rt, scene, ledger.Line(purpose, rule.WITHDRAWN))


def unless_back(facts: dict[str, Any], step: Step) -> dict[str, Any]:
    """Whoever agrees to everything after leaving in the same call has not left."""
    is_back = isinstance(step, GiveConsent) and step.purpose == EVERYTHING
    return {name: value for name, value in facts.items() if name != LEFT} if is_back else facts


def confirm_call(unit: UnitOfWork, rt: Runtime, call: Call) -> None:
    """The call in which a member left is over: confirm by SMS what it came to. Twice owes nothing twice.

    A call that only asked (`is_introduction`) is answered by nothing more, whatever was said.
    """
    facts = call.facts or {}
    purpose = facts.get(LEFT)
    if purpose and call.number_id is not None and not facts.get("is_introduction"):
        language = call.language or str(facts["language"])
        _confirm(unit, rt, call.number_id, purpose, language, f"left:call:{call.id}")


def rang_to_stop(unit: UnitOfWork, rt: Runtime, number_id: int | None, call_id: int) -> None:
    """A missed call to the stop number: whoever has this phone wants nothing more (L6); confirmed where it was news."""
    if number_id is not None:
        line = ledger.Line(EVERYTHING, rule.WITHDRAWN, ledger.RING)
        leave_number(unit, rt, Scene(number_id, None, "", call_id=call_id), line)


def leave_number(
    unit: UnitOfWork, rt: Runtime, scene: Scene, line: ledger.Line, source: str = suppressions.MEMBER
) -> bool:
    """Everybody on the number of the scene leaves; confirmed to them, where it was news. Says whether it was."""
    if scene.number_id is None:
        return False
    language = _language(rt, members.list_on_number(unit.db, scene.number_id))
    has_ended = ledger.leave(unit, rt, scene, line, source)
    if has_ended:
        dedupe = f"left:{scene.number_id}:{scene.call_id or int(rt.clock().timestamp())}"
        _confirm(unit, rt, scene.number_id, line.purpose, language, dedupe)
    return has_ended


def withdraw_for(unit: UnitOfWork, rt: Runtime, member: Member, purpose: str, staff_id: int) -> bool:
    """A member told a coordinator: in force at once, confirmed to the member. Says whether something ended by it."""
    language = _language(rt, [member])
    if member.number_id is None:
        _without_number(unit, rt, member, purpose, staff_id)
        return True
    scene = Scene(member.number_id, member.id, language)
    line = ledger.Line(purpose, rule.WITHDRAWN, ledger.COORDINATOR, staff_id)
    has_ended = ledger.leave(unit, rt, scene, line)
    if has_ended:
        dedupe = f"left:staff:{member.id}:{int(rt.clock().timestamp())}"
        _confirm(unit, rt, member.number_id, purpose, language, dedupe, member.id)
    return has_ended


def may_still_leave(state: ConsentState) -> list[str]:
    """List the purposes that this member could still end."""
    return [each for each in PURPOSES if rule.is_agreed(state, each)]


def _without_number(unit: UnitOfWork, rt: Runtime, member: Member, purpose: str, staff_id: int) -> None:
    line = ledger.Line(purpose, rule.WITHDRAWN, ledger.COORDINATOR, staff_id)
    ledger.write(unit, rt, Scene(None, member.id, ""), member.id, line)


def _confirm(
    unit: UnitOfWork,
    rt: Runtime,
    number_id: int,
    purpose: str,
    language: str,
    dedupe: str,
    member_id: int | None = None,
) -> None:
    words = rt.words.text(Speak(CONFIRMED_BY[purpose], language))
    owe.owe_sms(unit, rt, number_id, words, dedupe, member_id)


def _language(rt: Runtime, people: Sequence[Member]) -> str:
    known = [each.language for each in people if each.language]
    return known[0] if known else SPOKEN[rt.settings.country][0]
