"""The library: what is found, what is joined, and what many processes may do at once."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from audio.build import build
from audio.clips import Pause, Utterance, clip_key
from audio.convert import to_telephone
from audio.errors import ClipError
from audio.library import ClipLibrary
from audio.tts.silent import Silent
from audio.wav import pcm_of
from tests.audio.sounds import file_of, form_of, likeness, samples_of, tone

HOUSE = Path(__file__).parents[2]
WELCOME = Utterance("नमस्ते", "hi", recorded_as="join.welcome")
MENU = Utterance("Press 1 to report a problem.", "en")


@pytest.fixture
def library(tmp_path):
    return ClipLibrary(tmp_path / "clips", tmp_path / "recorded")


def run(program, *arguments):
    command = [sys.executable, "-c", program, *map(str, arguments)]
    return subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)


def record(library, samples):
    path = library.recorded / "hi" / "join.welcome.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(file_of(samples, 44100))


def test_clip_is_a_telephone_file_when_built(library):
    build(library, [Silent()], [MENU])
    clip = library.find(MENU)
    assert form_of(clip.path) == (8000, 1, 2)
    assert clip.path == library.path_of(clip.key) and clip.voice == "silent"
    assert clip.seconds == pytest.approx(len(MENU.text) * 0.06 / 0.85, abs=0.2)


def test_nothing_is_found_when_nothing_was_made(library):
    assert library.find_many([WELCOME, MENU, Utterance("", "hi"), Utterance("a", "xx")]) == [None] * 4


def test_recording_wins_when_both_exist(library):
    build(library, [Silent()], [WELCOME])
    record(library, tone(700, 2, 44100))
    assert library.find(WELCOME).voice == "silent"
    assert build(library, [Silent()], [WELCOME]).upgraded == 1
    clip = library.find(WELCOME)
    assert clip.voice == "recorded"
    assert likeness(samples_of(pcm_of(clip.path.read_bytes())), tone(700, 2)) > 0.98


def test_new_recording_is_heard_when_the_file_is_replaced(library):
    record(library, tone(700, 2, 44100))
    build(library, [], [WELCOME])
    old = library.find(WELCOME)
    record(library, tone(900, 3, 44100))
    build(library, [], [WELCOME])
    assert library.find(WELCOME).key != old.key and old.path.exists()


def test_synthetic_voice_stays_when_the_recording_is_broken(library):
    record(library, tone())
    (library.recorded / "hi" / "join.welcome.wav").write_bytes(b"not a sound")
    assert build(library, [Silent()], [WELCOME]).missing == []
    assert library.find(WELCOME).voice == "silent"


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "A", "", "a" * 200, "a/b"])
def test_recording_is_not_looked_for_when_its_name_leaves_the_folder(library, name):
    assert library.recording_of(Utterance("a", "hi", recorded_as=name)) is None


@pytest.mark.parametrize("key", ["", "../x", "0" * 31, "G" * 32, "0" * 33, "0" * 32 + "\n"])
def test_path_is_refused_when_the_key_is_none(library, key):
    with pytest.raises(ClipError):
        library.path_of(key)


def test_better_voice_is_found_when_it_arrives_later(library):
    pcm = to_telephone(file_of(tone())).pcm
    library.store(clip_key("espeak", "en", MENU.text), pcm, "espeak")
    assert library.find(MENU).voice == "espeak"
    library.store(clip_key("gtts", "en", MENU.text), pcm, "gtts")
    assert library.find(MENU).voice == "gtts"


def test_order_is_the_operators_when_set(library):
    for voice in ("espeak", "gtts"):
        library.store(clip_key(voice, "en", MENU.text), b"\0\0" * 800, voice)
    assert ClipLibrary(library.folder, None, order=("espeak",)).find(MENU).voice == "espeak"


def test_draft_voice_is_found_when_the_order_names_only_the_remote_one(library):
    library.store(clip_key("espeak", "en", MENU.text), b"\0\0" * 800, "espeak")
    assert ClipLibrary(library.folder, None, order=("gtts",)).find(MENU).voice == "espeak"


def test_parts_are_joined_exactly_and_without_clicks_when_composed(library):
    one, two = (library.store_take(file_of(tone(hertz, 2))) for hertz in (500, 800))
    joined = library.compose([one, Pause(500), two, two], lead_in=True)
    assert joined.seconds == pytest.approx(0.3 + one.seconds + 0.5 + 2 * two.seconds, abs=1e-9)
    samples = samples_of(pcm_of(joined.path.read_bytes()))
    edge = round((0.3 + one.seconds) * 8000)
    assert not samples[:2400].any() and not samples[edge : edge + 4000].any()
    steepest = abs(samples[2400:edge][1:] - samples[2400:edge][:-1]).max()
    join = round((0.8 + one.seconds + two.seconds) * 8000)
    assert abs(samples[join] - samples[join - 1]) < steepest / 50


def test_composing_is_quick_and_kept_when_repeated(library):
    parts = [library.store_take(file_of(tone(hertz, 2))) for hertz in range(400, 900, 50)]
    started = time.perf_counter()
    first = library.compose(parts)
    assert time.perf_counter() - started < 0.05  # usually 1 ms; the machine may be busy
    written = first.path.stat().st_mtime_ns
    assert library.compose(parts) == first and first.path.stat().st_mtime_ns == written


def test_composing_is_refused_when_a_part_is_gone_or_broken(library):
    clip = library.store_take(file_of(tone(seconds=2)))
    clip.path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(ClipError):
        library.compose([clip])
    clip.path.unlink()
    with pytest.raises(ClipError):
        library.compose([clip])
    with pytest.raises(ClipError):
        library.compose([])


def test_take_is_kept_once_when_uploaded_twice(library):
    raw = file_of(tone(seconds=2), form="OGG")
    clip = library.store_take(raw)
    assert library.store_take(raw) == clip and clip.voice == "recorded"
    assert library.clip_of(clip.key, "recorded") == clip
    assert [path.name for path in library.folder.iterdir()] == [f"{clip.key}.wav"]


def test_upload_leaves_nothing_behind_when_refused(library):
    with pytest.raises(ClipError):
        library.store_take(b"MZ\x90 not a sound")
    assert list(library.folder.iterdir()) == []


def test_file_is_made_again_when_a_power_cut_left_it_empty(library):
    key = clip_key("silent", "en", MENU.text)
    library.path_of(key).touch()
    assert library.find(MENU) is None
    build(library, [Silent()], [MENU])
    assert library.find(MENU).seconds > 1


def test_first_sound_stays_when_a_key_is_stored_twice(library):
    key = clip_key("gtts", "en", MENU.text)
    library.store(key, b"\1\0" * 800, "gtts")
    assert library.store(key, b"\2\0" * 900, "gtts").seconds == 0.1


def test_folder_that_cannot_be_written_is_one_sentence_when_storing(library):
    library.folder.rmdir()
    with pytest.raises(ClipError, match="cannot be written"):
        library.store("0" * 32, b"\0\0", "gtts")


def test_numeric_packages_stay_out_when_a_process_only_plays(library):
    library.store(clip_key("espeak", "en", MENU.text), b"\0\0" * 800, "espeak")
    program = (
        "import sys; from pathlib import Path; from audio.library import *\n"
        "library = ClipLibrary(Path(sys.argv[1]), None)\n"
        "clip = library.find(Utterance('Press 1 to report a problem.', 'en'))\n"
        "print(library.compose([clip, Pause(500), clip], lead_in=True).seconds)\n"
        "print(sorted({'numpy', 'soundfile', 'soxr', 'gtts', 'requests', 'urllib3'} & set(sys.modules)))"
    )
    with run(program, library.folder) as process:
        assert process.communicate()[0].split("\n")[:2] == ["1.0", "[]"]


def test_every_file_is_whole_when_three_processes_build_at_once(library):
    program = (
        "import sys; from pathlib import Path; from audio.build import build; from audio.library import *\n"
        "from audio.tts.silent import Silent\n"
        "library = ClipLibrary(Path(sys.argv[1]), None)\n"
        "wanted = [Utterance(f'Press {n}.', 'en') for n in range(25)]\n"
        "build(library, [Silent()], wanted)\n"
        "print(library.compose(library.find_many(wanted)).key)"
    )
    processes = [run(program, library.folder) for _ in range(3)]
    keys = {process.communicate()[0] for process in processes}
    assert len(keys) == 1 and [process.returncode for process in processes] == [0, 0, 0]
    files = list(library.folder.iterdir())
    assert len(files) == 26 and all(pcm_of(path.read_bytes()) for path in files)
