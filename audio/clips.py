"""What a clip is, and the keys by which clips are found; keys are content, so a file never changes its sound.

The index from utterance to clip is the key itself: whoever knows text, language and voice knows the file's
name. Nothing has to be kept in step between processes or machines. Called by the library, by build and by tests.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from audio.normalise import check_language, normalise

PIPELINE = "1"  # part of every key: raise it when mastering changes, and all sounds are made anew
RATE = 0.85  # synthetic speech is slowed (voice_design.md D18)
RECORDED = "recorded"
JOINED = "joined"
SAMPLES_PER_SECOND = 8000


@dataclass(frozen=True)
class Utterance:
    """One concrete text in one language about to be heard; a personal one is never shown to a remote voice."""

    text: str
    language: str
    recorded_as: str | None = None
    is_personal: bool = False


@dataclass(frozen=True)
class Clip:
    """A telephone-ready WAV file; `voice` says who speaks: recorded, joined or the synthesiser's name."""

    key: str
    path: Path
    seconds: float
    voice: str

    def content(self) -> bytes:
        """Read the file."""
        return self.path.read_bytes()


@dataclass(frozen=True)
class Pause:
    """Silence between two clips; 500 to 750 ms between choices (voice_design.md D4)."""

    milliseconds: int


@dataclass(frozen=True)
class Tone:
    """One soft note between clips."""

    hertz: int
    milliseconds: int


Part = Clip | Pause | Tone  # of a composed clip
LEAD_IN = Pause(300)  # a called-back phone lost the first 0.1 s (speech.md 3)
BEEP = (Tone(587, 90), Pause(120))  # a key was taken (voice_design.md D14); one note is never taken for a key
SLOWER = 0.85  # of the speed before, where a question comes again after silence (voice_design.md D10)


@lru_cache(maxsize=8192)
def clip_key(voice: str, language: str, text: str, rate: float = RATE) -> str:
    """Return the key of a synthesised clip: 32 hexadecimal digits; raises ClipError for unspeakable text."""
    return _digest("synthesised", voice, check_language(language), f"{rate:.2f}", normalise(text))


@lru_cache(maxsize=8192)
def utterance_key(text: str, language: str) -> str:
    """Return the key of an utterance whatever the voice: for rows and logs that must not hold its words."""
    return _digest("utterance", check_language(language), normalise(text))


def take_key(raw: bytes) -> str:
    """Return the key of what a person spoke, from the bytes as they came in."""
    return _digest("take", hashlib.sha256(raw).hexdigest())


def slower_key(key: str) -> str:
    """Return the key of the same sound said slower."""
    return _digest("slower", f"{SLOWER:.2f}", key)


def original_key(raw: bytes) -> str:
    """Return the key under which those bytes are kept as they came."""
    return _digest("original", hashlib.sha256(raw).hexdigest())


def joined_key(parts: Iterable[Part]) -> str:
    """Return the key of a composed clip, from its parts in order."""
    return _digest("joined", *(_part_name(part) for part in parts))


def _part_name(part: Part) -> str:
    match part:
        case Clip(key):
            return key
        case Tone(hertz, milliseconds):
            return f"tone {hertz} {milliseconds}"
        case Pause(milliseconds):
            return f"pause {milliseconds}"


def _digest(*fields: str) -> str:
    return hashlib.sha256("\x1f".join((PIPELINE, *fields)).encode()).hexdigest()[:32]
