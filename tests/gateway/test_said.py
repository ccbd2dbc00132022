"""How the same words are said: after a beep where a key was taken (D14), slower after silence (D10), in which language."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from audio.build import slow_down
from audio.clips import BEEP, RATE, SLOWER, Pause, Tone, clip_key, joined_key
from audio.convert import measure
from audio.library import ClipLibrary, joined
from audio.wav import pcm_of, silence
from flows.catalog import FLOWS
from flows.engine import resume, start
from flows.state import Manner
from flows.steps import Digits, Heard, Nothing, Speak, Tell, VoiceNote
from flows.words import Words
from gateway.calls import facts as known
from gateway.content import LANGUAGES
from gateway.db import unit_of_work
from gateway.models import Member, Unit
from gateway.runtime import Runtime
from gateway.sounds import CATALOGUE, put_again
from gateway.speech import Said, Speaker, utterance
from tests.audio.sounds import samples_of
from tests.builders import a_member, a_number
from tests.flows.golden import CAST

VOICE = "silent"


@pytest.fixture
def clips(tmp_path: Path) -> ClipLibrary:
    return ClipLibrary(tmp_path / "clips", None, (VOICE,))


@pytest.fixture
def speaker(rt: Runtime, clips: ClipLibrary) -> Speaker:
    return Speaker(rt.words, clips)


def made(speaker: Speaker, steps: Sequence[Speak | Tell], languages: Sequence[str] = ()) -> None:
    """Give each piece a second of its own sound."""
    for step in steps:
        for piece in speaker.words.speech(step, languages):
            said = utterance(piece)
            key = clip_key(VOICE, said.language, said.text, RATE)
            speaker.clips.store(key, joined([Tone(300 + len(said.text), 1000)]), VOICE)


def sound(speaker: Speaker, said: Said | None) -> bytes:
    assert said is not None and said.clip is not None
    return pcm_of(speaker.clips.path_of(said.clip).read_bytes())


def say(speaker: Speaker, who: str, *heard: Heard) -> tuple[Said | None, list[Speak | Tell]]:
    """What is said after these inputs, with every sound there."""
    facts = CAST[who]
    turn = start(FLOWS["main_menu"], facts, FLOWS)
    for each in heard:
        assert turn.state is not None
        turn = resume(FLOWS, turn.state, each, facts)
    spoken = [step for step in turn.steps if isinstance(step, Speak | Tell)]
    made(speaker, spoken)
    return speaker.speak(spoken, manner=turn.manner), spoken


@pytest.mark.parametrize("keys", ["1", "0", "*", "11"])
def test_beep_comes_first_where_a_key_was_taken(speaker: Speaker, keys: str) -> None:
    said, _ = say(speaker, "ramesh", Digits(keys))
    assert sound(speaker, said).startswith(joined(BEEP))


@pytest.mark.parametrize(
    "heard", [Digits("9"), Digits("7"), Digits("12"), Nothing(), VoiceNote("1", 4.0)], ids=str
)
def test_no_beep_where_none_was(speaker: Speaker, heard: Heard) -> None:
    said, spoken = say(speaker, "ramesh", heard)
    assert not sound(speaker, said).startswith(joined(BEEP))
    assert said == speaker.speak(spoken)  # and the clip of everybody else is used


def test_beep_is_short_soft_and_one_note(clips: ClipLibrary, tmp_path: Path) -> None:
    clip = clips.compose(BEEP)
    heard = measure(clip.path)
    assert heard.seconds == pytest.approx(0.21) and -22 < heard.peak < -18
    samples = samples_of(joined(BEEP[:1]))
    assert abs(samples[0]) < 0.001 and abs(samples[-1]) < 0.001  # no click
    assert joined(BEEP[1:]) == silence(120)


def test_question_that_comes_again_after_silence_is_slower(speaker: Speaker) -> None:
    first, spoken = say(speaker, "ramesh")
    usual, _ = say(speaker, "ramesh", Nothing())
    pieces = [piece for step in spoken for piece in speaker.words.speech(step)]
    found = [speaker.clips.find(utterance(piece)) for piece in pieces]
    assert slow_down(speaker.clips, [clip for clip in found if clip]) == len({clip for clip in found if clip})
    slower, again = say(speaker, "ramesh", Nothing())
    assert first and usual and slower
    asked = [piece for step in again for piece in speaker.words.speech(step)]
    assert slower.text == usual.text
    assert slower.seconds == pytest.approx(usual.seconds + len(asked) * (1 / SLOWER - 1), abs=0.01)
    assert say(speaker, "ramesh", Digits("7"))[0] != slower  # a wrong key hears the usual speed


def test_slower_clip_has_the_pitch_and_the_voice_of_the_other(clips: ClipLibrary) -> None:
    clip = clips.store(clip_key(VOICE, "hi", "नमस्ते"), joined([Tone(500, 2000)]), "recorded")
    assert clips.slower_of(clip) is None
    assert [slow_down(clips, [clip, clip]), slow_down(clips, [clip])] == [1, 0]
    slower = clips.slower_of(clip)
    assert slower and slower.voice == "recorded"
    assert slower.seconds == pytest.approx(2 / SLOWER, abs=0.01)
    samples = samples_of(pcm_of(slower.content()))
    assert np.abs(np.fft.rfft(samples)).argmax() / len(samples) * 8000 == pytest.approx(500, abs=1)


def test_all_questions_are_made_slower_and_nothing_else(rt: Runtime) -> None:
    pieces = list(rt.words.pieces("hi", {"organisation": rt.settings.organisation}, {"problem.urgency"}))
    asked = [utterance(piece) for piece in pieces]
    told = [utterance(piece) for piece in rt.words.speech(Speak("goodbye.member", "hi"))]
    for each in (*asked, *told):
        rt.clips.store(clip_key(VOICE, each.language, each.text), joined([Tone(400, 300)]), VOICE)
    found = {clip.key for clip in put_again(rt, CATALOGUE, 0)}
    assert {clip.key for clip in rt.clips.find_many(told) if clip}.isdisjoint(found)
    assert {clip.key for clip in rt.clips.find_many(asked) if clip} <= found


def test_process_that_answers_calls_never_loads_numpy() -> None:
    program = (
        "import sys; from gateway.speech import Speaker; from gateway.calls import talk;"
        "from audio.clips import BEEP; from audio.library import joined; joined(BEEP);"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def lacking(words: Words, language: str, prompt: str) -> Words:
    kept = {name: text for name, text in words.texts[language].items() if name != prompt}
    return replace(words, texts={**words.texts, language: kept})


def test_words_of_the_unit_come_before_the_base(rt: Runtime, speaker: Speaker) -> None:
    words = lacking(rt.words, "ur", "goodbye.member")
    step = Speak("goodbye.member", "ur")
    told = {
        languages: replace(speaker, words=words).speak([step], unit_languages=languages)
        for languages in [(), ("bn",), ("ur", "en")]
    }
    said = {languages: each.text for languages, each in told.items() if each}
    assert said == {
        (): words.spoken(Speak("goodbye.member", "hi")),
        ("bn",): words.spoken(Speak("goodbye.member", "bn")),
        ("ur", "en"): words.spoken(Speak("goodbye.member", "en")),
    }


def test_call_knows_the_languages_of_the_place_the_nearest_first(rt: Runtime) -> None:
    number = a_number()
    member_id = a_member(rt, number=number)
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, member_id)
        root = unit.db.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
        home = unit.db.get_one(Unit, member.unit_id)
        root.language = "bn"
        unit.db.flush()
        assert known.facts_for(unit.db, rt, member.number_id)["unit_languages"][-1] == "bn"
        home.language = "ur"
        unit.db.flush()
        facts = known.facts_for(unit.db, rt, member.number_id)
        assert facts["unit_languages"][0] == "ur"
        member.language = None
        unit.db.flush()
        assert known.facts_for(unit.db, rt, member.number_id)["language"] == "ur"
    assert "ur" in LANGUAGES


def test_key_of_a_composed_clip_tells_a_beep_from_a_pause() -> None:
    assert len({joined_key(each) for each in ((), BEEP, BEEP[:1], BEEP[1:], (Pause(90),))}) == 5


def test_manner_is_only_of_its_own_turn() -> None:
    facts = CAST["ramesh"]
    turn = start(FLOWS["main_menu"], facts, FLOWS)
    manners = [turn.manner]
    for heard in (Nothing(), Digits("7"), Digits("1")):
        assert turn.state is not None
        turn = resume(FLOWS, turn.state, heard, facts)
        manners.append(turn.manner)
    assert manners == [Manner.PLAIN, Manner.SLOWER, Manner.PLAIN, Manner.TAKEN]
