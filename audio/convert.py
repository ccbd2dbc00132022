"""Any sound file to the telephone's format, and what can be said about a sound: level, gaps, blank or not.

Called by the library for takes, by build for synthesised speech, by the rooms for voice notes. The numeric
packages cost 40 MB and are imported when first used: a process that only plays clips never loads them.
"""

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from audio.clips import SAMPLES_PER_SECOND

if TYPE_CHECKING:
    from audio.decode import Samples

BLANK_SECONDS = 2.0
FLOOR_DBFS = -50.0
_VOICED_SECONDS = 0.2


@dataclass(frozen=True)
class Take:
    """Telephone samples (PCM 16 bit, 8 kHz, mono); `is_blank` was judged before trimming and levelling."""

    pcm: bytes
    seconds: float
    lufs: float
    peak_dbfs: float
    is_blank: bool


@dataclass(frozen=True)
class Sound:
    """What was measured: `peak` in dBFS, gaps in seconds, `clipped` samples at full scale, `dc` of full scale."""

    seconds: float
    lufs: float
    peak: float
    longest_gap: float
    clipped: int
    dc: float


def to_telephone(raw: bytes) -> Take:
    """Decode and master a sound file of at most 20 MB and ten minutes.

    A blank one keeps its level and length: nobody should hear amplified hiss. Raises ClipError with a
    sentence for staff. Source: speech.md 3, voice_design.md D23.
    """
    import numpy as np  # start-up cost, see above

    from audio.decode import decode
    from audio.loudness import loudness
    from audio.mastering import decibels, master, soften, to_pcm

    source = decode(raw)
    blank = is_blank(to_pcm(source))
    samples = soften(source) if _is_quiet(source) else master(source)
    peak = decibels(float(np.abs(samples).max()))
    return Take(to_pcm(samples), len(samples) / SAMPLES_PER_SECOND, loudness(samples), peak, blank)


def is_blank(pcm: bytes) -> bool:
    """Tell whether a recording holds nothing: under 2 s, or under 0.2 s of it above -50 dBFS (D23).

    For samples as recorded; mastered ones are trimmed and levelled, ask `Take.is_blank` there. In doubt a
    recording is not blank: a problem must not be lost.
    """
    import numpy as np

    samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)
    return len(samples) < BLANK_SECONDS * SAMPLES_PER_SECOND or _is_quiet(samples)


def measure(path: Path) -> Sound:
    """Measure any sound file at the telephone's rate; raises ClipError where it cannot be read."""
    import numpy as np

    from audio.decode import decode
    from audio.loudness import loudness
    from audio.mastering import decibels

    samples = decode(path.read_bytes())
    level = np.abs(samples)
    return Sound(
        seconds=len(samples) / SAMPLES_PER_SECOND,
        lufs=loudness(samples),
        peak=decibels(float(level.max())),
        longest_gap=_longest_gap(samples),
        clipped=int(np.count_nonzero(level >= 0.999)),
        dc=float(samples.mean()),
    )


def peaks(pcm: bytes, n: int = 160) -> list[int]:
    """Return `n` heights of 0..100 for a waveform on screen, 100 being the loudest sample of the piece."""
    samples = array("h", pcm[: len(pcm) // 2 * 2])
    edges = [index * len(samples) // n for index in range(n + 1)]
    pieces = [samples[start : max(end, start + 1)] for start, end in zip(edges, edges[1:], strict=False)]
    heights = [max(max(piece), -min(piece)) if piece else 0 for piece in pieces]
    loudest = max(*heights, 32768 // 20)  # near silence is drawn flat, not blown up
    return [100 * height // loudest for height in heights]


def _is_quiet(samples: "Samples") -> bool:
    from audio.mastering import frame_levels

    frame = SAMPLES_PER_SECOND // 50
    voiced = frame_levels(samples, frame) > 10 ** (FLOOR_DBFS / 20)
    return bool(voiced.sum() * frame < _VOICED_SECONDS * SAMPLES_PER_SECOND)


def _longest_gap(samples: "Samples") -> float:
    from audio.mastering import frame_levels

    longest = run = 0
    for is_loud in frame_levels(samples, SAMPLES_PER_SECOND // 50) > 10 ** (FLOOR_DBFS / 20):
        run = 0 if is_loud else run + 1
        longest = max(longest, run)
    return longest / 50
