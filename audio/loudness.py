"""Loudness after EBU R128 (ITU-R BS.1770), for mono: K-weighting, 400 ms blocks, two gates.

Our own because pyloudnorm is 0.25 LU off at 8 kHz and pulls scipy (speech.md 3). Weighting is done in the
frequency domain with the standard's 48 kHz filters, which is exact at any sample rate below.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND

QUIETEST = -70.0  # the absolute gate; nothing below counts as sound
_BLOCK = SAMPLES_PER_SECOND * 400 // 1000
_HOP = _BLOCK // 4
# BS.1770-4, tables 1 and 2: numerator and denominator of the head shelf and of the low-frequency cut.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_CUT = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))


def loudness(samples: NDArray[np.float32]) -> float:
    """Return the integrated loudness in LUFS, -70 for silence; shorter than 400 ms counts as one block."""
    power = _block_power(_weighted(samples))
    loud = power[power > _power(QUIETEST)]
    if not loud.size:
        return QUIETEST
    loud = loud[loud > loud.mean() / 10]
    return float(-0.691 + 10 * np.log10(loud.mean()))


def _weighted(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    power = 1 << max(len(samples) - 1, 3).bit_length()
    size = power * 3 // 4 if power * 3 // 4 >= len(samples) else power  # both are quick to transform
    weighted = np.fft.irfft(np.fft.rfft(samples, size) * _k_gain(size), size).astype(np.float32, copy=False)
    return weighted[: len(samples)]


@lru_cache(maxsize=16)  # lengths of sounds up to a minute
def _k_gain(size: int) -> NDArray[np.float32]:
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size, 1 / SAMPLES_PER_SECOND) / 48000)
    gain = np.ones(len(z))
    for numerator, denominator in (_SHELF, _CUT):
        poles = np.maximum(np.abs(np.polyval(denominator[::-1], z)), 1e-12)
        gain *= np.abs(np.polyval(numerator[::-1], z)) / poles
    return gain.astype(np.float32)


def _block_power(weighted: NDArray[np.float32]) -> NDArray[np.float64]:
    if len(weighted) <= _BLOCK:
        return np.atleast_1d(np.mean(weighted**2, dtype=np.float64))
    total = np.concatenate(([0.0], np.cumsum(weighted**2, dtype=np.float64)))
    starts = np.arange(0, len(weighted) - _BLOCK + 1, _HOP)
    power: NDArray[np.float64] = (total[starts + _BLOCK] - total[starts]) / _BLOCK
    return power


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
