"""The operator's order of voices."""

import pytest

from audio.build import build, make
from audio.clips import Utterance
from audio.errors import ClipError
from audio.library import ClipLibrary
from audio.tts.espeak import Espeak
from audio.tts.order import KNOWN, USUAL_ORDER, Quality, make_voices, quality_of
from audio.tts.silent import Silent
from gateway.settings import Settings
from tests.gateway.test_settings import EMULATED


def test_usual_voices_start_nothing_when_made():
    voices = make_voices()
    assert [voice.name for voice in voices] == list(USUAL_ORDER)
    assert [voice.is_remote for voice in voices] == [True, False]
    assert voices[1].process_id is None
    for voice in voices:
        voice.close()


def test_every_known_voice_has_the_shape_when_made(tmp_path):
    for voice, name in zip(make_voices(list(KNOWN), state=tmp_path), KNOWN, strict=True):
        assert (voice.name, type(voice.is_remote), type(voice.is_slow)) == (name, bool, bool)
        voice.close()


def test_setting_offers_every_known_voice_when_listed():
    settings = Settings.from_env({**EMULATED, "MEMBERLINE_TTS": ",".join(KNOWN), "MEMBERLINE_KOKORO": "/"})
    assert settings.tts == tuple(KNOWN)


@pytest.mark.parametrize(
    ("voice", "quality"),
    [
        ("recorded", Quality.HUMAN),
        ("gtts", Quality.GOOD),
        ("kokoro", Quality.GOOD),
        ("espeak", Quality.DRAFT),
        ("silent", Quality.DRAFT),
        ("of yesterday", Quality.DRAFT),
    ],
)
def test_quality_is_told_when_a_voice_is_named(voice, quality):
    assert quality_of(voice) is quality


class Slow(Silent):
    """A better voice that takes its time; speaks Hindi only."""

    is_slow = True
    is_remote = False

    def __init__(self, name, asked):
        self.name, self.asked = name, asked

    def speak(self, text, language, rate):
        self.asked.append((self.name, text))
        if language != "hi":
            raise ClipError("Hindi only.")
        return super().speak(text, language, rate)


class SlowRemote(Slow):
    is_remote = True


WANTED = [
    Utterance("नमस्ते।", "hi"),
    Utterance("सीता", "hi", is_personal=True),
    Utterance("Hello.", "en"),
]


def test_quick_voice_speaks_all_before_a_slow_one_says_a_word(tmp_path):
    library, asked = ClipLibrary(tmp_path, None, ("slow", "silent")), []
    sounds = []
    build(
        library,
        [Slow("slow", asked), Silent()],
        WANTED,
        lambda done, total: sounds.append((len(asked), sum(map(bool, library.find_many(WANTED))))),
    )
    assert sounds[2] == (0, 3) and len(asked) == 3
    assert [clip.voice for clip in library.find_many(WANTED)] == ["slow", "slow", "silent"]


def test_slow_voice_speaks_only_what_no_better_one_spoke_when_two_are_known(tmp_path):
    library, asked = ClipLibrary(tmp_path, None, ("far", "near", "silent")), []
    build(library, [SlowRemote("far", asked), Slow("near", asked), Silent()], WANTED)
    assert [clip.voice for clip in library.find_many(WANTED)] == ["far", "near", "silent"]
    assert ("far", "सीता") not in asked and ("near", "नमस्ते।") not in asked


def test_better_voices_go_on_in_the_next_build_when_their_time_is_up(tmp_path):
    library, asked = ClipLibrary(tmp_path, None, ("slow", "silent")), []
    voices = [Slow("slow", asked), Silent()]
    first = build(library, voices, WANTED, seconds=0)
    assert (first.made, first.missing, first.is_unfinished, len(asked)) == (3, [], True, 1)
    second = build(library, voices, WANTED, seconds=60)
    assert (second.upgraded, second.is_unfinished) == (1, False)


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
