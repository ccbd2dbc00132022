"""How a broadcast sounds, language by language: what is played on the check page, and whether it can be heard well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask_babel import gettext

from audio.convert import Sound as Measured
from audio.convert import measure, peaks
from audio.errors import ClipError
from flows.steps import Tell
from gateway import questions
from gateway.console.locale import SPOKEN
from gateway.content import languages_of, sound_in
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast
from gateway.runtime import Runtime
from gateway.speech import LETTERS_PER_SECOND, Speaker

WARN_SECONDS = 60
QUIET_DBFS, LONG_GAP_SECONDS, CLIPPED_SAMPLES = (
    -20.0,
    3.0,
    80,
)  # console.md 1a; a tenth of a second at full scale
_HEADER = 44


@dataclass(frozen=True)
class Sound:
    """One language of a broadcast as it will be heard; `key` is None while the sound is being made."""

    language: str
    text: str
    key: str | None
    seconds: float
    is_recorded: bool
    peaks: tuple[int, ...] = ()


def sounds_of(rt: Runtime, broadcast: Broadcast) -> list[Sound]:
    """List every language with its sound, joined as the phone will play it."""
    there = _in_order(languages_of(broadcast.texts, broadcast.sounds))
    return [
        _sound(
            rt,
            broadcast.kind,
            language,
            str(broadcast.texts.get(language, "")),
            sound_in(broadcast.sounds, language),
        )
        for language in there
    ]


def asked_of(rt: Runtime, broadcast: Broadcast, language: str) -> list[Sound]:
    """List its questions in one language, each with its keys, as they are heard or read."""
    found = []
    for asked in questions.questions_of(broadcast.questions):
        if broadcast.kind == VOICE:
            text = questions.spoken(rt.words, asked, language)
            found.append(_sound(rt, broadcast.kind, language, text, sound_in(asked.sounds, language)))
        else:
            found.append(Sound(language, questions.written(rt.words, asked, language), None, 0, False))
    return found


def longest(sounds: Sequence[Sound]) -> float:
    """Return the length of the longest language, in seconds."""
    return max((each.seconds for each in sounds), default=0.0)


def faults(rt: Runtime, sounds: Sequence[Sound]) -> list[tuple[str, str]]:
    """Say of each language what makes it hard to listen to: too long, quiet, silent for long, overdriven."""
    return [(each.language, said) for each in sounds for said in _faults(rt, each)]


def _faults(rt: Runtime, sound: Sound) -> list[str]:
    name = SPOKEN.get(sound.language, sound.language)
    found = []
    if sound.seconds > WARN_SECONDS:
        found.append(
            gettext(
                "%(language)s: %(n)s seconds are long. The best ones take 30 to 60.",
                language=name,
                n=round(sound.seconds),
            )
        )
    measured = _measured(rt.clips.path_of(sound.key)) if sound.key and sound.is_recorded else None
    if measured is None:
        return found
    if measured.peak < QUIET_DBFS:
        found.append(gettext("%(language)s: the recording is very quiet. Speak closer.", language=name))
    if measured.longest_gap > LONG_GAP_SECONDS:
        found.append(
            gettext(
                "%(language)s: nothing is said for %(n)s seconds; members will hang up.",
                language=name,
                n=round(measured.longest_gap),
            )
        )
    if measured.clipped > CLIPPED_SAMPLES:
        found.append(gettext("%(language)s: the recording is overdriven. Speak further away.", language=name))
    return found


def _sound(rt: Runtime, kind: str, language: str, text: str, own: str | None) -> Sound:
    said = None
    if kind == VOICE:
        said = Speaker(rt.words, rt.clips).speak([Tell(text, language, sound=own)])
    if said is None or said.clip is None:
        return Sound(language, text, None, len(text) / LETTERS_PER_SECOND, own is not None)
    return Sound(
        language, text, said.clip, said.seconds, own is not None, _peaks(rt.clips.path_of(said.clip))
    )


def _in_order(languages: Sequence[str]) -> list[str]:
    """As the page lists languages; what it does not know comes last."""
    spoken = list(SPOKEN)
    return sorted(languages, key=lambda each: spoken.index(each) if each in spoken else len(spoken))


@lru_cache(maxsize=128)
def _peaks(path: Path) -> tuple[int, ...]:
    """The heights of its waveform; a sound that vanished is drawn flat. Files are named by content: never stale."""
    try:
        return tuple(peaks(path.read_bytes()[_HEADER:], 120))
    except OSError:
        return ()


@lru_cache(maxsize=128)
def _measured(path: Path) -> Measured | None:
    try:
        return measure(path)
    except (OSError, ClipError):
        return None
