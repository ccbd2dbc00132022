"""Gives the demo's reports a voice: each text spoken by a local synthesiser and kept as a voice note would be.

Made before the database is touched and kept by content, so that a second start finds all of them. High and low voices come
from playing the same speech faster or slower.
"""

from __future__ import annotations

import io
import random
import wave
from array import array
from collections.abc import Iterable
from dataclasses import dataclass

from audio.clips import SAMPLES_PER_SECOND
from audio.convert import Take, peaks, to_telephone
from audio.tts import Synthesizer
from audio.tts.espeak import Espeak
from audio.wav import wav_of
from gateway import sounds
from gateway.demo.content import Told
from gateway.runtime import Runtime

PITCH = {"woman": 1.24, "man": 0.97}
BLANK_SECONDS = (3, 6)
HISS = 20  # of 32,767: what an empty line sounds like, far below what counts as speech


@dataclass(frozen=True)
class Note:
    """A voice note as it will be played: the key of its sound, its length and its waveform."""

    key: str
    seconds: float
    peaks: list[int]
    is_blank: bool


def speak_all(rt: Runtime, told: Iterable[Told], seed: int) -> dict[Told, Note]:
    """Make the voice note of every spoken report."""
    dice = random.Random(seed)  # noqa: S311
    spoken = [each for each in told if each.source == "voice"]
    voices = [voice for voice in sounds.voices(rt) if not voice.is_remote] or [Espeak()]
    try:
        return {each: _note(rt, voices[0], each, dice) for each in spoken}
    finally:
        for voice in voices:
            voice.close()


def _note(rt: Runtime, voice: Synthesizer, told: Told, dice: random.Random) -> Note:
    raw = _speech(voice, told, dice) if told.said else _hiss(dice)
    take = to_telephone(raw)
    return _kept(rt, raw, take)


def _kept(rt: Runtime, raw: bytes, take: Take) -> Note:
    clip = rt.notes.store_take(raw, take)
    return Note(clip.key, clip.seconds, peaks(take.pcm), take.is_blank)


def _speech(voice: Synthesizer, told: Told, dice: random.Random) -> bytes:
    pitch = PITCH[told.voice or dice.choice(list(PITCH))] * dice.uniform(0.96, 1.05)
    return _played_at(voice.speak(told.said, told.language, dice.uniform(0.82, 0.98) / pitch), pitch)


def _played_at(sound: bytes, pitch: float) -> bytes:
    with wave.open(io.BytesIO(sound)) as source:
        about, frames = source.getparams(), source.readframes(source.getnframes())
    written = io.BytesIO()
    with wave.open(written, "wb") as target:
        target.setparams(about._replace(framerate=round(about.framerate * pitch)))
        target.writeframes(frames)
    return written.getvalue()


def _hiss(dice: random.Random) -> bytes:
    noise = dice.randbytes(SAMPLES_PER_SECOND * dice.randint(*BLANK_SECONDS))
    return wav_of(array("h", [each % (2 * HISS) - HISS for each in noise]).tobytes())
