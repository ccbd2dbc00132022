"""One turn of a conversation on a call: heard in, effects done, what to say out.

A call's `facts` are what the flow may know, taken once, when the call begins, so that a list heard by ear does not change
under the caller; effects add to them. Its `conversation` holds {"state": where it is, "wait": what we listen for, "said":
what was last said, "heard": what was played to its end, "signs": what tells whether a person listened, "fared": how each question
did so far, "at": when it was said, "listened": how much of the words of each question was heard (`gateway.calls.listening`)}.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flows.engine import hung_up, resume, start
from flows.state import Fared, State, Turn
from flows.steps import (
    AddToReport,
    Digits,
    Heard,
    Speak,
    Step,
    Tell,
    VoiceNote,
    Wait,
    WaitDigits,
    WaitVoiceNote,
)
from gateway.calls import listening
from gateway.calls.listening import Listened
from gateway.channels.base import Reply, Speech
from gateway.runtime import Runtime
from gateway.speech import Said, Speaker
from gateway.store.steps import CallRow

logger = logging.getLogger(__name__)

DIGITS, NOTE = "digits", "note"


@dataclass(frozen=True)
class Signs:
    """What tells later whether a person listened (`rules.hearing`): a key; seconds spoken so far; and of the reply that
    brought the message, seconds spoken before it and its own."""

    has_key: bool = False
    spoken: float = 0.0
    before: float = 0.0
    length: float | None = None

    def after(self, said: Said | None, is_message: bool) -> Signs:
        seconds = said.seconds if said else 0.0
        if is_message and self.length is None:
            return replace(self, spoken=self.spoken + seconds, before=self.spoken, length=seconds)
        return replace(self, spoken=self.spoken + seconds)


@dataclass(frozen=True)
class Talk:
    """A conversation after a turn: what is stored, what is said, what must be done."""

    facts: dict[str, Any]
    state: State | None
    wait: Wait | None
    said: Said | None
    effects: tuple[Step, ...]
    heard: tuple[str, ...] = ()
    signs: Signs = Signs()
    fared: Mapping[str, str] = field(default_factory=dict)  # letters of `Fared` by "flow/version/node"
    listened: Listened = field(default_factory=dict)
    at: float | None = None
    spoken: tuple[Speak | Tell, ...] = ()  # what `said` says; in writing it is shown instead (`calls.ussd`)

    def to_json(self) -> dict[str, Any]:
        return {
            "state": self.state.to_json() if self.state else None,
            "wait": _wait_to_json(self.wait),
            "said": vars(self.said) if self.said else None,
            "heard": list(self.heard),
            "signs": vars(self.signs),
            "fared": dict(self.fared),
            "at": self.at,
            "listened": dict(self.listened),
        }


def begin(rt: Runtime, flow: str, facts: dict[str, Any]) -> Talk:
    """Start a flow and say its first words, after the lead-in that a called phone needs (speech.md 3)."""
    return _after(rt, start(rt.flows[flow], facts, rt.flows), facts, (), Signs(), {}, is_first=True)


def go_on(rt: Runtime, call: CallRow, heard: Heard) -> Talk:
    """Take the next turn of a stored conversation; one that is over stays so."""
    facts, conversation = call.facts or {}, call.conversation
    if conversation is None:
        return Talk(facts, None, None, None, ())
    known, signs, fared = tuple(conversation["heard"]), signs_of(conversation), fared_of(conversation)
    if conversation["state"] is None:
        return Talk(facts, None, None, None, (), known, signs, fared)
    if isinstance(heard, Digits) and heard.keys:
        signs = replace(signs, has_key=True)
    state = State.from_json(conversation["state"])
    turn = resume(rt.flows, state, heard, facts)
    after = _after(rt, turn, facts, known, signs, noted(fared, state, turn.fared))
    return replace(after, listened=listening.until(conversation, rt.clock()))


def broke_off(rt: Runtime, call: CallRow, heard: Heard | None) -> Talk:
    """The caller hung up: what was said is kept, nothing is spoken any more (voice_design.md D22)."""
    facts, conversation = call.facts or {}, call.conversation or {}
    state = State.from_json(conversation["state"])
    turn = hung_up(rt.flows, state, heard, facts)
    known = tuple(conversation["heard"])
    is_kept = Fared.ANSWERED if turn.steps else Fared.HUNG_UP
    fared = noted(fared_of(conversation), state, is_kept)
    return Talk(facts, state, None, None, _effects(turn.steps), known, signs_of(conversation), fared)


def was_adding(rt: Runtime, call: CallRow, note: VoiceNote) -> Talk:
    """A recording that comes after its call may have been meant for a report that exists: then it is added there."""
    stored = (call.conversation or {}).get("state")
    if not stored:
        return Talk(call.facts or {}, None, None, None, ())
    turn = hung_up(rt.flows, State.from_json(stored), note, call.facts or {})
    added = tuple(step for step in turn.steps if isinstance(step, AddToReport))
    return Talk(call.facts or {}, turn.state, None, None, added)


def signs_of(conversation: dict[str, Any] | None) -> Signs:
    """What a stored conversation noted; nothing in one from before it was noted."""
    return Signs(**((conversation or {}).get("signs") or {}))


def fared_of(conversation: dict[str, Any] | None) -> dict[str, str]:
    """How the questions of a stored conversation fared; nothing in one from before it was noted."""
    return (conversation or {}).get("fared") or {}


def noted(known: Mapping[str, str], state: State, fared: Fared | None) -> Mapping[str, str]:
    """Add how the question at which a conversation stands fared; nothing where none was asked."""
    if fared is None:
        return known
    place = f"{state.flow}/{state.version}/{state.node}"
    return {**known, place: known.get(place, "") + fared}


def waits_for_note(conversation: dict[str, Any] | None) -> bool:
    """Whether a recording is what this conversation listens for."""
    wait = (conversation or {}).get("wait")
    return bool(wait and wait["kind"] == NOTE)


def reply_to(rt: Runtime, conversation: dict[str, Any] | None, turn: int) -> Reply:
    """Render what was last said and what we listen for; the address of the answer carries the turn."""
    said = (conversation or {}).get("said")
    wait = wait_of(conversation)
    speech = speech_of(rt, Said(**said)) if said else None
    return rt.callbacks.render(speech, wait, callback_url(rt, turn))


def speech_of(rt: Runtime, said: Said) -> Speech:
    return Speech(said.text, said.language, clip_url(rt, said.clip) if said.clip else None)


def clip_url(rt: Runtime, key: str) -> str:
    return f"{rt.settings.public_url}/clips/{key}.wav"


def callback_url(rt: Runtime, turn: int) -> str:
    settings = rt.settings
    return f"{settings.public_url}/callbacks/{rt.provider}/{settings.callback_secret}/voice?turn={turn}"


def _after(
    rt: Runtime,
    turn: Turn,
    facts: dict[str, Any],
    heard: tuple[str, ...],
    signs: Signs,
    fared: Mapping[str, str],
    is_first: bool = False,
) -> Talk:
    if turn.error:
        logger.error(
            "a conversation broke off flow=%s error=%s", turn.state.flow if turn.state else "", turn.error
        )
    spoken = [step for step in turn.steps if isinstance(step, Speak | Tell)]
    speaker = Speaker(rt.words, rt.clips, rt.notes, rt.settings.is_emulated, rt.remembered)
    said = None
    if not facts.get("is_written"):
        said = speaker.speak(
            spoken, is_first=is_first, manner=turn.manner, unit_languages=facts.get("unit_languages", ())
        )
    signs = signs.after(said, any(isinstance(step, Tell) for step in spoken))
    effects = _effects(turn.steps)
    at = round(rt.clock().timestamp(), 2) if said else None
    return Talk(facts, turn.state, turn.wait, said, effects, heard, signs, fared, at=at, spoken=tuple(spoken))


def _effects(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(step for step in steps if not isinstance(step, Speak | Tell))


def _wait_to_json(wait: Wait | None) -> dict[str, Any] | None:
    if wait is None:
        return None
    return {"kind": DIGITS if isinstance(wait, WaitDigits) else NOTE, **vars(wait)}


def wait_of(conversation: dict[str, Any] | None) -> Wait | None:
    """What a stored conversation listens for."""
    stored = (conversation or {}).get("wait")
    if stored is None:
        return None
    values = {name: value for name, value in stored.items() if name != "kind"}
    return WaitDigits(**values) if stored["kind"] == DIGITS else WaitVoiceNote(**values)
