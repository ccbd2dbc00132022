"""How loud, how quiet and for how long: the measures that convert and mastering share."""

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND

FLOOR_DBFS = -50.0
_VOICED_SECONDS = 0.2
_FRAMES_PER_SECOND = 50

Samples = NDArray[np.float32]


def decibels(level: float) -> float:
    """Return a level of 0..1 in dBFS, at least -120."""
    return float(20 * np.log10(max(level, 1e-6)))


def frame_levels(samples: Samples, frame: int) -> Samples:
    """Return the RMS of each whole frame of that many samples."""
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame)
    levels: Samples = np.sqrt(np.mean(whole**2, axis=1))
    return levels


def is_quiet(samples: Samples) -> bool:
    """Tell whether less than 0.2 s of the sound rises above -50 dBFS."""
    return bool(_voiced(samples).sum() < _VOICED_SECONDS * _FRAMES_PER_SECOND)


def longest_gap(samples: Samples) -> float:
    """Return the longest stretch below -50 dBFS, in seconds."""
    longest = run = 0
    for is_loud in _voiced(samples):
        run = 0 if is_loud else run + 1
        longest = max(longest, run)
    return longest / _FRAMES_PER_SECOND


def to_pcm(samples: Samples) -> bytes:
    """Return the samples as PCM 16 bit, what exceeds full scale being cut."""
    return np.rint(samples * 32768).clip(-32768, 32767).astype("<i2").tobytes()


def from_pcm(pcm: bytes) -> Samples:
    """Return PCM 16 bit as samples of ±1, ignoring half a sample at the end."""
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)


def _voiced(samples: Samples) -> NDArray[np.bool_]:
    frame = SAMPLES_PER_SECOND // _FRAMES_PER_SECOND
    voiced: NDArray[np.bool_] = frame_levels(samples, frame) > 10 ** (FLOOR_DBFS / 20)
    return voiced
