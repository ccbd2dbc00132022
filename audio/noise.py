"""Is there a voice, or only noise? By what a voice does and wind, a motor and a bad line do not: it swells and fades by syllables.

A guess about samples as recorded. In doubt a recording is not noisy: one second in which somebody speaks is enough.
"""

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND

Samples = NDArray[np.float32]

_FRAME = 256  # 32 ms: short enough for syllables, long enough for a motor's strokes to melt into one level
_SECOND = SAMPLES_PER_SECOND // _FRAME
_VOICE = slice(10, 110)  # the bins from 300 to 3,400 Hz: rumble is no voice
SWELLS_DB = 5.0  # hiss and motors stay below 4, a voice no louder than the hiss around it reaches 6.5


def swell(samples: Samples) -> float:
    """Return by how many decibels the sound swells and fades within the liveliest of its seconds, outliers left out."""
    count = len(samples) // _FRAME
    if count < 2 * _SECOND:
        return 0.0
    frames = samples[: count * _FRAME].reshape(count, _FRAME) * np.hanning(_FRAME).astype(np.float32)
    power = (np.abs(np.fft.rfft(frames, axis=1)[:, _VOICE]) ** 2).sum(axis=1)
    levels = 10 * np.log10(np.maximum(power, 1e-9))
    seconds = np.lib.stride_tricks.sliding_window_view(levels, _SECOND)[:: _SECOND // 4]
    low, high = np.percentile(seconds, (15, 85), axis=1)
    return float(np.percentile(high - low, 90))


def is_noisy(samples: Samples) -> bool:
    """Tell whether the sound is loud and yet nobody can be made out on it."""
    return len(samples) >= 2 * SAMPLES_PER_SECOND and swell(samples) < SWELLS_DB
