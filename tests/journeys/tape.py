"""A whole call as one stretch of sound, as the phone heard it: each sound at its moment, cut where it was cut short.

What is measured is this tape: how long nothing is heard on it, and what is said in which order. Waiting for the member is
apart, and only as long as the provider was told to wait (voice_design.md D10, D22), which stands in our replies on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND
from audio.levels import FLOOR_DBFS, frame_levels, from_pcm
from audio.wav import pcm_of
from gateway.emulator.puppet import BEFORE_SPEECH
from gateway.emulator.xml import Action, GetDigits, Record, Sound, read
from tests.hands import Phone, Taken
from tests.house import House

FRAMES_PER_SECOND = 50
PATIENCE_SECONDS = (3.0, 5.0, 7.0)  # for a key: where who waits speaks, the first time, the second (D10)
LISTENING_SECONDS = 4.0  # of silence that ends a recording (D22)
BANDS_HERTZ = ((190, 375), (375, 625), (625, 940), (940, 1400), (1400, 2200), (2200, 3400))
ALIKE = 0.88  # the same words spoken twice are at least 0.95 alike, others at most 0.8: eSpeak never speaks the very same
BEEP = np.full(SAMPLES_PER_SECOND * 2 // 5, 3000, dtype="<i2").tobytes()  # the provider's own: 0.4 s

Spectrum = NDArray[np.float64]


@dataclass
class Tape:
    """All that a phone heard of one call, 16 bit at the telephone's rate; `waits` are the member's own time, in seconds."""

    pcm: bytes = b""
    waits: list[tuple[float, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return len(self.pcm) / 2 / SAMPLES_PER_SECOND

    def lay(self, at: float, pcm: bytes) -> None:
        """Put a sound where it began; nothing was heard until then."""
        quiet = max(0, round(at * SAMPLES_PER_SECOND) - len(self.pcm) // 2)
        self.pcm += bytes(2 * quiet) + pcm

    def wait(self, seconds: float) -> None:
        """From here on somebody was waited for."""
        self.waits.append((self.seconds, self.seconds + seconds))

    def longest_silence(self) -> float:
        """Return the longest time in which nothing was heard and nobody was waited for, in seconds."""
        levels = frame_levels(from_pcm(self.pcm), SAMPLES_PER_SECOND // FRAMES_PER_SECOND)
        is_filled = levels > 10 ** (FLOOR_DBFS / 20)
        for begins, ends in self.waits:
            is_filled[round(begins * FRAMES_PER_SECOND) : round(ends * FRAMES_PER_SECOND)] = True
        edges = np.flatnonzero(np.concatenate(([True], is_filled, [True])))
        return float(np.diff(edges).max() - 1) / FRAMES_PER_SECOND

    def says(self, words: Sequence[bytes]) -> bool:
        """Whether these words were heard, one behind the other, by their sound alone."""
        heard, at = _spectrum(self.pcm), 0
        for said in map(_spectrum, words):
            likeness = [_likeness(heard[place:], said) for place in range(at, len(heard) - len(said) + 1)]
            if max(likeness, default=0.0) < ALIKE:
                return False
            at += int(np.argmax(likeness)) + len(said) // 2
        return True


def tape_of(house: House, phone: Phone, taken: Taken, speed: float, speaks: float = 0.0) -> Tape:
    """Lay a finished call on a tape. On a hurried timeline our replies seem `speed` times as slow: that is taken out."""
    call = phone.show()["last_call"]
    posts = _posts(house, phone, call["sessionId"])
    tape, heard, late = Tape(), iter(taken.heard), 0.0
    for post, then in zip(posts, [*posts[1:], {"form": {}, "ms": 0.0}], strict=True):
        if (
            post is not posts[0] or call["direction"] == "Outbound"
        ):  # the reply to a ring comes before the answer
            late += post["ms"] / 1000 * (speed - 1)
        for action in read(post["body"]).actions:
            for each in _heard_of(action, heard):
                assert each["url"] or each["text"] == "beep", f"no clip of ours: {each['text']}"
                sound = pcm_of(house.fetch(each["url"]).data) if each["url"] else BEEP
                tape.lay(each["started"] - late, sound[: 2 * round(each["seconds"] * SAMPLES_PER_SECOND)])
            if isinstance(action, GetDigits) and "dtmfDigits" not in then["form"]:
                assert action.timeout in PATIENCE_SECONDS
                tape.wait(action.timeout)
            elif isinstance(action, Record):
                assert action.silence <= LISTENING_SECONDS
                tape.wait(BEFORE_SPEECH + speaks + action.silence)
    assert next(heard, None) is None
    tape.lay(call["seconds"] - late, b"")
    return tape


def _posts(house: House, phone: Phone, call_id: str) -> list[dict[str, Any]]:
    """What the provider asked us in a call, each with our reply."""
    wire = house.get(f"wire?numbers={phone.number.replace('+', '%2B')}")["exchanges"]
    return [each for each in wire if each["call"] == call_id and each["form"].get("isActive") == "1"]


def _heard_of(action: Action, heard: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The sounds that one element of a reply made: its own or its prompt's, and the beep of a recording."""
    if isinstance(action, Sound) or getattr(action, "prompt", None):
        yield next(heard)
    if getattr(action, "beep", False):
        yield next(heard)


def _spectrum(pcm: bytes) -> Spectrum:
    """How loud each band is, fifty times a second: what tells words from others."""
    samples, size = from_pcm(pcm), SAMPLES_PER_SECOND // FRAMES_PER_SECOND
    frames = samples[: len(samples) // size * size].reshape(-1, size) * np.hanning(size)
    power = np.abs(np.fft.rfft(frames, 256)) ** 2
    edges = [tuple(round(each * 256 / SAMPLES_PER_SECOND) for each in band) for band in BANDS_HERTZ]
    return np.log10(np.stack([power[:, low:high].sum(1) for low, high in edges], 1) + 1e-4)


def _likeness(heard: Spectrum, said: Spectrum) -> float:
    """The correlation of what was said with as much of what was heard: 1.0 is the same."""
    one, other = (each[: len(said)] - each[: len(said)].mean() for each in (heard, said))
    power = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / power if power else 0.0
