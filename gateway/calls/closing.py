"""The last post about a call, and what comes after it: a recording that was being made, the outcome, the follow-up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from flows.steps import VoiceNote
from gateway import deliveries, effects, learning, leaving, voice_notes
from gateway.calls import listening, opening, talk, turning
from gateway.channels.base import Outcome, VoiceEvent
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Call
from gateway.reports import recordings
from gateway.reports import results as reports
from gateway.rights import erase
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store import attempts, callbacks, steps
from gateway.store.steps import CallRow

APPLIED, DUPLICATE = "applied", "duplicate"


def call_over(rt: Runtime, event: VoiceEvent, known: CallRow | None) -> None:
    """End a call once; keeps what was being recorded. A second last post changes nothing (africastalking.md 0.3)."""
    with unit_of_work(rt.engine) as unit:
        call = _lock(unit, known.id) if known else _never_answered(unit, rt, event)
        is_new = call is not None and call.state != CallState.ENDED
        outcome = APPLIED if is_new else DUPLICATE
        callbacks.add_callback(unit.db, rt.vault, rt.provider, "voice", dict(event.raw), outcome, rt.clock())
        if call is None:
            return
        if not is_new:
            _keep_note(unit, rt, event, call)
            return
        end(unit, rt, event, call)


def end(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: Call) -> None:
    """Keep what was being said, note the end, and do what follows from the conversation. For a call that goes on."""
    _hear_last(unit, rt, event, call)
    _end(rt, event, call)
    fates, listened = learning.fates(rt, call.conversation), listening.until(call.conversation, rt.clock())
    deliveries.call_ended(unit, rt, call, event)
    reports.call_ended(unit, rt, call)
    erase.after_call(unit, rt, call.member_id)
    leaving.confirm_call(unit, rt, call)
    learning.keep(unit, rt, call, fates, listened)


def keep_late_note(rt: Runtime, event: VoiceEvent, known: CallRow) -> None:
    """A recording announced after its turn or its call was over is kept all the same."""
    if event.recording_url is None:
        return
    rt.recent.drop(event.provider_id)
    with unit_of_work(rt.engine) as unit:
        call = _lock(unit, known.id)
        callbacks.add_callback(unit.db, rt.vault, rt.provider, "voice", dict(event.raw), APPLIED, rt.clock())
        if call is not None:
            _keep_note(unit, rt, event, call)


def _lock(unit: UnitOfWork, call_id: int) -> Call | None:
    return unit.db.scalar(select(Call).where(Call.id == call_id).with_for_update())


def _never_answered(unit: UnitOfWork, rt: Runtime, event: VoiceEvent) -> Call | None:
    """The only post of a call that rang in vain: give it a row, tied to its attempt.

    Where somebody picked up and hung up at once, the first post may be under way: then its row is there by now.
    """
    number_id = opening.number_of(unit, rt, event)
    row = opening.insert_call(unit, rt, event, number_id)
    if row is None:
        known = select(Call).where(Call.provider == rt.provider, Call.provider_id == event.provider_id)
        return unit.db.scalar(known.with_for_update())
    call = unit.db.get_one(Call, row.id)
    if event.is_inbound:
        opening.is_declined(unit, rt, event.line, number_id, row.id)
    if not event.is_inbound:
        attempt = attempts.find_for_call(unit.db, rt.provider, event.provider_id, number_id, rt.clock())
        call.delivery_id = attempt.delivery_id if attempt else None
    return call


def _hear_last(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: Call) -> None:
    """A hang-up in mid-sentence keeps what was said (voice_design.md D22)."""
    conversation = call.conversation
    if conversation is None or conversation["state"] is None or not talk.waits_for_note(conversation):
        _keep_note(unit, rt, event, call)
        return
    heard = turning.note_in(unit, rt, event, steps.row_of(call))
    after = talk.broke_off(rt, steps.row_of(call), heard)
    after = effects.perform(unit, rt, steps.row_of(call), after)
    call.facts, call.conversation = after.facts, {**conversation, **_left_at(after), "wait": None}
    if heard is not None:
        recordings.broke_off(unit, int(heard.ref))


def _left_at(after: talk.Talk) -> dict[str, Any]:
    """Where the conversation stands after what was kept: there it is taken up again."""
    stored = after.to_json()
    return {"state": stored["state"], "fared": stored["fared"]}


def _keep_note(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: Call) -> None:
    if event.recording_url is None:
        return
    note_id = voice_notes.announce(unit, rt, event.recording_url, call.id, call.member_id)
    if note_id is None:
        return
    adds = talk.was_adding(rt, steps.row_of(call), VoiceNote(str(note_id)))
    if adds.effects:
        effects.perform(unit, rt, steps.row_of(call), adds)
        return
    reports.note_came_late(unit, rt, call, note_id)


def _end(rt: Runtime, event: VoiceEvent, call: Call) -> None:
    call.state = CallState.ENDED
    call.ended_at = rt.clock()
    call.end_reason = str(event.outcome or Outcome.UNKNOWN)
    call.seconds = event.seconds
    call.cost, call.currency = event.cost, event.currency
