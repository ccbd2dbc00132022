"""From any 8 kHz sound to a telephone prompt: trim, high-pass, loudness, limiter, soft edges (speech.md 3)."""

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND
from audio.levels import frame_levels
from audio.loudness import QUIETEST, loudness

TARGET_LUFS = -19.0
CEILING_DBFS = -3.05  # 0.05 below the promised -3.0, for rounding to 16 bit
_MILLISECOND = SAMPLES_PER_SECOND // 1000
_KEPT = 80 * _MILLISECOND
_FRAME = 10 * _MILLISECOND
_FADE = 5 * _MILLISECOND
_LOOK_AHEAD = 5 * _MILLISECOND
_WINDOW = 2 * _LOOK_AHEAD + 1
_TAPS = 255
_MAX_GAIN_DB = 40.0

Samples = NDArray[np.float32]


def master(samples: Samples) -> Samples:
    """Return the samples trimmed to 80 ms around the sound, at -19 LUFS and at most -3 dBFS, edges at zero."""
    return _softened(_levelled(_without_rumble(_trimmed(samples))))


def soften(samples: Samples) -> Samples:
    """Return the samples with their level untouched and their edges at zero, so that joins do not click."""
    return _softened(np.clip(samples, -_ceiling(), _ceiling()).astype(np.float32))


def _trimmed(samples: Samples) -> Samples:
    levels = frame_levels(samples, _FRAME)
    if not levels.size:
        return samples
    loud = np.flatnonzero(levels > max(levels.max() * 10 ** (-40 / 20), 10 ** (-60 / 20)))
    if not loud.size:
        return samples
    return samples[max(loud[0] * _FRAME - _KEPT, 0) : (loud[-1] + 1) * _FRAME + _KEPT]


def _without_rumble(samples: Samples) -> Samples:
    n = np.arange(_TAPS) - _TAPS // 2
    low = np.sinc(2 * 200 / SAMPLES_PER_SECOND * n) * np.blackman(_TAPS)
    kernel = -low / low.sum()
    kernel[_TAPS // 2] += 1
    padded = np.pad(samples, _TAPS // 2)
    return np.convolve(padded, kernel, mode="valid").astype(np.float32)


def _levelled(samples: Samples) -> Samples:
    level = loudness(samples)
    if level <= QUIETEST:
        return samples
    gain_db = min(TARGET_LUFS - level, _MAX_GAIN_DB)
    levelled = _limited(samples * np.float32(10 ** (gain_db / 20)))
    for _ in range(3):  # the limiter takes a little away; give it back
        missing = TARGET_LUFS - loudness(levelled)
        if abs(missing) < 0.2:
            break
        gain_db = min(gain_db + missing, _MAX_GAIN_DB)
        levelled = _limited(samples * np.float32(10 ** (gain_db / 20)))
    return levelled


def _limited(samples: Samples) -> Samples:
    over = np.abs(samples)
    if over.max() <= _ceiling():
        return samples
    wanted = np.minimum(1.0, _ceiling() / np.maximum(over, 1e-9))
    lowest = _lowest_of(np.pad(wanted, 2 * _LOOK_AHEAD, constant_values=1.0), _WINDOW)
    # The mean of gains that are each low enough for this sample is low enough, and moves without steps.
    total = np.concatenate(([0.0], np.cumsum(lowest, dtype=np.float64)))
    smooth = (total[_WINDOW:] - total[:-_WINDOW]) / _WINDOW
    return (samples * smooth).astype(np.float32)


def _lowest_of(gains: Samples, window: int) -> Samples:
    width = 1  # doubling: each pass knows the minimum over twice as many
    while width < window:
        step = min(width, window - width)
        gains = np.minimum(gains[:-step], gains[step:])
        width += step
    return gains


def _softened(samples: Samples) -> Samples:
    fade = min(_FADE, len(samples) // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(fade) / max(fade, 1))).astype(np.float32)
    soft = samples.copy()
    soft[:fade] *= ramp
    soft[len(soft) - fade :] *= ramp[::-1]
    return soft


def _ceiling() -> float:
    return float(10 ** (CEILING_DBFS / 20))
