"""The voice that is always there: the real wheel in its real process."""

import os
import signal
import threading
from multiprocessing import get_context

import pytest

from audio.build import build
from audio.clips import Utterance
from audio.convert import to_telephone
from audio.errors import ClipError, VoiceUnavailable
from audio.library import ClipLibrary
from audio.tts.child import Child, ChildGone
from audio.tts.espeak import PROGRAM, VOICES, Espeak
from tests.audio.sounds import likeness, samples_of

LINES = {
    "hi": "नमस्ते, समस्या बताने के लिए एक दबाइए।",
    "bn": "নমস্কার, সমস্যা জানাতে এক টিপুন।",
    "en": "Hello, to report a problem press one.",
}


@pytest.fixture(scope="module")
def voice():
    voice = Espeak()
    yield voice
    voice.close()


def heard(voice, text, language, rate=0.85):
    return samples_of(to_telephone(voice.speak(text, language, rate)).pcm)


@pytest.mark.parametrize("language", LINES)
def test_line_is_spoken_when_the_language_is_ours(voice, language):
    take = to_telephone(voice.speak(LINES[language], language, 0.85))
    assert 1.5 < take.seconds < 8 and not take.is_blank
    assert take.lufs == pytest.approx(-19, abs=0.5) and take.peak_dbfs <= -3


@pytest.mark.parametrize("language", sorted(VOICES))
def test_every_listed_language_makes_a_sound_when_asked(voice, language):
    assert len(voice.speak("1 2 3", language, 0.85)) > 5000


def spoken_first(language):
    voice = Espeak()  # eSpeak varies its pitch from text to text; a fresh process always begins alike
    sound = voice.speak(LINES["hi"], language, 0.85)
    voice.close()
    return sound


def test_bhojpuri_and_maithili_are_read_by_the_hindi_voice_when_asked():
    assert spoken_first("bho") == spoken_first("mai") == spoken_first("hi") != spoken_first("ne")


def test_speech_is_slower_when_the_rate_is_lower(voice):
    slow, usual = (len(heard(voice, LINES["hi"], "hi", rate)) for rate in (0.85, 1.0))
    assert 1.08 < slow / usual < 1.35


def test_words_are_told_apart_when_correlated(voice):
    assert likeness(heard(voice, LINES["hi"], "hi"), heard(voice, LINES["en"], "en")) < 0.4


@pytest.mark.parametrize(("text", "language"), [("a", "yo"), ("a", "xx"), ("।", "hi"), ("क" * 1001, "hi")])
def test_text_is_refused_when_it_or_its_language_cannot_be_spoken(voice, text, language):
    with pytest.raises(ClipError):
        voice.speak(text, language, 0.85)


@pytest.mark.parametrize(
    "text", ["[[a]] <b>x</b> & \0 ; %s", '{"text": 1}', "a\nb", "ﷺ 1", "👍 ok", "9" * 900]
)
def test_odd_texts_are_spoken_when_asked(voice, text):
    assert voice.speak(text, "en", 0.85)[:4] == b"RIFF"


def test_voice_speaks_again_when_its_process_is_killed(voice):
    voice.speak("one", "en", 0.85)
    first = voice.process_id
    os.kill(first, signal.SIGKILL)
    assert voice.speak("two", "en", 0.85)[:4] == b"RIFF"
    assert voice.process_id != first


def test_voice_is_unavailable_when_its_process_hangs():
    hung = Espeak(seconds_each=0.0)
    with pytest.raises(VoiceUnavailable) as caught:
        hung.speak("one", "en", 0.85)
    assert caught.value.retry_after > 0
    hung.close()


def test_voice_speaks_again_when_its_process_hung_once(voice):
    voice.speak("one", "en", 0.85)
    first = voice.process_id
    os.kill(first, signal.SIGSTOP)
    voice._kept.seconds_each, usual = 1.0, voice._kept.seconds_each
    assert voice.speak("two", "en", 0.85)[:4] == b"RIFF"
    voice._kept.seconds_each = usual
    assert voice.process_id != first


def test_text_is_spoken_and_nobody_is_left_when_its_process_is_killed_in_the_middle(voice):
    voice.speak("one", "en", 0.85)
    first = voice.process_id
    os.kill(first, signal.SIGSTOP)  # it has the text and does not get on with it
    killer = threading.Timer(0.2, os.kill, (first, signal.SIGKILL))
    killer.start()
    assert voice.speak("two", "en", 0.85)[:4] == b"RIFF"
    killer.join()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)  # not even as a zombie


@pytest.mark.parametrize(
    "text",
    ["क" * 100_000, "।.,!?…॥", "\x00\x07\x1b\u202e", "👍🏽🎉", "\u200d" * 500, "\ud800", "", " \n\t "],
    ids=["long", "stops", "controls", "emoji", "joiners", "half", "empty", "blank"],
)
def test_build_goes_on_with_the_next_when_a_text_cannot_be_spoken(voice, tmp_path, text):
    library, wanted = ClipLibrary(tmp_path, None), [Utterance(text, "hi"), Utterance("एक", "hi")]
    with pytest.raises(ClipError, match=r"\.$"):
        voice.speak(text, "hi", 0.85)
    report = build(library, [voice], wanted)
    assert (report.made, report.missing) == (1, wanted[:1])


@pytest.mark.parametrize(
    "text",
    [
        "नमस्ते hello হ্যালো سلام 你好 1234",
        "a" + "\u0301" * 900,
        "<speak><break time='100s'/>x</speak>",
        "[[" * 400 + "a",
        "ab\n" * 300,
        "a\ud800b",
        "one\x00\x07\u202e two",
    ],
    ids=["scripts", "accents", "marks", "brackets", "lines", "half", "controls"],
)
def test_strange_text_is_a_sound_of_bounded_length_when_asked(voice, text):
    assert to_telephone(voice.speak(text, "hi", 0.85)).seconds < 100


@pytest.mark.parametrize("language", ["", "xx", "HI", "../hi", "hi; rm", "hi" * 5000])
def test_language_is_refused_in_a_short_sentence_when_unknown(voice, language):
    with pytest.raises(ClipError, match=r"\.$") as caught:
        voice.speak("a", language, 0.85)
    assert len(str(caught.value)) < 80


def test_child_is_gone_when_told_to_stop():
    child = Child(PROGRAM)
    child.stop()
    assert not child.is_ours_and_alive
    with pytest.raises(ChildGone):
        child.ask({}, 1)


def test_child_answers_with_a_sentence_when_the_request_is_nonsense():
    child = Child(PROGRAM)
    assert child.ask({"text": "a", "voice": "zz", "words_per_minute": 150}, 10)[0] == b"E"
    assert child.ask({}, 10)[0] == b"E"
    child.stop()


def _speak_in_fork(voice, answers):
    answers.put((len(voice.speak("three", "en", 0.85)), voice.process_id))
    voice.close()


def test_fork_speaks_through_its_own_process_when_the_parent_has_one(voice):
    voice.speak("three", "en", 0.85)
    context = get_context("fork")
    answers = context.SimpleQueue()
    fork = context.Process(target=_speak_in_fork, args=(voice, answers))
    fork.start()
    theirs = answers.get()
    fork.join()
    assert theirs[0] > 5000 and theirs[1] != voice.process_id
    assert len(voice.speak("three", "en", 0.85)) > 5000


def test_personal_text_is_an_utterance_like_any_other_when_local(voice, tmp_path):
    report = build(ClipLibrary(tmp_path, None), [voice], [Utterance("सीता", "hi", is_personal=True)])
    assert (report.made, report.missing) == (1, [])
