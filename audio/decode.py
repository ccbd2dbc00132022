"""Reading strangers' sound files: bounded, and by the bytes that are there, never by what the header claims.

A file of 144 bytes claimed 268,435 seconds (speech.md, reliability.md C7). Blocks go straight through the
resampler to 8 kHz mono, so that ten minutes of 192 kHz surround cost no more memory than ten minutes of telephone.
"""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from audio import uploads
from audio.clips import SAMPLES_PER_SECOND
from audio.errors import ClipError

MAX_BYTES = 20 * 2**20
MAX_SECONDS = 600
MAX_CHANNELS = 8
RATES = range(4000, 192_001)
_BLOCK = 65536
_LOUDEST = 4.0  # floating-point files may exceed full scale a little, broken ones do so by far

Samples = NDArray[np.float32]


def decode(raw: bytes) -> Samples:
    """Return 8 kHz mono samples of about ±1; raises ClipError with a sentence for staff."""
    if not raw:
        raise ClipError("The sound file is empty.", "empty")
    if len(raw) > MAX_BYTES:
        raise ClipError("The sound file is larger than 20 MB.", "too-large")
    if uploads.is_for_us(raw):
        return _there(uploads.decode(raw, MAX_SECONDS))
    try:
        with soundfile.SoundFile(BytesIO(raw)) as file:
            samples = _resampled(file)
    except (soundfile.SoundFileError, ValueError, TypeError, OSError) as error:
        raise ClipError("This is not a sound file that can be read (WAV, MP3, OGG and FLAC can).") from error
    return _there(samples)


def _there(samples: Samples) -> Samples:
    if not samples.size:
        raise ClipError("There is no sound in this file.", "empty")
    return samples


def _resampled(file: soundfile.SoundFile) -> Samples:
    if file.samplerate not in RATES or not 1 <= file.channels <= MAX_CHANNELS:
        raise ClipError("The sound file has an impossible sample rate or number of channels.")
    stream = soxr.ResampleStream(file.samplerate, SAMPLES_PER_SECOND, 1, dtype="float32", quality="HQ")
    pieces = [stream.resample_chunk(block) for block in _mono_blocks(file)]
    pieces.append(stream.resample_chunk(np.zeros(0, np.float32), last=True))
    return np.concatenate(pieces).astype(np.float32, copy=False)


def _mono_blocks(file: soundfile.SoundFile) -> Iterator[Samples]:
    frames = 0
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        frames += len(block)
        if frames > MAX_SECONDS * file.samplerate:
            raise ClipError("The sound is longer than ten minutes.", "too-long")
        yield np.clip(np.nan_to_num(block.mean(axis=1)), -_LOUDEST, _LOUDEST)
