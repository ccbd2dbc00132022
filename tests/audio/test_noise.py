"""Hiss and motors hold no voice; a voice in the midst of them is never taken for noise."""

from collections.abc import Iterator

import numpy as np
import pytest

from audio.convert import to_telephone
from audio.decode import decode
from audio.noise import is_noisy, swell
from audio.tts.espeak import Espeak
from tests.audio.sounds import file_of, tone

SECONDS, RATE = 8, 8000
TIME = np.arange(SECONDS * RATE) / RATE
DICE = np.random.default_rng(3)
WORDS = {
    "hi": "हमारे गाँव का हैंडपंप दो महीने से खराब है। पानी लेने दो किलोमीटर जाना पड़ता है।",
    "bn": "আমাদের গ্রামের নলকূপ দুই মাস ধরে খারাপ, জল আনতে অনেক দূর যেতে হয়।",
    "en": "The hand pump in our village has been broken for two months.",
    "sw": "Kisima cha kijiji chetu kimeharibika kwa miezi miwili.",
}


def hiss(colour: float) -> np.ndarray:
    """White (0), pink (0.5) or brown (1) noise."""
    spectrum = np.fft.rfft(DICE.normal(size=len(TIME)))
    return _level(np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** colour, len(TIME)))


def motor(strokes: float, wander: float = 0.1) -> np.ndarray:
    """So many strokes a second, a little faster and slower all the time, with the rattle around them."""
    phase = 2 * np.pi * np.cumsum(strokes * (1 + wander * np.sin(2 * np.pi * 0.15 * TIME))) / RATE
    return _level(sum(np.sin(k * phase + k) / k for k in range(1, 40)) + 0.3 * DICE.normal(size=len(TIME)))


def _level(sound: np.ndarray, level: float = 0.1) -> np.ndarray:
    return level * sound / np.sqrt(np.mean(sound**2))


NOISES = {
    "a bad line": hiss(0),
    "a waterfall": hiss(0.5),
    "a storm far off": hiss(1),
    "a tractor": motor(12),
    "a pump": motor(25),
    "a motorbike that drives on": motor(60, 0.3),
    "a bus that sets off": _level(motor(30, 0.4) * np.linspace(0.2, 1, len(TIME))),
    "the mains": _level(tone(50, SECONDS) + 0.3 * tone(150, SECONDS) + 0.02 * DICE.normal(size=len(TIME))),
    "a tone": tone(400, SECONDS),
}


@pytest.fixture(scope="module")
def voices() -> Iterator[dict[str, np.ndarray]]:
    espeak = Espeak()
    try:
        spoken = {each: decode(espeak.speak(text, each, 0.85)) for each, text in WORDS.items()}
        yield {each: np.resize(sound, len(TIME)) for each, sound in spoken.items()}
    finally:
        espeak.close()


@pytest.mark.parametrize("name", NOISES)
def test_noise_alone_is_noisy(name: str) -> None:
    take = to_telephone(file_of(NOISES[name], subtype="FLOAT"))
    assert (take.is_noisy, take.is_blank) == (True, False)


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("name", ["a bad line", "a waterfall", "a tractor", "a pump"])
@pytest.mark.parametrize("above", [20, 10, 5, 0])
def test_voice_in_noise_is_no_noise(
    voices: dict[str, np.ndarray], language: str, name: str, above: int
) -> None:
    voice = _level(voices[language])
    assert not is_noisy((voice + NOISES[name] * 10 ** (-above / 20)).astype(np.float32))


def test_one_second_of_voice_in_a_long_noise_is_enough(voices: dict[str, np.ndarray]) -> None:
    """Somebody looked for words beside a running pump for half of the time."""
    sound = NOISES["a pump"].copy()
    sound[3 * RATE : 5 * RATE] += _level(voices["hi"], 0.3)[: 2 * RATE]
    assert not is_noisy(sound.astype(np.float32))


@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.9])
def test_what_is_too_short_to_tell_is_not_noisy(seconds: float) -> None:
    assert not is_noisy(hiss(0)[: round(seconds * RATE)].astype(np.float32))


def test_silence_is_blank_and_not_noisy() -> None:
    take = to_telephone(file_of(np.zeros(SECONDS * RATE)))
    assert (take.is_noisy, take.is_blank) == (False, True)


def test_ten_minutes_are_judged_in_no_time() -> None:
    assert swell(np.resize(hiss(0), 600 * RATE).astype(np.float32)) < 3
