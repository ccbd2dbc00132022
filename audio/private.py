"""What persons recorded: kept in a store that is handed in and seals, never as a file that anybody could play.

The same questions as the clip library answers, for sounds that only some may hear. A clip composed of such a sound is
private too. Whoever calls knows who may hear it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from audio.clips import JOINED, LEAD_IN, RECORDED, Clip, Part, joined_key, original_key, take_key
from audio.convert import Take, to_telephone
from audio.library import is_key, joined
from audio.wav import HEADER_BYTES, seconds_in, wav_of

NOWHERE = Path()


class PrivateStore(Protocol):
    """Keeps whole files by key, sealed."""

    def size(self, key: str) -> int | None:
        """Return how many bytes lie under that key, None where there are none."""

    def read(self, key: str) -> bytes: ...

    def keep(self, key: str, content: bytes) -> None:
        """Keep; what lies there already stays."""

    def remove(self, key: str) -> None: ...

    def remove_before(self, moment: float) -> int:
        """Remove all that was kept before that moment (Unix time)."""


@dataclass(frozen=True)
class PrivateClip(Clip):
    """A clip without a file to play: its content comes from the store."""

    store: PrivateStore

    def content(self) -> bytes:
        """Open it."""
        return self.store.read(self.key)


class PrivateClips:
    """Recordings in `takes`; what is composed of them, for one call, in `joined`."""

    def __init__(self, takes: PrivateStore, joined: PrivateStore) -> None:
        self._takes = takes
        self._joined = joined

    def clip_of(self, key: str) -> PrivateClip | None:
        """Return the recording of that key, if it exists."""
        return _clip_in(self._takes, key, RECORDED)

    def joined_of(self, key: str) -> PrivateClip | None:
        """Return what was composed under that key, if it is still kept."""
        return _clip_in(self._joined, key, JOINED)

    def store_take(self, raw: bytes, take: Take | None = None) -> PrivateClip:
        """Keep what a person spoke as a telephone plays it. Twice changes nothing."""
        key = take_key(raw)
        made = self.clip_of(key)
        if made is None:
            self._takes.keep(key, wav_of((take or to_telephone(raw)).pcm))
            made = self.clip_of(key)
        assert made is not None
        return made

    def store_original(self, raw: bytes) -> str:
        """Keep a recording as it came and return its key: mastering may be done again, and better. Twice changes nothing."""
        key = original_key(raw)
        self._takes.keep(key, raw)
        return key

    def original(self, key: str) -> bytes:
        """Open a recording as it came."""
        return self._takes.read(key)

    def caption(self, key: str) -> str | None:
        """Return the words of a composed clip, where somebody kept them."""
        beside = take_key(f"caption {key}".encode())
        return self._joined.read(beside).decode() if self._joined.size(beside) is not None else None

    def keep_caption(self, key: str, words: str) -> None:
        """Keep the words of a composed clip as long as the clip."""
        self._joined.keep(take_key(f"caption {key}".encode()), words.encode())

    def remove(self, key: str) -> None:
        """Do away with a recording, and with all that was composed: nobody knows which of it holds this one."""
        self._takes.remove(key)
        self.forget_joined(float("inf"))

    def forget_joined(self, before: float) -> int:
        """Do away with what was composed before that moment: a call of today has it made again."""
        return self._joined.remove_before(before)

    def compose(self, parts: Sequence[Part], lead_in: bool = False) -> PrivateClip:
        """Return the parts as one clip; raises ClipError where a part is missing."""
        parts = (LEAD_IN, *parts) if lead_in else tuple(parts)
        key = joined_key(parts)
        made = self.joined_of(key)
        if made is None:
            self._joined.keep(key, wav_of(joined(parts)))
            made = self.joined_of(key)
        assert made is not None
        return made


def _clip_in(store: PrivateStore, key: str, voice: str) -> PrivateClip | None:
    size = store.size(key) if is_key(key) else None
    if size is None or size <= HEADER_BYTES:
        return None
    return PrivateClip(key, NOWHERE, seconds_in(size), voice, store)
