"""Soft notes made in code, to be joined with clips: no file has to be there for them.

Standard library only, since a call is answered through here; a note is computed once a process.
"""

import math
from array import array
from functools import lru_cache

from audio.clips import SAMPLES_PER_SECOND, Tone

_LEVEL = 10 ** (-20 / 20)  # softer than speech: it tells, and startles nobody
_FADE = SAMPLES_PER_SECOND * 15 // 1000  # a note that begins at once is heard as a click


@lru_cache(maxsize=8)
def samples(tone: Tone) -> bytes:
    """Return the note's samples, faded in and out."""
    count = SAMPLES_PER_SECOND * tone.milliseconds // 1000
    step = 2 * math.pi * tone.hertz / SAMPLES_PER_SECOND
    return array("h", (round(_height(at, count) * math.sin(step * at)) for at in range(count))).tobytes()


def _height(at: int, count: int) -> float:
    edge = min(at, count - 1 - at, _FADE) / _FADE
    return 32767 * _LEVEL * (0.5 - 0.5 * math.cos(math.pi * edge))
