"""Sounds to test with, made on the spot."""

import io
import wave

import numpy as np
import soundfile


def tone(hertz: float = 440, seconds: float = 1.0, rate: int = 8000, level: float = 0.3) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def file_of(samples: np.ndarray, rate: int = 8000, form: str = "WAV", subtype: str | None = None) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format=form, subtype=subtype)
    return target.getvalue()


def samples_of(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2") / 32768


def speech_like(seconds: float = 6.0, rate: int = 44100, level: float = 0.2) -> np.ndarray:
    """Bursts of noise in syllables, with peaks: harder on a limiter than a tone."""
    noise = np.random.default_rng(7).normal(0, level, round(seconds * rate))
    syllables = 0.5 - 0.5 * np.cos(2 * np.pi * 4 * np.arange(len(noise)) / rate)
    return np.clip(noise * syllables, -1, 1)


def form_of(path) -> tuple[int, int, int]:
    with wave.open(str(path)) as file:
        return file.getframerate(), file.getnchannels(), file.getsampwidth()


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Normalised correlation of the common length, the best of all offsets."""
    size = min(len(one), len(other))
    one, other = one[:size], other[:size]
    both = np.fft.irfft(np.fft.rfft(one, 2 * size) * np.conj(np.fft.rfft(other, 2 * size)))
    return float(np.abs(both).max() / np.sqrt((one**2).sum() * (other**2).sum()))
