"""Sound that a phone speaks: reading uploads, the tape of a recording, writing WAV. 16-bit mono, 8 kHz.

Knows no calls and no HTTP. Times are seconds of the call's timeline.
"""

import io
import wave

import numpy as np
import numpy.typing as npt

RATE = 8000
LOUD = 300.0

Pcm = npt.NDArray[np.int16]


def read_wav(raw: bytes) -> Pcm:
    """16-bit PCM WAV of any rate and channel count as 8 kHz mono; raises ValueError for anything else."""
    try:
        with wave.open(io.BytesIO(raw)) as file:
            if file.getsampwidth() != 2:
                raise ValueError("only 16-bit PCM")
            rate, channels = file.getframerate(), file.getnchannels()
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    except (wave.Error, EOFError) as error:
        raise ValueError("not a PCM WAV file") from error
    mono = samples.reshape(-1, channels).mean(axis=1) if channels > 1 else samples
    return _to_rate(mono.astype(np.float32), rate)


def _to_rate(samples: npt.NDArray[np.float32], rate: int) -> Pcm:
    if rate != RATE and samples.size:
        import soxr  # here because it costs start-up time and most runs never upload sound

        samples = soxr.resample(samples, rate, RATE)
    return np.clip(samples, -32768, 32767).astype(np.int16)


def write_wav(pcm: Pcm) -> bytes:
    """A WAV file of 8 kHz 16-bit mono."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.astype("<i2").tobytes())
    return out.getvalue()


class Tape:
    """What is spoken between the beep and the end, each piece at its moment, with silence between."""

    def __init__(self, start: float) -> None:
        self.start = start
        self.last_loud = start
        self._pieces: list[tuple[float, Pcm]] = []

    def add(self, pcm: Pcm, now: float, *, captured: bool = False) -> float:
        """Put speech on the tape and return when it ends.

        `captured` sound was spoken up to now (a microphone's chunk); other sound begins now.
        """
        length = pcm.size / RATE
        start = max(self._pieces_end(), now - length if captured else now, self.start)
        self._pieces.append((start, pcm))
        if pcm.size and float(np.sqrt(np.mean(pcm.astype(np.float32) ** 2))) >= LOUD:
            self.last_loud = max(self.last_loud, start + length)
        return start + length

    def _pieces_end(self) -> float:
        if not self._pieces:
            return self.start
        start, pcm = self._pieces[-1]
        return start + pcm.size / RATE

    def cut(self, end: float) -> Pcm:
        """The recording up to `end`; what was not yet spoken by then is not on it."""
        whole = np.zeros(max(0, round((end - self.start) * RATE)), dtype=np.int16)
        for start, pcm in self._pieces:
            at = round((start - self.start) * RATE)
            piece = pcm[: max(0, whole.size - at)]
            whole[at : at + piece.size] = piece
        return whole
