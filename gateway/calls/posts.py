"""A provider's post about a call comes in, what the phone hears next goes out.

The turn in the callback's address tells whether a post is new: every reply we give names the turn it waits for, so a
post that was sent twice, late or out of order finds the call further on, hears the same again and changes nothing
(house.md 5.1). What is said of a call is durable before it is answered.
"""

from __future__ import annotations

from flows.steps import Digits, Heard, Nothing
from gateway.calls import closing, opening, talk
from gateway.calls.turning import take_turn
from gateway.channels.base import Reply, VoiceEvent
from gateway.runtime import Runtime
from gateway.store import steps
from gateway.store.steps import CallRow


def voice_posted(rt: Runtime, event: VoiceEvent, turn: int | None) -> Reply:
    """Answer one post; `turn` is what its address carried, None where it carried none.

    Calling it twice with the same post gives the same reply and has one effect.
    """
    recent = rt.recent.get(event.provider_id)
    if recent is not None and not event.is_over and turn == recent.turn:
        reply = take_turn(rt, event, recent, heard_in(event, recent))
        if reply is not None:
            return reply
    return _looked_up(rt, event, turn)


def _looked_up(rt: Runtime, event: VoiceEvent, turn: int | None) -> Reply:
    call = _find(rt, event)
    if event.is_over:
        rt.recent.drop(event.provider_id)
        closing.call_over(rt, event, call)
        return rt.callbacks.render(None, None, "")
    if call is None:
        return opening.call_began(rt, event)
    if call.is_over:
        closing.keep_late_note(rt, event, call)
        return rt.callbacks.render(None, None, "")
    if not _is_next(event, call, turn):
        closing.keep_late_note(rt, event, call)
        return _again(rt, call)
    return take_turn(rt, event, call, heard_in(event, call)) or _again_now(rt, event)


def heard_in(event: VoiceEvent, call: CallRow) -> Heard:
    """Say what a post brought: keys or silence; a recording gets its name when it has been kept."""
    if event.digits and not talk.waits_for_note(call.conversation):
        return Digits(event.digits)
    return Nothing()


def _is_next(event: VoiceEvent, call: CallRow, turn: int | None) -> bool:
    """Whether this post answers our last reply. One without a turn does where it brings keys or a recording."""
    if turn is None:
        return bool(event.digits or event.recording_url)
    return turn == call.turn


def _again(rt: Runtime, call: CallRow) -> Reply:
    if call.conversation is None:
        return rt.callbacks.decline()
    return talk.reply_to(rt, call.conversation, call.turn)


def _again_now(rt: Runtime, event: VoiceEvent) -> Reply:
    """Another process took this turn while we did: say what it said."""
    call = _find(rt, event)
    return _again(rt, call) if call else rt.callbacks.render(None, None, "")


def _find(rt: Runtime, event: VoiceEvent) -> CallRow | None:
    with rt.quick.connection() as connection:
        return steps.find_call(connection, rt.provider, event.provider_id)
