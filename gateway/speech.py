"""Turns what a conversation says into sound: words of flows, clips of audio, introduced to each other here.

A turn's speech is one clip, composed of the clips of its pieces, since a provider's reply may hold only one sound
(africastalking.md A5). Where a piece has no clip the provider's own voice reads the whole, so that nothing is silent;
the caller of `speak` is told, to have the clip made.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audio.clips import BEEP, Clip, Part, Pause, Utterance
from audio.errors import ClipError
from audio.library import ClipLibrary
from audio.private import PrivateClip, PrivateClips
from flows.state import Manner
from flows.steps import Speak, Tell
from flows.words import Piece, Words

LETTERS_PER_SECOND = 14  # of speech where no clip tells the length


@dataclass(frozen=True)
class Said:
    """What was said in one reply, kept with the conversation so that a repeated post hears the same."""

    text: str
    language: str
    clip: str | None
    seconds: float

    @property
    def is_lacking(self) -> bool:
        """Whether a clip lacks, so that the provider's voice had to read."""
        return self.clip is None


class Remembered:
    """What was composed in the last half minute: most callers hear the same few sentences.

    Short, because a better voice may have come; bounded, because names and numbers are in it.
    """

    def __init__(self, seconds: float = 30.0, at_most: int = 500) -> None:
        self._said: dict[object, tuple[float, Said]] = {}
        self._seconds, self._at_most = seconds, at_most

    def get(self, key: object) -> Said | None:
        at, said = self._said.get(key, (0.0, None))
        return said if said is not None and time.monotonic() - at < self._seconds else None

    def put(self, key: object, said: Said) -> None:
        if len(self._said) >= self._at_most:
            self._said.clear()
        self._said[key] = (time.monotonic(), said)

    def clear(self) -> None:
        """Another voice was chosen for something: all is composed anew."""
        self._said.clear()


@dataclass(frozen=True)
class Speaker:
    """Words and sounds of one installation."""

    words: Words
    clips: ClipLibrary
    notes: PrivateClips | None = None
    has_captions: bool = False
    remembered: Remembered | None = None

    def speak(
        self,
        steps: Sequence[Speak | Tell],
        *,
        is_first: bool = False,
        manner: Manner = Manner.PLAIN,
        unit_languages: Sequence[str] = (),
    ) -> Said | None:
        """Compose one clip for these steps; None where there is nothing to say.

        `unit_languages` are tried where a prompt lacks in the member's own, before the base languages.
        """
        if not steps:
            return None
        key = (is_first, manner, *unit_languages, *steps_key(steps))
        said = self.remembered.get(key) if self.remembered is not None else None
        if said is None:
            said = self._say(steps, is_first, manner, unit_languages)
            if self.remembered is not None and not said.is_lacking:
                self.remembered.put(key, said)
        return said

    def _say(
        self, steps: Sequence[Speak | Tell], is_first: bool, manner: Manner, unit_languages: Sequence[str]
    ) -> Said:
        pieces = [piece for step in steps for piece in self.words.speech(step, unit_languages)]
        text = " ".join(piece.text + piece.mark for piece in pieces)
        clip = self._compose(pieces, is_first, manner)
        seconds = clip.seconds if clip else len(text) / LETTERS_PER_SECOND
        if clip and self.has_captions:
            self._caption(clip, text)
        return Said(text, steps[0].language, clip.key if clip else None, seconds)

    def _compose(self, pieces: Sequence[Piece], is_first: bool, manner: Manner) -> Clip | None:
        parts: list[Part] = list(BEEP) if manner is Manner.TAKEN else []
        for piece in pieces:
            clip = self._clip_of(piece)
            if clip is None:
                return None
            slower = self.clips.slower_of(clip) if manner is Manner.SLOWER else None
            parts += [slower or clip, Pause(piece.pause_ms)]
        is_private = self.notes is not None and any(isinstance(part, PrivateClip) for part in parts)
        library = self.notes if self.notes is not None and is_private else self.clips
        try:
            return library.compose(parts, lead_in=is_first)
        except ClipError:  # disk full, or a part vanished: the provider's voice reads
            return None

    def _caption(self, clip: Clip, text: str) -> None:
        """Keep the words beside the sound: the handset of the emulator shows them to whoever cannot listen."""
        if isinstance(clip, PrivateClip):
            assert self.notes is not None
            self.notes.keep_caption(clip.key, text)
        elif not (beside := clip.path.with_suffix(".txt")).exists():
            beside.write_text(text, encoding="utf-8")

    def _clip_of(self, piece: Piece) -> Clip | None:
        if piece.sound is None:
            return self.clips.find(utterance(piece))
        return self.clips.clip_of(piece.sound) or self._recording_of(piece.sound)

    def _recording_of(self, key: str) -> Clip | None:
        """A store that is away is no reason to keep a caller waiting: what is left is said without it."""
        try:
            return self.notes.clip_of(key) if self.notes else None
        except ClipError:
            return None


def steps_key(steps: Sequence[Speak | Tell]) -> tuple[object, ...]:
    """Return what tells these words from all others."""
    return tuple(
        (step.prompt, step.language, *step.values.items())
        if isinstance(step, Speak)
        else (step.text, step.language, step.sound)
        for step in steps
    )


def utterance(piece: Piece) -> Utterance:
    """Hand a piece of words over to audio."""
    return Utterance(piece.text, piece.language, piece.recorded_as, piece.is_personal)


def utterances(words: Words, steps: Iterable[Speak | Tell]) -> list[Utterance]:
    """List what must have a clip so that these steps can be heard; recordings need none."""
    pieces = (piece for step in steps for piece in words.speech(step))
    return [utterance(piece) for piece in pieces if piece.sound is None]
