"""Slower speech keeps its pitch and its loudness."""

import numpy as np
import pytest

from audio.stretch import stretch
from tests.audio.sounds import tone


@pytest.mark.parametrize("rate", [0.7, 0.85, 1.2])
def test_tone_lasts_longer_at_the_same_pitch_when_slowed(rate):
    slow = stretch(tone(500, 3).astype(np.float32), rate)
    pitch = np.abs(np.fft.rfft(slow)).argmax() / len(slow) * 8000
    assert len(slow) / 8000 == pytest.approx(3 / rate, abs=0.001)
    assert pitch == pytest.approx(500, abs=1)
    assert slow[800:-800].std() == pytest.approx(tone(500, 3).std(), rel=0.05)


def test_order_of_sounds_stays_when_slowed():
    slow = stretch(np.concatenate([tone(400), tone(900), tone(1500)]).astype(np.float32), 0.85)
    thirds = [np.abs(np.fft.rfft(third)) for third in np.array_split(slow, 3)]
    heard = [third.argmax() / (2 * len(third) - 2) * 8000 for third in thirds]
    assert heard == pytest.approx([400, 900, 1500], abs=10)


@pytest.mark.parametrize("size", [0, 1, 479])
def test_sound_is_left_alone_when_too_short(size):
    assert len(stretch(np.ones(size, np.float32), 0.85)) == size
