"""One turn of a call that is under way: quick where only the conversation moves, a unit of work where more does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from flows.steps import Heard, VoiceNote
from gateway import effects, gaps, voice_notes
from gateway.calls import talk
from gateway.calls.talk import Talk
from gateway.channels.base import Reply, VoiceEvent
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Call
from gateway.runtime import Runtime
from gateway.store import callbacks, steps
from gateway.store.steps import Advance, CallRow

FIRST = 1  # the turn that our first reply waits for


def take_turn(rt: Runtime, event: VoiceEvent, call: CallRow, heard: Heard) -> Reply | None:
    """Take the next turn and make it durable; None where another post took it first."""
    if call.conversation is not None and _is_too_early(rt, event, call):
        return _quickly(rt, event, call, call.conversation)
    if event.recording_url or talk.waits_for_note(call.conversation):
        return _with_effects(rt, event, call, heard)
    after = talk.go_on(rt, call, heard)
    if after.effects or (after.said and after.said.is_lacking):
        return _with_effects(rt, event, call, heard)
    return _quickly(rt, event, call, after.to_json())


def _is_too_early(rt: Runtime, event: VoiceEvent, call: CallRow) -> bool:
    """Whether a key was pressed before anybody could hear what for: by a cheek, or while the call was being taken (D5).

    Between our first reply and the post lies the way there and back, too: a slow network makes a key later than it was,
    never earlier, so that none of a patient caller is lost. The turn passes nevertheless and the same is said again: a
    copy of the post is then an old one. Who knows the line by heart presses once more, and any time from then on.
    """
    if call.turn != FIRST or not event.digits:
        return False
    return (rt.clock() - call.started_at).total_seconds() < rt.settings.keys_after_seconds


def _quickly(rt: Runtime, event: VoiceEvent, call: CallRow, conversation: dict[str, Any]) -> Reply | None:
    form = dict(event.raw)
    digest = callbacks.digest_of(form)
    step = Advance(
        call=call,
        conversation=conversation,
        provider=rt.provider,
        digest=digest,
        body=callbacks.seal_body(rt.vault, form, digest),
        now=rt.clock(),
    )
    if not rt.together.advance(step):
        rt.recent.drop(event.provider_id)
        return None
    rt.recent.put(event.provider_id, steps.stepped(step))
    return talk.reply_to(rt, conversation, call.turn + 1)


def _with_effects(rt: Runtime, event: VoiceEvent, call: CallRow, heard: Heard) -> Reply | None:
    """Claim the turn first, so that of two equal posts only one has effects."""
    now = rt.clock()
    rt.recent.drop(event.provider_id)
    with unit_of_work(rt.engine) as unit:
        if not steps.claim_turn(unit.db, call, now):
            return None
        after = hear(unit, rt, event, call, heard)
        conversation = after.to_json()
        save(unit.db, call, after)
        callbacks.add_callback(unit.db, rt.vault, rt.provider, "voice", dict(event.raw), "applied", now)
        if after.said and after.said.is_lacking:
            gaps.note(unit, rt, call.id, after.spoken, after.facts.get("unit_languages", ()))
    return talk.reply_to(rt, conversation, call.turn + 1)


def hear(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: CallRow, heard: Heard) -> Talk:
    """Keep a recording first, take the turn, do what it asks for."""
    after = talk.go_on(rt, call, note_in(unit, rt, event, call) or heard)
    return effects.perform(unit, rt, call, after)


def note_in(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: CallRow) -> VoiceNote | None:
    """Keep the recording that a post announces; None where it brings none, or one that is kept already."""
    if not event.recording_url:
        return None
    note_id = voice_notes.announce(unit, rt, event.recording_url, call.id, call.member_id)
    return VoiceNote(str(note_id)) if note_id else None


def save(db: Session, call: CallRow, after: Talk) -> None:
    db.execute(
        update(Call)
        .where(Call.id == call.id)
        .values(facts=after.facts, conversation=after.to_json())
        .execution_options(synchronize_session=False)
    )
