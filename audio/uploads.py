"""What phones and browsers record as M4A, WEBM, AMR or 3GP: decoded by the optional extra `uploads` (PyAV), bounded like all else.

libsndfile reads none of these (speech.md 3). Nothing of it is loaded before such a file comes.
"""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from audio.clips import SAMPLES_PER_SECOND
from audio.errors import ClipError

Samples = NDArray[np.float32]

_AMR, _MATROSKA, _MP4 = b"#!AMR", b"\x1a\x45\xdf\xa3", b"ftyp"


def is_for_us(raw: bytes) -> bool:
    """Tell by its first bytes whether this is such a file."""
    return raw.startswith((_AMR, _MATROSKA)) or raw[4:8] == _MP4


def decode(raw: bytes, longest: int) -> Samples:
    """Return 8 kHz mono samples of at most `longest` seconds; raises ClipError with a sentence for staff."""
    try:
        import av  # optional
    except ImportError as error:
        raise ClipError(
            "M4A, WEBM and AMR need the extra `uploads`: save it as WAV, MP3, OGG or FLAC.", "needs-uploads"
        ) from error
    try:
        with av.open(BytesIO(raw), metadata_errors="ignore") as container:
            pieces = list(_pieces(av, container, longest))
    except (av.FFmpegError, ValueError, IndexError, MemoryError) as error:
        raise ClipError("This sound file is damaged and cannot be read.") from error
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)


def _pieces(av, container, longest: int) -> Iterator[Samples]:  # type: ignore[no-untyped-def]
    """Frame by frame, so that what a header claims costs nothing."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLES_PER_SECOND)
    count = 0
    for frame in container.decode(audio=0):
        for made in resampler.resample(frame):
            samples = made.to_ndarray().reshape(-1).astype(np.float32, copy=False)
            count += len(samples)
            if count > longest * SAMPLES_PER_SECOND:
                raise ClipError("The sound is longer than ten minutes.", "too-long")
            yield np.nan_to_num(samples)
