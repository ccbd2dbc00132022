"""Nothing in a call sounds like silence, and every word is the right one: whole calls, measured on the sound that the phone heard.

The words that are looked for are spoken anew here, from the text alone: a clip that was exchanged for another is another sound.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audio.clips import RATE
from audio.convert import to_telephone
from audio.tts.espeak import Espeak
from flows.steps import Speak
from gateway import sounds
from gateway.phones import Number
from tests.broadcast_steps import begin, first_round_is_over, wait_for
from tests.builders import a_member, a_number
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.tape import tape_of

LANGUAGES = ("en", "hi")
SPEED, SPEAKS = 5.0, 3.0
LONGEST_SILENCE = 3.0
REPORT = ["main_menu.problem", "problem.beep", "problem.kept", "problem.soon", "goodbye.member"]
BROADCAST = ["announcement.again_or_stop", "goodbye.member"]
TEXTS = {"hi": "कल सुबह दस बजे पंचायत भवन में बैठक है।", "en": "There is a meeting at ten tomorrow."}


@pytest.fixture
def voice() -> Iterator[Espeak]:
    voice = Espeak()
    yield voice
    voice.close()


def spoken(house: House, voice: Espeak, language: str, prompts: list[str]) -> list[bytes]:
    """What these prompts sound like, made from their words and from no clip."""
    pieces = [piece for each in prompts for piece in house.rt.words.speech(Speak(each, language))]
    return [to_telephone(voice.speak(each.text, language, RATE)).pcm for each in pieces]


def two_phones(house: House, booth: str) -> dict[str, Phone]:
    numbers: dict[str, Number] = {language: a_number() for language in LANGUAGES}
    for language, number in numbers.items():
        a_member(house.rt, number=number, unit=booth, language=language)
    return {language: house.phone(number) for language, number in numbers.items()}


def is_whole(house: House) -> bool:
    """Whether the house has made all that it makes ahead; counts come last, after it was ready."""
    return None not in house.rt.clips.find_many(sounds.wanted_for(house.rt, sounds.CATALOGUE, 0))


@pytest.mark.timeout(400)
def test_call_is_never_silent_and_says_the_right_words(house: House, booth: str, voice: Espeak) -> None:
    until(lambda: is_whole(house), 200, 1.0)
    house.control("speed", speed=SPEED)
    callers, called = two_phones(house, f"{booth}-R"), two_phones(house, booth)
    for phone in callers.values():
        phone.begins({1: "1", 2: "2"}, speak=SPEAKS)
    broadcast_id = begin(house, booth, texts=TEXTS)
    wait_for(house, broadcast_id, first_round_is_over, 60)
    for language in LANGUAGES:
        caller, member = callers[language], called[language]
        report = tape_of(house, caller, caller.last_call(), SPEED, SPEAKS)
        broadcast = tape_of(house, member, member.rung(), SPEED)
        assert report.longest_silence() <= LONGEST_SILENCE
        assert broadcast.longest_silence() <= LONGEST_SILENCE
        first, second, *others = spoken(house, voice, language, REPORT)
        assert report.says([first, second, *others])
        assert not report.says([second, first, *others])  # so that one clip in another's place is heard
        message = to_telephone(voice.speak(TEXTS[language], language, RATE)).pcm
        assert broadcast.says([message, *spoken(house, voice, language, BROADCAST)])
