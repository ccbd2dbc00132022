"""What phones and browsers record: M4A, WEBM and AMR are read as they were spoken; without the extra, refused in words."""

from __future__ import annotations

import io
import sys

import av
import numpy as np
import pytest

from audio import uploads
from audio.convert import to_telephone
from audio.decode import decode
from audio.errors import ClipError
from tests.audio.sounds import likeness, samples_of, tone

HEADS = {
    "m4a": b"\x00\x00\x00\x1cftypM4A \x00\x00\x02\x00" + bytes(300),
    "webm": b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01" + bytes(300),
    "amr": b"#!AMR\n" + b"\xff" * 300,
}
CODECS = {"mp4": ("aac", 44100), "webm": ("libopus", 48000), "amr": ("libopencore_amrnb", 8000)}
SECONDS = 3.0


def spoken(rate: int, seconds: float = SECONDS) -> np.ndarray:
    """Notes one after the other, as no codec of speech keeps the samples of noise."""
    notes = [tone(hertz, seconds / 6, rate) * 0.3 for hertz in (300, 700, 500, 900, 400, 600)]
    return np.concatenate(notes)


def file_of(kind: str, seconds: float = SECONDS) -> bytes:
    """The sound as such a device writes it."""
    codec, rate = CODECS[kind]
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.layout = "mono"
        pcm = (spoken(rate, seconds) * 32767).astype("<i2").reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.rate = rate
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return out.getvalue()


@pytest.mark.parametrize("kind", CODECS)
def test_recording_of_a_device_is_heard_as_it_was_spoken(kind: str) -> None:
    samples = decode(file_of(kind))
    assert len(samples) / 8000 == pytest.approx(SECONDS, abs=0.1)
    assert likeness(samples, spoken(8000)) > 0.8
    take = to_telephone(file_of(kind))
    assert take.lufs == pytest.approx(-19, abs=0.5) and take.peak_dbfs <= -3
    assert not take.is_blank and len(samples_of(take.pcm)) / 8000 == pytest.approx(SECONDS, abs=0.3)


@pytest.mark.parametrize("kind", CODECS)
def test_half_a_recording_is_read_as_far_as_it_goes_or_refused(kind: str) -> None:
    whole = file_of(kind)
    try:
        assert len(decode(whole[: len(whole) // 2])) <= SECONDS * 8000 * 1.1
    except ClipError as refused:
        assert len(str(refused).split()) > 4


@pytest.mark.parametrize("kind", CODECS)
def test_recording_that_is_too_long_is_refused_at_its_limit(kind: str) -> None:
    with pytest.raises(ClipError) as refused:
        uploads.decode(file_of(kind), 2)
    assert refused.value.code == "too-long"


@pytest.mark.parametrize("kind", HEADS)
def test_broken_file_is_refused_in_words(kind: str) -> None:
    with pytest.raises(ClipError) as refused:
        decode(HEADS[kind])
    assert refused.value.code != "needs-uploads" and len(str(refused.value).split()) > 4


@pytest.mark.parametrize("kind", HEADS)
def test_device_s_file_is_refused_in_words_without_the_extra(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ClipError) as refused:
        decode(HEADS[kind])
    assert refused.value.code == "needs-uploads" and len(str(refused.value).split()) > 4
