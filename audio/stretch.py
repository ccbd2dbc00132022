"""Slower speech at the same pitch, for voices that know no speed (voice_design.md D18), and for a question that is
put again after silence, whoever speaks it (D10).

Overlapping windows are laid down at a wider step, each shifted to where it best continues the one before
(waveform-similarity overlap-add). The remote voice and build call this.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND

_FRAME = SAMPLES_PER_SECOND * 30 // 1000
_STEP = _FRAME // 2
_SEARCH = SAMPLES_PER_SECOND * 10 // 1000

Samples = NDArray[np.float32]


def stretch(samples: Samples, rate: float) -> Samples:
    """Return the samples at that relative speed: 0.85 makes a second last 1.18 seconds."""
    if rate == 1 or len(samples) < 2 * _FRAME:
        return samples
    window = np.hanning(_FRAME + 1)[:-1].astype(np.float32)
    size = round(len(samples) / rate)
    slow = np.zeros(size + _FRAME, np.float32)
    padded = np.pad(samples, (_STEP + _SEARCH, 2 * _FRAME + 2 * _SEARCH))
    at = _SEARCH
    for start in range(0, size, _STEP):
        nearby = round(start * rate)
        at = nearby + _best_offset(padded[nearby:], padded[at + _STEP :]) if start else at
        slow[start : start + _FRAME] += window * padded[at : at + _FRAME]
    return slow[_STEP : size + _STEP]


def _best_offset(source: Samples, continuation: Samples) -> int:
    candidates = sliding_window_view(source[: _FRAME + 2 * _SEARCH], _FRAME)
    energy = np.einsum("ij,ij->i", candidates, candidates) + 1e-6
    return int(np.argmax(candidates @ continuation[:_FRAME] / np.sqrt(energy)))
