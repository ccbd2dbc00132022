"""Plays a conversation for whoever writes it: the same engine, words and sounds as a call has, and nobody is called.

The whole of it stands in what was pressed so far, a letter each: a key, `s` for silence, `v` for a voice note. Nothing is
kept, so the same letters always say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flows.catalog.renderings import BY_TEXT, SMS
from flows.engine import Turn
from flows.play_written import player
from flows.simulate import play
from flows.steps import Speak, Tell, WaitDigits, WaitVoiceNote
from gateway import questions
from gateway.calls.talk import clip_url
from gateway.content import in_language, sound_in
from gateway.models import Broadcast
from gateway.runtime import Runtime
from gateway.speech import Speaker

KEYS = "1234567890*#"
SILENCE, VOICE = "s", "v"
LONGEST = 60  # letters
_TYPED = {SILENCE: "", VOICE: "…"}
_INPUTS = {SILENCE: "silence", VOICE: "note 1 of 5 s"}


@dataclass(frozen=True)
class Line:
    """One turn: what was done before it, its words, the address of its sound where it is made, and what is listened for."""

    pressed: str
    text: str
    sound: str | None
    seconds: float
    waits_for: str  # keys, voice, "" when it is over

    @property
    def is_over(self) -> bool:
        return not self.waits_for


def lines(rt: Runtime, flow: str, facts: Mapping[str, Any], pressed: str) -> Iterator[Line]:
    """Yield a line per turn; what is no key and no letter of ours is passed over, what comes after the end is not heard."""
    letters = [each for each in pressed[:LONGEST] if each in KEYS or each in _INPUTS]
    inputs = [_INPUTS.get(each, f"key {each}") for each in letters]
    speaker = Speaker(rt.words, rt.clips)
    for nth, exchange in enumerate(play(rt.flows, flow, inputs, facts)):
        yield _line(rt, speaker, exchange.turn, letters[nth - 1] if nth else "")


def in_writing(rt: Runtime, flow: str, facts: Mapping[str, Any], pressed: str) -> list[str]:
    """Return what the same conversation writes by SMS at this point, in the language's own letters and in Latin ones.

    Nothing where it is only spoken. Who speaks after the beep writes something instead.
    """
    if flow not in BY_TEXT:
        return []
    typed = [_TYPED.get(each, each) for each in pressed[:LONGEST] if each in KEYS or each in _INPUTS]
    known = {**facts, "is_written": True, "is_texted": True, "is_outbound": False}
    found = []
    for is_own in (True, False):
        write = rt.texts.writer(is_own)
        shown = list(player(SMS, flow, rt.flows, rt.words, rt.screens, write).play(flow, typed, known))
        found.append(shown[-1].shows[0])
    return list(dict.fromkeys(filter(None, found)))


def broadcast_in_writing(rt: Runtime, broadcast: Broadcast, language: str) -> list[str]:
    """Return a broadcast as it is read in this language: as an SMS, or where its call was missed (menu key 4)."""
    text = questions.sms_text(rt.words, broadcast.texts, broadcast.questions or [], language)
    if broadcast.kind == SMS:
        return [text]
    items = [each for each in questions.questions_of(broadcast.questions) if each.keys]
    if not items:
        return []
    spoken_in = in_language(broadcast.texts, broadcast.sounds, language)
    asked = questions.in_writing(questions.asked(rt.words, broadcast.questions, spoken_in))
    whole = "\n".join(
        filter(None, [broadcast.texts.get(spoken_in, ""), *(str(each["text"]) for each in asked)])
    )
    return list(dict.fromkeys([whole, rt.texts.writer(is_own=False)(Tell(whole, spoken_in))]))


def facts_of(rt: Runtime, broadcast: Broadcast, language: str) -> dict[str, Any]:
    """Return what a call with this broadcast knows, heard in this language by nobody in particular."""
    spoken_in = in_language(broadcast.texts, broadcast.sounds, language)
    told = {"text": broadcast.texts.get(spoken_in, ""), "sound": sound_in(broadcast.sounds, spoken_in)}
    return {
        "language": spoken_in,
        "languages": [spoken_in],
        "organisation": rt.settings.organisation,
        "emergency_number": rt.profile.emergency_number,
        "is_outbound": True,
        "members": [],
        "member": {"id": 1, "name": "", "is_joined": True},
        "announcement": {
            "id": 1,
            "language": spoken_in,
            "is_campaign": broadcast.message_class == "campaign",
            **told,
        },
        "questions": questions.facts(rt.words, broadcast.questions or [], spoken_in),
    }


def _line(rt: Runtime, speaker: Speaker, turn: Turn, pressed: str) -> Line:
    spoken = [each for each in turn.steps if isinstance(each, Speak | Tell)]
    said = speaker.speak(spoken, is_first=not pressed, manner=turn.manner)
    match turn.wait:
        case WaitDigits():
            waits_for = "keys"
        case WaitVoiceNote():
            waits_for = "voice"
        case _:
            waits_for = ""
    sound = clip_url(rt, said.clip) if said and said.clip else None
    return Line(pressed, said.text if said else "", sound, said.seconds if said else 0.0, waits_for)
