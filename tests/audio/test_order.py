"""The operator's order of voices."""

import pytest

from audio.build import build, make
from audio.clips import Utterance
from audio.errors import ClipError
from audio.library import ClipLibrary
from audio.tts.espeak import Espeak
from audio.tts.order import USUAL_ORDER, make_voices
from audio.tts.silent import Silent


def test_usual_voices_start_nothing_when_made():
    voices = make_voices()
    assert [voice.name for voice in voices] == list(USUAL_ORDER)
    assert [voice.is_remote for voice in voices] == [True, False]
    assert voices[1].process_id is None
    for voice in voices:
        voice.close()


def test_voice_is_refused_when_its_name_is_unknown():
    with pytest.raises(ClipError, match="festival"):
        make_voices(["espeak", "festival"])


def test_next_voice_speaks_when_the_first_lacks_the_language(tmp_path):
    library, voices = ClipLibrary(tmp_path, None), [Espeak(), Silent()]
    clip = make(library, voices, Utterance("Ẹ ku aaro", "yo"))
    assert clip.voice == "silent"
    voices[0].close()


def test_personal_text_is_told_nobody_when_only_a_remote_voice_exists(tmp_path):
    library, remote = ClipLibrary(tmp_path, None), make_voices(["gtts"])
    wanted = [Utterance("Hello Sita.", "en", is_personal=True)]
    assert make(library, remote, wanted[0]) is None
    assert build(library, remote, wanted).missing == wanted
