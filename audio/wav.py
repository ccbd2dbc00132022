"""The one file format of the house: WAV, PCM 16 bit, 8 kHz, mono, with a header of exactly 44 bytes.

Standard library only: calls are answered through here (africastalking.md A6, "safe").
"""

import struct

from audio.clips import SAMPLES_PER_SECOND
from audio.errors import ClipError

HEADER_BYTES = 44
BYTES_PER_SECOND = SAMPLES_PER_SECOND * 2


def wav_of(pcm: bytes) -> bytes:
    """Return the file for these samples."""
    return _header(len(pcm)) + pcm


def pcm_of(file: bytes) -> bytes:
    """Return the samples of a file that `wav_of` made; raises ClipError for any other."""
    if file[:HEADER_BYTES] != _header(len(file) - HEADER_BYTES):
        raise ClipError("This file is not a clip of ours or is damaged.")
    return file[HEADER_BYTES:]


def seconds_in(size: int) -> float:
    """Return how long a file of that many bytes lasts."""
    return (size - HEADER_BYTES) / BYTES_PER_SECOND


def silence(milliseconds: int) -> bytes:
    """Return samples of silence."""
    return bytes(milliseconds * BYTES_PER_SECOND // 1000 // 2 * 2)


def _header(size: int) -> bytes:
    size = max(size, 0)
    riff = struct.pack("<4sI4s", b"RIFF", 36 + size, b"WAVE")
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLES_PER_SECOND, BYTES_PER_SECOND, 2, 16)
    return riff + form + struct.pack("<4sI", b"data", size)
