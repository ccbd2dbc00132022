"""Keys name files on disk and in providers' caches: a change of one is a change of all sounds."""

import pytest

from audio.clips import Clip, Pause, clip_key, joined_key, take_key, utterance_key
from audio.errors import ClipError
from audio.normalise import normalise

HI = "नमस्ते, यह सदस्य लाइन है।"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (clip_key("espeak", "hi", HI), "b8249c084541a427d5a7c6281fc418e7"),
        (clip_key("gtts", "hi", HI), "0ef27ce5008b11c26d759f522ea3965c"),
        (utterance_key("Press 1.", "en"), "ac6151a8efb5a55f0866d31af326eca1"),
        (take_key(b"sound"), "f6c3d227a5589de93430683478fe381b"),
    ],
)
def test_key_is_the_same_when_computed_anywhere(key, expected):
    assert key == expected


@pytest.mark.parametrize(
    "same", [f"  {HI} ", HI.replace(" ", "\n"), "\ufeff" + HI, HI.replace(" ", "  "), HI + "\u202c"]
)
def test_key_is_the_same_when_only_the_spelling_of_spaces_differs(same):
    assert clip_key("espeak", "hi", same) == clip_key("espeak", "hi", HI)


def test_key_differs_when_anything_heard_differs():
    keys = [
        clip_key("espeak", "hi", HI),
        clip_key("gtts", "hi", HI),
        clip_key("espeak", "mr", HI),
        clip_key("espeak", "hi", HI, 1.0),
        clip_key("espeak", "hi", HI.replace("है", "हैं")),
        utterance_key(HI, "hi"),
    ]
    assert len(set(keys)) == len(keys)


def test_joined_key_differs_when_order_or_pause_differs(tmp_path):
    one, two = (Clip(letter * 32, tmp_path, 1.0, "espeak") for letter in "ab")
    keys = [
        joined_key(parts)
        for parts in ([one, two], [two, one], [one, Pause(500), two], [one, Pause(501), two])
    ]
    assert len(set(keys)) == 4


def test_joiners_stay_when_text_is_normalised():
    assert normalise("क\u094d\u200dष") == "क\u094d\u200dष"


@pytest.mark.parametrize("text", ["", "   ", "।", "...", "\u200b", "क" * 1001])
def test_text_is_refused_when_it_cannot_be_spoken(text):
    with pytest.raises(ClipError):
        normalise(text)


@pytest.mark.parametrize("language", ["", "xx", "HI", "../hi", "hi-IN", "klingon" * 9])
def test_language_is_refused_when_unknown(language):
    with pytest.raises(ClipError):
        clip_key("espeak", language, HI)
