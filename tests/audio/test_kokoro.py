"""The good voice: its folder, its phonemes and its errors without any model; its sound where MEMBERLINE_TEST_KOKORO
names a model folder (`python -m tests.audio.kokoro_folder` makes one) and the extra `kokoro` is installed."""

import hashlib
import json
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from audio.build import build
from audio.clips import Utterance, clip_key
from audio.convert import to_telephone
from audio.errors import ClipError, VoiceUnavailable
from audio.library import ClipLibrary
from audio.tts.child import Child, ChildGone
from audio.tts.espeak import Espeak
from audio.tts.kokoro import Kokoro
from audio.tts.kokoro_folder import KokoroFolder
from audio.tts.phonemes import MOST_TOKENS, in_pieces, sections, spelled
from audio.tts.silent import Silent

GIVEN = os.environ.get("MEMBERLINE_TEST_KOKORO", "")
real = pytest.mark.skipif(
    not (GIVEN and find_spec("onnxruntime")),
    reason="MEMBERLINE_TEST_KOKORO names no model folder, or the extra kokoro is not installed",
)
LINES = {
    "hi": "नमस्ते, समस्या बताने के लिए एक दबाइए।",
    "en": "Hello, to report a problem press one.",
}
LETTERS = {
    each: number for number, each in enumerate(" .,?!ˈˌːabdefhijklmnopstuvwzæðŋɐɑɔəɛɜɡɪɹɾʃʈʊʌʒʔθIWAQOYʤʧ", 1)
}


def a_folder(place: Path, narrators: dict[str, str] | None = None) -> Path:
    narrators = narrators if narrators is not None else {"hi": "hf_alpha", "en": "bf_emma"}
    (place / "model.onnx").write_bytes(b"no model")
    (place / "vocabulary.json").write_text(json.dumps(LETTERS))
    for each in narrators.values():
        if isinstance(each, str) and "/" not in each:
            (place / f"{each}.bin").write_bytes(bytes(16))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in place.iterdir()}
    (place / "manifest.json").write_text(json.dumps({"narrators": narrators, "sha256": files}))
    return place


def test_another_narrator_makes_its_own_clips_and_the_old_ones_stay(tmp_path):
    clips, model = ClipLibrary(tmp_path / "clips", None, ["kokoro"]), tmp_path / "model"
    model.mkdir()
    hello = Utterance(LINES["hi"], "hi")
    clips.narrators = {"kokoro": KokoroFolder(a_folder(model)).narrators()}
    first = clips.key_of(hello, "kokoro")
    clips.store(first, bytes(16000), "kokoro")
    assert clips.find(hello).key == first
    clips.narrators = {"kokoro": KokoroFolder(a_folder(model, {"hi": "hm_omega"})).narrators()}
    assert clips.find(hello) is None and clips.key_of(hello, "kokoro") != first
    assert clips.key_of(hello, "espeak") == clip_key("espeak", "hi", hello.text)
    assert KokoroFolder(tmp_path / "nowhere").narrators() == {}


@pytest.fixture(scope="module")
def espeak():
    voice = Espeak()
    yield voice
    voice.close()


def test_folder_is_taken_when_every_file_is_the_listed_one(tmp_path):
    folder = KokoroFolder(a_folder(tmp_path))
    assert folder.checked() == tmp_path
    assert (folder.narrator_of("hi"), folder.narrator_of("en")) == ("hf_alpha", "bf_emma")
    assert folder.tokens("a☺b") == [LETTERS["a"], LETTERS["b"]]
    with pytest.raises(ClipError, match="no narrator for 'bn'"):
        folder.narrator_of("bn")


@pytest.mark.parametrize("name", ["model.onnx", "vocabulary.json", "bf_emma.bin"])
@pytest.mark.parametrize("is_gone", [True, False])
def test_folder_is_refused_in_one_line_when_a_file_is_another(tmp_path, name, is_gone):
    path = a_folder(tmp_path) / name
    path.unlink() if is_gone else path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(VoiceUnavailable, match=rf"^Kokoro cannot speak: {name} is not the file .*\.$"):
        KokoroFolder(tmp_path).checked()


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (None, "manifest.json cannot be read"),
        ("{", "manifest.json cannot be read"),
        ("[]", "manifest.json is no table"),
        ("{}", "lacks narrators"),
        ('{"narrators": {"hi": "../../etc/passwd"}, "sha256": {}}', "cannot be one"),
        ('{"narrators": {"hi": 7}, "sha256": {}}', "cannot be one"),
    ],
)
def test_folder_is_refused_in_one_line_when_its_manifest_is_none(tmp_path, manifest, told):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(VoiceUnavailable, match=told) as caught:
        KokoroFolder(tmp_path).narrator_of("hi")
    assert "\n" not in str(caught.value)


def test_operator_is_told_when_no_folder_is_set():
    with pytest.raises(VoiceUnavailable, match="MEMBERLINE_KOKORO is empty"):
        Kokoro(None).speak("one", "en", 0.85)


@pytest.mark.parametrize(("text", "language"), [("ak", "bn"), ("a", "xx"), ("।", "hi"), ("क" * 1001, "hi")])
def test_text_is_refused_without_a_process_when_it_or_its_language_cannot_be_spoken(tmp_path, text, language):
    voice = Kokoro(a_folder(tmp_path))
    with pytest.raises(ClipError):
        voice.speak(text, language, 0.85)
    assert voice.process_id is None
    voice.close()


def test_local_voice_stays_when_the_folder_is_another(tmp_path):
    a_folder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"another")
    library, voice = ClipLibrary(tmp_path / "clips", None), Kokoro(tmp_path)
    report = build(library, [voice, Silent()], [Utterance(LINES["hi"], "hi")])
    assert (report.made, report.upgraded, report.missing, voice.process_id) == (1, 0, [], None)
    voice.close()


def test_stops_stay_between_the_words_when_a_text_is_cut():
    parts = sections("नमस्ते, यह लाइन है। «OK»?! ... یہ۔")
    assert [(part.words, part.stop) for part in parts] == [
        ("नमस्ते", ", "),
        ("यह लाइन है", ". "),
        ("«OK»", "? "),
        ("یہ", ". "),
    ]
    assert sections("।॥…") == []


@pytest.mark.parametrize(
    ("text", "accent", "expected"),
    [
        ("boat", "en", "bˈQt"),
        ("boat", "en-us", "bˈOt"),
        ("fire", "en", "fˈIə"),
        ("nine eight", "en", "nˈIn ˈAt"),
        ("church judge", "en", "ʧˈɜːʧ ʤˈʌʤ"),
        ("नमस्ते", "hi", "nəmˈʌsteː"),
        ("दो", "hi", "dˈoː"),
        ("OK है", "hi", "ˌQkˈA hɛː"),
    ],
)
def test_phonemes_are_spelled_as_the_model_learnt_them_when_espeak_reads(espeak, text, accent, expected):
    assert spelled(espeak.phonemes([text], accent)[0], accent) == expected


def test_several_texts_keep_their_places_when_read_at_once(espeak):
    one, none, two = espeak.phonemes(["one", "", "two. three"], "en")
    assert (one, none) == ("wˌɒn", "") and len(two.split(" ")) == 2
    with pytest.raises(ClipError, match="no voice"):
        espeak.phonemes(["a"], "zz")


@pytest.mark.parametrize("text", ["ab cd. " * 150, "ab " * 400, "a" * 1000, "short", ""])
def test_pieces_fit_the_model_and_lose_nothing_when_cut(text):
    pieces = in_pieces(text)
    assert all(0 < len(piece) <= MOST_TOKENS for piece in pieces)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert text[:2] != "ab" or all(piece.endswith(("b", ".")) for piece in pieces)


def test_processes_that_build_other_voices_load_none_of_it_when_they_speak(tmp_path):
    program = (
        "import sys; from pathlib import Path; from audio.tts.order import make_voices\n"
        "for voice in make_voices(['kokoro', 'espeak'], kokoro=Path('/nowhere')):\n"
        "    voice.name == 'espeak' and voice.speak('one', 'en', 0.85); voice.close()\n"
        "print(sorted({'onnxruntime', 'numpy', 'gtts'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.fixture(scope="module")
def voice():
    voice = Kokoro(Path(GIVEN))
    yield voice
    voice.close()


@real
@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", LINES)
def test_line_is_spoken_when_the_folder_is_given(voice, language):
    take = to_telephone(voice.speak(LINES[language], language, 0.85))
    assert 1.5 < take.seconds < 8 and not take.is_blank
    assert take.lufs == pytest.approx(-19, abs=0.5) and take.peak_dbfs <= -3


@real
@pytest.mark.timeout(300)
def test_voice_speaks_again_when_its_process_is_killed_and_ends_when_closed(voice):
    voice.speak("one", "en", 0.85)
    first = voice.process_id
    os.kill(first, signal.SIGKILL)
    assert voice.speak("two", "en", 0.85)[:4] == b"RIFF"
    second = voice.process_id
    voice.close()
    assert first != second and voice.process_id is None
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


@real
def test_model_that_does_not_load_is_a_rest_when_its_hash_is_right(tmp_path):
    broken = Kokoro(a_folder(tmp_path))
    with pytest.raises(VoiceUnavailable, match="does not run"):
        broken.speak("one", "en", 0.85)
    broken.close()


def test_program_that_cannot_start_is_gone_when_asked(tmp_path):
    child = Child(tmp_path / "no_such_program.py")
    with pytest.raises(ChildGone):
        child.ask({}, 10)
