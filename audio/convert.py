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
    from audio.levels import Samples

BLANK_SECONDS = 2.0


@dataclass(frozen=True)
class Take:
    """Telephone samples (PCM 16 bit, 8 kHz, mono); whether blank or noisy was judged before trimming and levelling."""

    pcm: bytes
    seconds: float
    lufs: float
    peak_dbfs: float
    is_blank: bool
    is_noisy: bool = False  # loud, and yet nobody can be made out (`audio.noise`)


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
    return mastered(raw)[0]


def mastered(raw: bytes) -> tuple[Take, "Samples"]:
    """The same, and beside it the samples as they came, at the telephone's rate."""
    from audio.decode import decode  # start-up cost, as all imports inside functions here
    from audio.levels import decibels, is_quiet, to_pcm
    from audio.loudness import loudness
    from audio.mastering import master, soften
    from audio.noise import is_noisy

    source = decode(raw)
    is_silent = is_quiet(source)
    samples = soften(source) if is_silent else master(source)
    take = Take(
        pcm=to_pcm(samples),
        seconds=len(samples) / SAMPLES_PER_SECOND,
        lufs=loudness(samples),
        peak_dbfs=decibels(float(abs(samples).max())),
        is_blank=is_blank(to_pcm(source)),
        is_noisy=not is_silent and is_noisy(source),
    )
    return take, source


def is_blank(pcm: bytes) -> bool:
    """Tell whether a recording holds nothing: under 2 s, or under 0.2 s of it above -50 dBFS (D23).

    For samples as recorded; mastered ones are trimmed and levelled, ask `Take.is_blank` there. In doubt a
    recording is not blank: a problem must not be lost.
    """
    from audio.levels import from_pcm, is_quiet  # start-up cost

    return len(pcm) < BLANK_SECONDS * SAMPLES_PER_SECOND * 2 or is_quiet(from_pcm(pcm))


def measure(path: Path) -> Sound:
    """Measure any sound file at the telephone's rate; raises ClipError where it cannot be read."""
    from audio.decode import decode  # start-up cost
    from audio.levels import decibels, longest_gap
    from audio.loudness import loudness

    samples = decode(path.read_bytes())
    level = abs(samples)
    return Sound(
        seconds=len(samples) / SAMPLES_PER_SECOND,
        lufs=loudness(samples),
        peak=decibels(float(level.max())),
        longest_gap=longest_gap(samples),
        clipped=int((level >= 0.999).sum()),
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
