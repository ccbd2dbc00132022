"""A ready-made voice for who has no microphone and for scripted callers, made at first need.

Without words, where no sentence was spoken for it: a buzz of the throat through three moving formants, in syllables with breath between. It only
has to sound alive and to pass for speech where level and silence are measured.
"""

import threading

import numpy as np
import numpy.typing as npt

from gateway.emulator.tape import RATE, Pcm

LENGTH_SECONDS = 12
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480), (570, 840, 2410))

Wave = npt.NDArray[np.float64]


class Sample:
    """`spoken` holds sentences by language, once somebody had them made (spoken_sample.py)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pcm: Pcm | None = None
        self.spoken: dict[str, Pcm] = {}

    def speech(self, seconds: float | None, language: str = "") -> Pcm:
        """Speech of this length, repeated where longer than the sample; None is the whole sample."""
        with self._lock:
            if self._pcm is None:
                self._pcm = _make()
        whole = self.spoken.get(language, self._pcm)
        size = whole.size if seconds is None else round(seconds * RATE)
        return np.resize(whole, size) if size > whole.size else whole[:size]


def _make() -> Pcm:
    dice = np.random.default_rng(7)
    pieces: list[Wave] = []
    while sum(piece.size for piece in pieces) < LENGTH_SECONDS * RATE:
        for _ in range(int(dice.integers(4, 9))):
            pieces.append(_syllable(dice))
        pieces.append(np.zeros(int(dice.uniform(0.18, 0.4) * RATE)))
    whole = np.concatenate(pieces)[: LENGTH_SECONDS * RATE]
    pcm: Pcm = (whole / np.max(np.abs(whole)) * 15000).astype(np.int16)
    return pcm


def _syllable(dice: np.random.Generator) -> Wave:
    size = int(dice.uniform(0.12, 0.24) * RATE)
    time = np.arange(size) / RATE
    pitch = dice.uniform(170, 230) * (1 + 0.06 * np.sin(2 * np.pi * 3 * time))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = VOWELS[int(dice.integers(len(VOWELS)))]
    sound = np.zeros(size)
    for harmonic in range(1, 18):
        frequency = 200.0 * harmonic
        weight = sum(1 / (1 + ((frequency - centre) / 140) ** 2) for centre in formants)
        sound += weight / harmonic**0.5 * np.sin(harmonic * phase)
    hiss = dice.normal(0, 0.4, min(size, int(0.03 * RATE)))
    sound[: hiss.size] += hiss
    return sound * np.sin(np.pi * np.arange(size) / size) ** 0.6
