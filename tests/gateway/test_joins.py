"""Sentences with numbers, days, references and names of places, in eSpeak's real voice: no click at a join, pauses as designed.

A clip begins and ends at silence, keeping up to 80 ms of it on either side, so a pause is heard that much longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import flows.words
from audio.build import build
from audio.clips import LEAD_IN, Pause
from audio.library import ClipLibrary
from audio.tts.espeak import Espeak
from audio.wav import pcm_of
from flows.steps import Speak
from gateway.speech import Speaker, utterance
from tests.audio.sounds import samples_of

FOLDER = Path(flows.words.__file__).parent
WORDS = flows.words.load(FOLDER)
PLACES = {"hi": "रामपुर", "en": "Rampur", "bn": "রামপুর"}
KEPT = 0.080  # seconds of quiet that mastering leaves at either side of a clip
QUIET = 0.01  # of full scale: beside speech at -19 LUFS nobody hears it
SMALLEST_CLICK = 0.02  # a step between two samples that is louder than the breath around it


def sentences(language: str) -> list[Speak]:
    days = WORDS.count(language, 47)
    return [
        Speak("problem.reference", language, {"reference": "4726"}),
        Speak("interim.stands", language, {"desk": PLACES[language], "days": days}),
        Speak(
            "brief.hello",
            language,
            {
                "organisation": "Jan",
                "unit": PLACES[language],
                "date": WORDS.day(language, date(2026, 11, 22)),
            },
        ),
    ]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClipLibrary]:
    library, voice = ClipLibrary(tmp_path_factory.mktemp("clips"), None, ("espeak",)), Espeak()
    pieces = [piece for each in PLACES for step in sentences(each) for piece in WORDS.speech(step)]
    report = build(library, [voice], map(utterance, pieces))
    voice.close()
    assert report.missing == []
    yield library


@pytest.mark.parametrize("language", PLACES)
@pytest.mark.parametrize("place", range(3))
def test_joins_have_no_click_and_the_pauses_meant_when_values_are_put_in(
    library: ClipLibrary, language: str, place: int
) -> None:
    step = sentences(language)[place]
    pieces = WORDS.speech(step)
    assert len(pieces) > 2
    said = Speaker(WORDS, library).speak([step], is_first=True)
    assert said is not None and said.clip is not None
    heard = samples_of(pcm_of(library.path_of(said.clip).read_bytes()))
    at = LEAD_IN.milliseconds * 8
    assert not heard[:at].any()
    for piece in pieces:
        clip = library.find(utterance(piece))
        assert clip is not None
        own = samples_of(pcm_of(clip.content()))
        end = at + len(own)
        pause = Pause(piece.pause_ms).milliseconds * 8
        assert (heard[at:end] == own).all() and not heard[end : end + pause].any()
        for edge in (at, end):
            around = heard[max(0, edge - 2) : edge + 2]
            assert np.abs(np.diff(around)).max() < SMALLEST_CLICK, piece
        loud = np.flatnonzero(np.abs(own) > QUIET) / 8000
        assert loud[0] <= KEPT + 0.05 and len(own) / 8000 - loud[-1] <= KEPT + 0.12, piece
        at = end + pause
    assert at == len(heard)


def test_composed_sentence_is_made_once_when_said_again(library: ClipLibrary) -> None:
    step = sentences("hi")[1]
    first, again = (Speaker(WORDS, library).speak([step]) for _ in range(2))
    other = Speaker(WORDS, library).speak([sentences("hi")[0]])
    assert first and again and other and first.clip == again.clip != other.clip
    before = sorted(library.folder.iterdir())
    Speaker(WORDS, library).speak([step])
    assert sorted(library.folder.iterdir()) == before
