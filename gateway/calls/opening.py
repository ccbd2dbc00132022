"""The first post about a call: a ring to decline, a call to answer, or a phone of ours that was picked up."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert

from flows.catalog.entry import enter
from gateway import effects, gaps, leaving, rings, steering
from gateway.calls import facts as known
from gateway.calls import outbound, talk, unfinished
from gateway.channels.base import Reply, VoiceEvent
from gateway.days import saying
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Call
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store import callbacks, numbers, steps
from gateway.store.steps import CallRow

VOICE = "voice"


def call_began(rt: Runtime, event: VoiceEvent) -> Reply:
    """Answer the first post of a call. Two equal first posts agree on one row; the second hears the same."""
    with unit_of_work(rt.engine) as unit:
        number_id = number_of(unit, rt, event)
        call = insert_call(unit, rt, event, number_id)
        if call is None:
            return _same_again(rt, event)
        callbacks.add_callback(
            unit.db, rt.vault, rt.provider, "voice", dict(event.raw), "applied", rt.clock()
        )
        if event.is_inbound and is_declined(unit, rt, event.line, number_id, call.id):
            return rt.callbacks.decline()
        conversation = _begin(unit, rt, event, call)
    return talk.reply_to(rt, conversation, 1)


def number_of(unit: UnitOfWork, rt: Runtime, event: VoiceEvent) -> int | None:
    """Return the id of the caller's number; None for one that is withheld or unreadable."""
    try:
        number: Number = parse_number(event.number, rt.settings.country)
    except NumberUnreadable:
        return None
    return numbers.add_number(unit.db, rt.vault, number, rt.clock())


def is_declined(unit: UnitOfWork, rt: Runtime, line: str, number_id: int | None, call_id: int) -> bool:
    """Whether this line of ours declines, having done what its ring asks for; one that we do not know answers."""
    habits = {each.number: each.habit for each in rt.settings.voice_numbers}
    match habits.get(line):
        case "call-back":
            rings.rang(unit, rt, number_id)
        case "stop":
            leaving.rang_to_stop(unit, rt, number_id, call_id)
        case _:
            return False
    return True


def insert_call(
    unit: UnitOfWork, rt: Runtime, event: VoiceEvent, number_id: int | None, channel: str = VOICE
) -> CallRow | None:
    now = rt.clock()
    state = CallState.RINGING if event.is_inbound else CallState.ANSWERED
    row = {
        "provider": rt.provider,
        "provider_id": event.provider_id,
        "channel": channel,
        "is_inbound": event.is_inbound,
        "line": event.line[:24],
        "number_id": number_id,
        "state": state,
        "turn": 1,
        "started_at": now,
        "stepped_at": now,
    }
    statement = insert(Call).values(row).on_conflict_do_nothing().returning(Call.id)
    call_id = unit.db.scalar(statement)
    if call_id is None:
        return None
    return CallRow(
        call_id,
        1,
        state,
        None,
        None,
        number_id,
        None,
        None,
        None,
        event.is_inbound,
        event.line,
        None,
        now,
    )


def _begin(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: CallRow) -> dict[str, Any]:
    """Take the facts, start the flow they lead to, do what its first words ask for."""
    about = None if event.is_inbound else outbound.picked_up(unit, rt, event, call)
    facts = known.facts_for(
        unit.db, rt, call.number_id, about.member_id if about else None, **(about.facts if about else {})
    )
    member_id = facts["member"]["id"] if facts["member"] else None
    if event.is_inbound or facts.get("is_call_back"):
        facts |= sought(unit, rt, call, facts)
    row = unit.db.get_one(Call, call.id)
    row.member_id, row.delivery_id = member_id, about.delivery_id if about else None
    row.language = facts["language"]
    unit.db.flush()
    call = steps.with_member(call, member_id, row.delivery_id)
    row.entered = enter(facts)
    after = effects.perform(unit, rt, call, talk.begin(rt, row.entered, facts))
    if after.said and after.said.is_lacking:
        gaps.note(unit, rt, call.id, after.spoken, after.facts.get("unit_languages", ()))
    row.facts, row.conversation = after.facts, after.to_json()
    return row.conversation


def sought(unit: UnitOfWork, rt: Runtime, call: CallRow, facts: dict[str, Any]) -> dict[str, Any]:
    """What only a conversation that somebody sought may know: today's question, what broke off, a broadcast to steer."""
    member_id = facts["member"]["id"] if facts["member"] else None
    return {
        **_question_of_today(unit, rt, member_id, facts["language"]),
        **unfinished.facts_of(unit.db, rt, call.number_id, call.id),
        "steers": steering.may_steer(unit.db, call.number_id),
    }


def _question_of_today(unit: UnitOfWork, rt: Runtime, member_id: int | None, language: str) -> dict[str, Any]:
    """A unit's lead who rings is asked what our call of this evening asked in vain."""
    day_id = saying.open_day(unit.db, rt, member_id) if member_id else None
    return {"daily": saying.fact(unit.db, rt, day_id, language)} if day_id else {}


def _same_again(rt: Runtime, event: VoiceEvent) -> Reply:
    with rt.quick.connection() as connection:
        call = steps.find_call(connection, rt.provider, event.provider_id)
    if call is None or call.conversation is None:
        return rt.callbacks.decline()
    return talk.reply_to(rt, call.conversation, call.turn)
