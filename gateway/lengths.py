"""How long a broadcast is: seconds of a call that is heard to its end, parts of an SMS; by language.

Forecasts and what is kept back for an attempt ask the same function, so that the two agree. Sounds are looked up, never made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flows.sms_text import segments
from flows.steps import Speak, Tell
from gateway.content import languages_of, sound_in
from gateway.models import Broadcast
from gateway.questions import Question, sms_text, spoken
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.speech import LETTERS_PER_SECOND, utterance

KEYS_SECONDS = 5.0  # for a key after the words (`flows.model.Pause`) and after each question


def seconds_of(rt: Runtime, broadcast: Broadcast) -> dict[str, float]:
    """Return how long a call lasts that hears all of it: who calls, the words, its questions, the keys, the goodbye."""
    return {
        language: _greeting(rt, broadcast, language)
        + words_seconds(rt, broadcast.texts, broadcast.sounds, language)
        + sum(_question(rt, each, language) for each in broadcast.questions or [])
        + _spoken(rt, [Speak("announcement.again_or_stop", language), Speak("goodbye.member", language)])
        + KEYS_SECONDS
        for language in languages_of(broadcast.texts, broadcast.sounds)
    }


def words_after(rt: Runtime, broadcast: Broadcast) -> dict[str, tuple[float, float]]:
    """Return by language what is spoken before the authored words, and how long these are, in seconds."""
    return {
        language: (
            _greeting(rt, broadcast, language),
            words_seconds(rt, broadcast.texts, broadcast.sounds, language),
        )
        for language in languages_of(broadcast.texts, broadcast.sounds)
    }


def sms_parts(
    rt: Runtime, texts: Mapping[str, Any], questions: Sequence[Mapping[str, Any]] | None
) -> dict[str, int]:
    """Return how many parts each language of an SMS broadcast has, its question included."""
    return {
        language: segments(sms_text(rt.words, texts, questions or [], language))
        for language in languages_of(texts, {})
    }


def parts_of(texts: Mapping[str, Any]) -> dict[str, int]:
    """Return how many parts each language of an SMS is sent and paid as."""
    return {language: segments(str(text)) for language, text in texts.items() if text}


def words_seconds(rt: Runtime, texts: Mapping[str, Any], sounds: Mapping[str, Any], language: str) -> float:
    """Return how long the authored words of one language last; guessed from its letters where no sound is made yet."""
    return _spoken(rt, [Tell(str(texts.get(language, "")), language, sound=sound_in(sounds, language))])


def _greeting(rt: Runtime, broadcast: Broadcast, language: str) -> float:
    """A campaign begins with its own words (rules.md L3)."""
    if broadcast.message_class == MessageClass.CAMPAIGN:
        return 0.0
    return _spoken(rt, [Speak("greeting.new", language, {"organisation": rt.settings.organisation})])


def _question(rt: Runtime, question: Mapping[str, Any], language: str) -> float:
    asked = Question.of(question)
    said = Tell(spoken(rt.words, asked, language), language, sound=sound_in(asked.sounds, language))
    return _spoken(rt, [said]) + KEYS_SECONDS


def _spoken(rt: Runtime, steps: Iterable[Speak | Tell]) -> float:
    pieces = [piece for step in steps for piece in rt.words.speech(step)]
    seconds = 0.0
    for piece in pieces:
        clip = rt.clips.clip_of(piece.sound) if piece.sound else rt.clips.find(utterance(piece))
        seconds += (clip.seconds if clip else len(piece.text) / LETTERS_PER_SECOND) + piece.pause_ms / 1000
    return seconds
