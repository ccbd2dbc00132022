"""Is a reading good enough to be heard by thousands? Words of a closed list say what is wrong with it; none says that all is well.

Judged on the sound as it came, before it was levelled; the length on what will be heard.
"""

import enum
from dataclasses import dataclass

from audio.convert import Take, mastered

QUIET_DBFS = -20.0  # the loudest moment of who speaks from too far away
CLIPPED_SAMPLES = 80  # a hundredth of a second at full scale
LONGEST_GAP_SECONDS = 3.0  # whoever hears nothing for longer hangs up
LETTERS_PER_SECOND = 14
SLOWEST, QUICKEST = 3.0, 0.3  # of the length that as many letters take a voice without haste
GRACE_SECONDS = 2.0  # nobody reads one word in no time
FULL_SCALE = 0.989


class Fault(enum.StrEnum):
    """What is wrong with a reading."""

    SILENT = "silent"
    CLIPPED = "clipped"
    QUIET = "quiet"
    LONG = "long"
    SHORT = "short"
    GAP = "gap"
    NOISY = "noisy"


@dataclass(frozen=True)
class Judged:
    """A reading as it will be heard, and what is wrong with it."""

    take: Take
    faults: tuple[Fault, ...]


def judge(raw: bytes, words: str = "", longest: float | None = None) -> Judged:
    """Master a sound file and judge it: against the words that were to be read, and the longest that its place allows.

    Raises ClipError with a sentence for staff where the bytes are no usable sound.
    """
    from audio.levels import decibels, from_pcm, is_quiet, longest_gap  # start-up cost

    take, source = mastered(raw)
    if is_quiet(source):
        return Judged(take, (Fault.SILENT,))
    level = abs(source)
    found = {
        Fault.CLIPPED: int((level >= FULL_SCALE).sum()) > CLIPPED_SAMPLES,
        Fault.QUIET: decibels(float(level.max())) < QUIET_DBFS,
        Fault.LONG: _is_long(take.seconds, words, longest),
        Fault.SHORT: bool(words) and take.seconds < QUICKEST * len(words) / LETTERS_PER_SECOND,
        Fault.GAP: longest_gap(from_pcm(take.pcm)) > LONGEST_GAP_SECONDS,
        Fault.NOISY: take.is_noisy,
    }
    return Judged(take, tuple(fault for fault, is_so in found.items() if is_so))


def _is_long(seconds: float, words: str, longest: float | None) -> bool:
    if longest is not None and seconds > longest:
        return True
    return bool(words) and seconds > GRACE_SECONDS + SLOWEST * len(words) / LETTERS_PER_SECOND
