"""The tones that stand for words in tests: journeys tell prompts apart by them."""

from itertools import combinations

from audio.convert import to_telephone
from audio.tts.silent import Silent
from tests.audio.sounds import likeness, samples_of

TEXTS = ["Press 1.", "Press 2.", "Press 1", "नमस्ते", "Say your problem after the beep.", "Say your name now."]


def heard(text, language="en"):
    return samples_of(to_telephone(Silent().speak(text, language, 0.85)).pcm)


def test_texts_are_told_apart_when_their_tones_are_compared():
    sounds = [heard(text) for text in TEXTS]
    assert all(likeness(one, other) < 0.6 for one, other in combinations(sounds, 2))
    assert likeness(heard("Press 1."), heard("Press 1.")) > 0.999
    assert likeness(heard("नमस्ते", "hi"), heard("नमस्ते", "mr")) < 0.6


def test_tones_last_longer_when_the_text_is_longer():
    assert len(heard("a" * 100)) > 8 * len(heard("a" * 10))
