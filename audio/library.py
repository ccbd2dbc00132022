"""The clip library: finds, joins and keeps sounds in one folder that many processes and machines may share.

Everything a call needs is here and costs file look-ups only: no numpy, no decoding. Mastering of new takes is
reached through `store_take`, which workers and the console call. Files are named by content and made whole
before they get their name, so whoever finds a name finds the sound.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from audio.clips import (
    JOINED,
    LEAD_IN,
    RECORDED,
    Clip,
    Part,
    Pause,
    Tone,
    Utterance,
    clip_key,
    joined_key,
    slower_key,
    take_key,
    utterance_key,
)
from audio.convert import Take, to_telephone
from audio.errors import ClipError
from audio.keep import keep
from audio.tones import samples
from audio.wav import HEADER_BYTES, pcm_of, seconds_in, silence, wav_of

DEFAULT_ORDER = ("gtts", "espeak", "silent")
ALWAYS_THERE = "espeak"
RECORDINGS = Path(__file__).with_name("recorded")

_KEY = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


class ClipLibrary:
    """One folder of clips; `order` is the preference among synthetic voices, the best first.

    Clips of eSpeak are found last where the order does not name it: a remote voice alone would leave silence.
    """

    def __init__(self, folder: Path, recorded: Path | None, order: Sequence[str] = DEFAULT_ORDER) -> None:
        self.folder = folder
        self.recorded = recorded
        self.order = tuple(dict.fromkeys((*order, ALWAYS_THERE)))
        self.chosen: Callable[[str], str | None] | None = (
            None  # the take of an utterance, by the keys of both
        )
        self.narrators: Mapping[
            str, Mapping[str, str]
        ] = {}  # by voice and language, where a voice has several
        self._digests: dict[Path, tuple[int, int, str]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, utterance: Utterance) -> Clip | None:
        """Return the human recording where there is one, else the best synthetic clip that exists, else None."""
        spoken = self.find_spoken(utterance)
        return spoken or next(
            filter(None, (self.find_synthetic(utterance, voice) for voice in self.order)), None
        )

    def find_many(self, utterances: Iterable[Utterance]) -> list[Clip | None]:
        """Return one entry per utterance, in the same order."""
        return [self.find(utterance) for utterance in utterances]

    def find_spoken(self, utterance: Utterance) -> Clip | None:
        """Return what a person read aloud: the take that was chosen, else the recording that came with the house."""
        return self.find_chosen(utterance) or self.find_recorded(utterance)

    def find_chosen(self, utterance: Utterance) -> Clip | None:
        """Return the take that staff chose for this prompt; None also while its clip is not made again."""
        if self.chosen is None or utterance.recorded_as is None:
            return None
        try:
            key = self.chosen(utterance_key(utterance.text, utterance.language))
        except ClipError:
            return None
        return self.clip_of(key, RECORDED) if key else None

    def find_recorded(self, utterance: Utterance) -> Clip | None:
        """Return the mastered human recording of this prompt, None until build has mastered it."""
        source = self.recording_of(utterance)
        return self.clip_of(self._source_key(source), RECORDED) if source else None

    def find_synthetic(self, utterance: Utterance, voice: str) -> Clip | None:
        """Return the clip in that voice, if made; None also for a text that cannot be spoken."""
        try:
            return self.clip_of(self.key_of(utterance, voice), voice)
        except ClipError:
            return None

    def key_of(self, utterance: Utterance, voice: str) -> str:
        """Return the key of the clip in that voice; another narrator of it is another key. Raises ClipError as `clip_key`."""
        narrator = self.narrators.get(voice, {}).get(utterance.language)
        name = f"{voice} {narrator}" if narrator else voice
        return clip_key(name, utterance.language, utterance.text)

    def recording_of(self, utterance: Utterance) -> Path | None:
        """Return the path of `recorded/<language>/<prompt>.wav` as a person put it there."""
        name = utterance.recorded_as
        if not (self.recorded and name and _NAME.fullmatch(name) and _NAME.fullmatch(utterance.language)):
            return None
        path = self.recorded / utterance.language / f"{name}.wav"
        return path if path.is_file() else None

    def clip_of(self, key: str, voice: str = "") -> Clip | None:
        """Return the clip of that key, if it exists; the caller says whose voice it is."""
        path = self.path_of(key)
        try:
            size = path.stat().st_size
        except OSError:
            return None
        return Clip(key, path, seconds_in(size), voice) if size > HEADER_BYTES else None

    def slower_of(self, clip: Clip) -> Clip | None:
        """Return the same said slower, None until build has made it; the pitch is the same."""
        return self.clip_of(slower_key(clip.key), clip.voice)

    def path_of(self, key: str) -> Path:
        """Return where a clip of that key lies or would lie; raises ClipError for what is no key."""
        if not is_key(key):
            raise ClipError("This is not the key of a clip.")
        return self.folder / f"{key}.wav"

    def compose(self, parts: Sequence[Part], lead_in: bool = False) -> Clip:
        """Return the parts as one clip, joined once and kept under the key of its parts.

        `lead_in` puts 300 ms of silence first, for the first prompt of a call. Clips begin and end at zero
        (mastering fades them), so plain joining makes no click. Raises ClipError where a part is missing.
        """
        parts = (LEAD_IN, *parts) if lead_in else tuple(parts)
        key = joined_key(parts)
        made = self.clip_of(key, JOINED)
        return made or self.store(key, joined(parts), JOINED, is_durable=False)

    def store_take(self, raw: bytes, take: Take | None = None) -> Clip:
        """Master and keep what a person spoke (an upload, a voice note) and return its clip.

        Storing the same bytes twice changes nothing. Pass the `take` where it was already converted.
        Raises ClipError with a sentence for staff where the bytes are no usable sound.
        """
        key = take_key(raw)
        return self.clip_of(key, RECORDED) or self.store(key, (take or to_telephone(raw)).pcm, RECORDED)

    def store(self, key: str, pcm: bytes, voice: str, is_durable: bool = True) -> Clip:
        """Keep telephone samples under that key and return the clip; the first to store a key wins.

        What can be made again in a moment need not be durable: a flush to disk costs more than the making.
        """
        path = self.path_of(key)
        if not pcm:
            raise ClipError("There is no sound to keep.")
        keep(path, wav_of(pcm), is_durable)
        return Clip(key, path, seconds_in(path.stat().st_size), voice)

    def _source_key(self, source: Path) -> str:
        state = source.stat()
        known = self._digests.get(source)
        if not known or known[:2] != (state.st_mtime_ns, state.st_size):
            known = (state.st_mtime_ns, state.st_size, take_key(source.read_bytes()))
            self._digests[source] = known
        return known[2]


def is_key(key: str) -> bool:
    """Say whether this could be the key of a clip."""
    return _KEY.fullmatch(key) is not None


def joined(parts: Iterable[Part]) -> bytes:
    """Return the samples of all parts in a row; raises ClipError where one is missing."""
    return b"".join(_pcm(part) for part in parts)


def _pcm(part: Part) -> bytes:
    if isinstance(part, Pause):
        return silence(part.milliseconds)
    if isinstance(part, Tone):
        return samples(part)
    try:
        return pcm_of(part.content())
    except OSError as error:
        raise ClipError("A part of this sound is missing.") from error
