"""From the names in the setting `TTS` to voices, the best first; the composition root and the tests call this.

Also says how good a clip is by who speaks it: whoever only plays loads no voice for that.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from audio.clips import RECORDED
from audio.errors import ClipError
from audio.tts import Means, Synthesizer

VoiceOrder = tuple[str, ...]
USUAL_ORDER: VoiceOrder = ("gtts", "espeak")


class Quality(StrEnum):
    """How good a clip is: a person; a machine that is pleasant to hear; one that wants a recording in its place."""

    HUMAN = "human"
    GOOD = "good"
    DRAFT = "draft"


@dataclass(frozen=True)
class Known:
    """One voice: where its page is, and how good it sounds."""

    module: str
    quality: Quality


KNOWN: Mapping[str, Known] = {
    "gtts": Known("audio.tts.gtts", Quality.GOOD),
    "kokoro": Known("audio.tts.kokoro", Quality.GOOD),
    "espeak": Known("audio.tts.espeak", Quality.DRAFT),
    "silent": Known("audio.tts.silent", Quality.DRAFT),
}


def quality_of(voice: str) -> Quality:
    """Return how good a clip of that voice (`Clip.voice`) is; whatever is not known is a draft."""
    if voice == RECORDED:
        return Quality.HUMAN
    return KNOWN[voice].quality if voice in KNOWN else Quality.DRAFT


def make_voices(
    order: Sequence[str] = USUAL_ORDER,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    state: Path | None = None,
    kokoro: Path | None = None,
) -> list[Synthesizer]:
    """Return the voices of that order; nothing is started or connected before the first word.

    `state` is a writable folder where processes share that a remote voice rests (the clips' folder will do),
    `kokoro` the operator's model folder. Raises ClipError for a name that is no voice.
    """
    means = Means(clock, sleep, state, kokoro)
    return [_voice(name, means) for name in order]


def _voice(name: str, means: Means) -> Synthesizer:
    if name not in KNOWN:
        raise ClipError(f"There is no voice called {name[:20]!r}; known are {', '.join(KNOWN)}.")
    # Start-up cost: each voice brings its own packages, and most processes ask for none.
    voice: Synthesizer = import_module(KNOWN[name].module).make(means)
    return voice
