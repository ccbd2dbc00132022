"""gTTS's real code and our transport against a stand-in of its endpoint; each row is something it really does."""

import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from audio.build import build
from audio.clips import Utterance
from audio.convert import to_telephone
from audio.errors import ClipError, VoiceUnavailable
from audio.library import ClipLibrary
from audio.tts.gtts import Gtts
from audio.tts.gtts_transport import Transport
from audio.tts.pieces import split
from audio.tts.silent import Silent
from tests.audio.stand_in import behind_tls, spoken, stand_in

LONG = (
    "नमस्ते, यह सदस्य लाइन है जहाँ आप अपनी समस्या बता सकते हैं। बोलने के लिए बीप के बाद अपनी बात कहिए॥ "
    "आपकी बात सिर्फ़ आपके ब्लॉक के साथी सुनेंगे और आपको जवाब देंगे। ताज़ा समाचार सुनने के लिए दो दबाइए। क्या आप फिर से सुनना चाहते हैं? तो नौ दबाइए।"
)
CAPTCHA = b"<html><body>Our systems have detected unusual traffic</body></html>" * 20
FIXED = Utterance("Press 1.", "en")
PERSONAL = Utterance("Hello Sita.", "en", is_personal=True)


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def place():
    with stand_in() as place:
        yield place


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def voice(place, clock):
    voice = Gtts(clock, clock.sleep, transport=Transport(place.url, connect=1, read=0.3, whole=0.5))
    yield voice
    voice.close()


def test_text_becomes_speech_when_the_service_answers(voice, place):
    take = to_telephone(voice.speak("समस्या बताइए", "bho", 0.85))
    assert take.seconds == pytest.approx(1 / 0.85, abs=0.1)
    assert (place.texts, place.languages) == (["समस्या बताइए"], ["hi"])


def test_long_hindi_is_cut_after_sentences_and_paced_when_sent(voice, place, clock):
    assert to_telephone(voice.speak(LONG, "hi", 0.85)).seconds == pytest.approx(3 / 0.85, abs=0.1)
    assert len(place.texts) == 3 and all(len(text) <= 100 for text in place.texts)
    assert all(text.endswith(("।", "॥", "?")) for text in place.texts)
    assert " ".join(place.texts) == LONG
    assert clock.slept == pytest.approx([1.0, 1.0], abs=0.01)


@pytest.mark.parametrize(
    ("status", "content", "rest"),
    [
        (429, b"", 3600),
        (403, b"", 3600),
        (302, b"", 3600),
        (503, b"", 600),
        (200, CAPTCHA, 3600),
        (200, b"", 3600),
        (0, b"late", 3600),
    ],
)
def test_voice_rests_when_the_service_refuses(voice, place, clock, status, content, rest):
    place.script = [(status, content)]
    with pytest.raises(VoiceUnavailable) as caught:
        voice.speak("one", "en", 0.85)
    assert caught.value.retry_after == rest
    clock.now += timedelta(seconds=rest - 1)
    with pytest.raises(VoiceUnavailable):
        voice.speak("two", "en", 0.85)
    assert place.texts == ["one"]
    clock.now += timedelta(seconds=1)
    assert voice.speak("three", "en", 0.85)[:200]


@pytest.mark.parametrize("content", [b"drop" * 30, bytes(5 * 2**20)])
def test_voice_rests_when_an_answer_has_no_end(voice, place, content):
    place.script = [(202 if len(content) < 1000 else 200, content)]
    with pytest.raises(VoiceUnavailable, match="without end"):
        voice.speak("one", "en", 0.85)


@pytest.mark.parametrize("sound", [b"", b"short", b"<html>" * 100])
def test_only_this_text_fails_when_the_answer_holds_no_sound(voice, place, sound):
    place.script = [(200, spoken(sound))]
    with pytest.raises(ClipError) as caught:
        voice.speak("one", "en", 0.85)
    assert not isinstance(caught.value, VoiceUnavailable)
    assert voice.speak("two", "en", 0.85)[:4] == b"RIFF"


def test_other_processes_rest_too_when_one_was_refused(place, clock, tmp_path):
    here, there = (Gtts(clock, clock.sleep, transport=Transport(place.url), state=tmp_path) for _ in range(2))
    place.script = [(429, b"")]
    for voice in (here, there):
        with pytest.raises(VoiceUnavailable):
            voice.speak("one", "en", 0.85)
    assert place.texts == ["one"]
    (tmp_path / ".gtts-rests-until").write_text("damaged")
    assert there.speak("two", "en", 0.85)
    here.close(), there.close()


def test_other_processes_wait_their_turn_when_one_has_just_asked(place, clock, tmp_path):
    here, there = (Gtts(clock, clock.sleep, transport=Transport(place.url), state=tmp_path) for _ in range(2))
    for voice in (here, there, there):
        voice.speak("one", "en", 0.85)
    assert clock.slept == pytest.approx([1.0, 1.0])
    for damaged in ("damaged", "2026-11-22", "2099-01-01T00:00:00+00:00"):
        (tmp_path / ".gtts-asked-at").write_text(damaged)
        here.speak("two", "en", 0.85)
    assert len(clock.slept) == 2
    here.close(), there.close()


def test_pieces_of_several_processes_never_overlap_when_asked_at_once(place, tmp_path):
    program = (
        "import sys, time; from datetime import UTC, datetime, timedelta; from pathlib import Path\n"
        "from audio.tts.turns import Turns\n"
        "turns = Turns(lambda: datetime.now(UTC), lambda seconds: None, Path(sys.argv[1]))\n"
        "for _ in range(20):\n"
        "    with turns.take():\n"
        "        Path(sys.argv[2]).mkdir(); time.sleep(0.002); Path(sys.argv[2]).rmdir()\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "turn"), str(tmp_path / "only-one")]
    asking = [subprocess.Popen(command) for _ in range(3)]
    assert [each.wait() for each in asking] == [0, 0, 0]


def test_voice_rests_when_nobody_listens(clock):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    voice = Gtts(clock, clock.sleep, transport=Transport(f"http://127.0.0.1:{port}"))
    with pytest.raises(VoiceUnavailable, match="cannot be reached") as caught:
        voice.speak("one", "en", 0.85)
    assert caught.value.retry_after == 3600


def test_tls_is_verified_when_the_certificate_is_nobodys(place, clock, tmp_path):
    with behind_tls(place, tmp_path) as url:
        stranger = Gtts(clock, clock.sleep, transport=Transport(url, 1, 2))
        with pytest.raises(VoiceUnavailable, match="does not answer"):
            stranger.speak("one", "en", 0.85)
        assert place.texts == []
        known = Transport(url, 1, 2)  # the same place answers whoever trusts its certificate
        known._pool.connection_pool_kw["ca_certs"] = str(tmp_path / "certificate.pem")
        trusting = Gtts(clock, clock.sleep, transport=known)
        assert trusting.speak("one", "en", 0.85)[:4] == b"RIFF"
        stranger.close(), trusting.close()


@pytest.mark.parametrize(("text", "language"), [("a", "yo"), ("a", "or"), ("।", "hi"), ("a" * 1001, "en")])
def test_nothing_is_asked_when_the_text_or_language_is_not_for_it(voice, place, text, language):
    with pytest.raises(ClipError):
        voice.speak(text, language, 0.85)
    assert place.texts == []


def test_address_is_refused_when_not_on_the_list(clock):
    with pytest.raises(ClipError):
        Gtts(clock, clock.sleep, tld="com@127.0.0.1:8820")
    with pytest.raises(ClipError):
        Transport("http://translate.example")


@pytest.mark.parametrize(
    "text", [LONG, "शब्द " * 60, "x" * 350, "एक। दो। तीन।", "a" * 99 + "।।।", "یہ پہلا ہے۔ یہ دوسرا ہے۔ " * 8]
)
def test_pieces_are_short_and_lose_nothing_when_split(text):
    pieces = split(text)
    assert all(0 < len(piece) <= 100 for piece in pieces)
    assert "".join(pieces).replace(" ", "").rstrip("।") == text.replace(" ", "").rstrip("।")


def test_better_voice_replaces_and_personal_stays_here_when_built(voice, place, tmp_path):
    library = ClipLibrary(tmp_path, None)
    assert build(library, [Silent()], [FIXED, PERSONAL]).made == 2
    report = build(library, [voice, Silent()], [FIXED, PERSONAL])
    assert (report.made, report.upgraded, report.missing) == (0, 1, [])
    assert [library.find(each).voice for each in (FIXED, PERSONAL)] == ["gtts", "silent"]
    assert place.texts == ["Press 1."]
    assert build(library, [voice, Silent()], [FIXED, PERSONAL]).upgraded == 0 and len(place.texts) == 1


def test_local_voice_stays_when_the_remote_one_rests(voice, place, tmp_path):
    place.script, seen = [(429, b"")], []
    library = ClipLibrary(tmp_path, None)
    wanted = [FIXED, Utterance("Press 2.", "en"), Utterance("।", "hi")]
    report = build(library, [voice, Silent()], wanted, lambda done, total: seen.append((done, total)))
    assert (report.made, report.upgraded, report.missing) == (2, 0, wanted[2:])
    assert len(place.texts) == 1 and seen == [(1, 6), (2, 6), (3, 6)]
