"""The telephone pipeline by its figures (speech.md 3), and strangers' files by what they do to us."""

import random
import struct

import numpy as np
import pytest

from audio.convert import is_blank, measure, peaks, to_telephone
from audio.errors import ClipError
from audio.loudness import loudness
from audio.wav import wav_of
from tests.audio.sounds import file_of, samples_of, speech_like, tone


def noise(seconds, level):
    return np.random.default_rng(1).normal(0, level, round(8000 * seconds))


def pcm(samples):
    return (np.clip(samples, -1, 0.9999) * 32768).astype("<i2").tobytes()


def biquad(samples, b0, b1, b2, a1, a2):
    out, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
    for x in samples:
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        out.append(y)
    return out


@pytest.mark.parametrize("hertz", [60, 200, 997, 2500, 3400])
def test_loudness_agrees_with_the_standards_own_filters_when_given_sines(hertz):
    shelf = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
    cut = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
    weighted = biquad(biquad(tone(hertz, 1, 48000), *shelf), *cut)
    expected = -0.691 + 10 * np.log10(np.mean(np.square(weighted[24000:])))
    assert loudness(tone(hertz, 3).astype(np.float32)) == pytest.approx(expected, abs=0.05)


def test_loudness_is_as_the_standard_says_when_given_full_scale_at_997_hertz():
    assert loudness(tone(997, 3, level=1.0).astype(np.float32)) == pytest.approx(-3.01, abs=0.02)


@pytest.mark.parametrize("level", [0.02, 0.05, 0.2, 0.9])
@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_prompt_has_the_telephone_level_when_any_file_comes_in(form, level):
    stereo = np.column_stack([speech_like(3, level=level)] * 2)
    take = to_telephone(file_of(stereo, 44100, form=form))
    assert take.lufs == pytest.approx(-19, abs=0.5)
    assert take.peak_dbfs <= -3
    assert take.seconds == pytest.approx(3, abs=0.2) and len(take.pcm) == round(take.seconds * 16000)


def test_measure_reads_what_was_promised_when_a_prompt_is_written(tmp_path):
    path = tmp_path / "prompt.wav"
    path.write_bytes(wav_of(to_telephone(file_of(speech_like(), 44100)).pcm))
    sound = measure(path)
    assert (round(sound.lufs), sound.clipped) == (-19, 0)
    assert sound.peak <= -3 and abs(sound.dc) < 0.001 and sound.longest_gap < 0.5


def test_measure_finds_the_gap_when_speech_stops(tmp_path):
    path = tmp_path / "gap.wav"
    path.write_bytes(file_of(np.concatenate([tone(), np.zeros(8000 * 3), tone(level=1.2).clip(-1, 1)])))
    sound = measure(path)
    assert sound.longest_gap == pytest.approx(3, abs=0.05)
    assert sound.clipped > 100


def test_nothing_folds_back_when_the_sound_has_high_tones():
    both = tone(1000, 2, 44100) + tone(5000, 2, 44100)
    heard = np.abs(np.fft.rfft(samples_of(to_telephone(file_of(both, 44100)).pcm)[:16000]))
    assert heard[2950 * 2 : 3050 * 2].max() < heard.max() / 3000


def test_rumble_is_gone_when_a_hum_lies_under_the_speech():
    both = tone(50, 2, level=0.3) + tone(1000, 2, level=0.3)
    heard = np.abs(np.fft.rfft(samples_of(to_telephone(file_of(both)).pcm)[:16000]))
    assert heard[90:110].max() < heard[1900:2100].max() / 300


def test_edges_are_trimmed_to_80_ms_and_silent_when_the_sound_has_long_silence():
    quiet = np.zeros(8000 * 2)
    take = to_telephone(file_of(np.concatenate([quiet, tone(seconds=3), quiet])))
    samples = samples_of(take.pcm)
    assert take.seconds == pytest.approx(3.16, abs=0.03)
    assert samples[0] == 0 and abs(samples[-1]) < 0.001


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.zeros(8000 * 5), True),
        (noise(5, 0.002), True),
        (tone(seconds=1.5), True),
        (np.concatenate([noise(3, 0.001), tone(seconds=0.1)]), True),
        (np.concatenate([noise(3, 0.001), tone(seconds=0.6, level=0.05)]), False),
        (tone(seconds=3, level=0.02), False),
    ],
)
def test_blank_is_told_when_a_recording_holds_nothing(samples, expected):
    assert is_blank(pcm(samples)) is expected
    assert to_telephone(file_of(samples)).is_blank is expected


def test_hiss_is_not_made_loud_when_a_recording_is_blank():
    assert to_telephone(file_of(noise(5, 0.002))).lufs < -45


def test_peaks_draw_the_shape_when_half_is_silent():
    heights = peaks(pcm(np.concatenate([np.zeros(8000), tone()])), 10)
    assert heights[:4] == [0, 0, 0, 0] and heights[6:] == [100] * 4
    assert peaks(b"", 3) == [0, 0, 0] and len(peaks(b"\1\0", 160)) == 160


def test_length_is_what_is_there_when_the_header_claims_more():
    raw = bytearray(file_of(tone(seconds=3)))
    raw[4:8] = raw[40:44] = b"\xff\xff\xff\xff"
    assert to_telephone(bytes(raw)).seconds == pytest.approx(3, abs=0.1)


def header(rate=8000, channels=1, bits=16, size=100):
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 & 0xFFFFFFFF, 2, bits)
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a sound",
        b"<html>captcha</html>" * 100,
        b"RIFF\xff\xff\xff\xffWAVE",
        header(rate=0) + struct.pack("<I", 100) + bytes(100),
        header(rate=0xFFFFFFFF) + struct.pack("<I", 100) + bytes(100),
        header(channels=0) + struct.pack("<I", 100) + bytes(100),
        header(channels=1000) + struct.pack("<I", 100) + bytes(100),
        header(bits=0) + struct.pack("<I", 100) + bytes(100),
        header() + struct.pack("<I", 0),
        header() + struct.pack("<I", 0xFFFFFFFF),
        bytes(21 * 2**20),
        b"PK\x03\x04" + bytes(1000),
    ],
)
def test_file_is_refused_in_a_sentence_when_it_is_no_sound(raw):
    with pytest.raises(ClipError, match=r"\.$"):
        to_telephone(raw)


def test_sound_is_refused_when_longer_than_ten_minutes():
    with pytest.raises(ClipError, match="ten minutes"):
        to_telephone(file_of(np.zeros(8000 * 601), form="FLAC"))


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])
def test_mad_numbers_do_no_harm_when_a_float_file_holds_them(value):
    samples = tone(seconds=3).astype(np.float32)
    samples[1000:1010] = value
    assert to_telephone(file_of(samples, subtype="FLOAT")).peak_dbfs <= -3


@pytest.mark.parametrize("form", ["WAV", "MP3", "OGG", "FLAC"])
def test_damaged_files_end_as_a_sound_or_a_sentence_when_bits_flip(form):
    whole, chance = file_of(tone(seconds=0.3), form=form), random.Random(form)
    for _ in range(30):
        raw = bytearray(whole[: chance.randrange(1, len(whole) + 1)])
        for _ in range(chance.randrange(8)):
            raw[chance.randrange(min(len(raw), 200))] = chance.randrange(256)
        try:
            assert to_telephone(bytes(raw)).seconds <= 600
        except ClipError as error:
            assert str(error)
