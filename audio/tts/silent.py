"""A voice for tests and dry runs: tones instead of words, needing no engine and no network.

Different texts give different melodies of different lengths, so that a test can tell by correlation which
prompt a phone heard (speech.md 6).
"""

import hashlib
import math

from audio.clips import SAMPLES_PER_SECOND
from audio.normalise import check_language, normalise
from audio.tts import Means
from audio.wav import wav_of

_TONES_PER_SECOND = 16
_TONE = SAMPLES_PER_SECOND // _TONES_PER_SECOND
_SECONDS_PER_CHARACTER = 0.06
_LOUDNESS = 8000


def make(_means: Means) -> "Silent":
    """Return the voice of tests."""
    return Silent()


class Silent:
    """Plays one tone per sixteenth of a second, chosen by a hash of the text, 60 ms long per character."""

    name = "silent"
    is_remote = False
    is_slow = False

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return a WAV file whose length is proportional to the text and whose tones identify it."""
        spoken = normalise(text)
        seconds = max(0.4, len(spoken) * _SECONDS_PER_CHARACTER) / rate
        seed = f"{check_language(language)} {spoken}"
        pitches = [_pitch(seed, index) for index in range(math.ceil(seconds * _TONES_PER_SECOND))]
        return wav_of(_tones(pitches))

    def close(self) -> None:
        """Do nothing: no process, no connection."""


def _pitch(seed: str, index: int) -> float:
    digest = hashlib.sha256(f"{index} {seed}".encode()).digest()
    return 400 + int.from_bytes(digest[:2]) / 65536 * 2400


def _tones(pitches: list[float]) -> bytes:
    """Return one tone after the other, as signed words of sixteen bits."""
    import numpy as np  # start-up cost in every process that merely knows this voice

    steps = 2 * math.pi / SAMPLES_PER_SECOND * np.array(pitches)[:, None] * np.arange(_TONE)
    words: bytes = np.rint(_LOUDNESS * np.sin(steps)).astype("<i2").tobytes()
    return words
