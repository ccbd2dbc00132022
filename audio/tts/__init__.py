"""Voices that turn text into sound: one readable page each, all of one shape.

Called by build, in workers and on the command line, never while a call waits.

A new voice is one page and one line: a module here with a class of the shape below and a `make(means)`, and its name,
module and quality in `order.KNOWN`. (The setting's list of names stands in `gateway.settings`, which may know nothing
of voices; a test compares the two.) What a voice may rely on, so that its page holds nothing but the voice:

- `speak` is called with at most a thousand characters in a language of `audio.normalise`; it normalises with
  `normalise` and `check_language`, the spelling that the clip's key is made of, and may return any rate and level.
- One clip is made once and found under (voice, language, rate, text) for ever; what changes how a voice sounds raises
  `audio.clips.PIPELINE`.
- A voice with `is_remote` never sees what is personal: `audio.build` keeps it from it, and a test of the whole house.
- A voice with `is_slow` or `is_remote` is asked after the quick ones, so that there is a sound within seconds.
- VoiceUnavailable ends the voice's round (it rests), any other ClipError only this text; the next voice is asked.
- A library that can crash, hang, or grow lives in a program of its own behind `child.Child`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Means:
    """What a voice may need of the house; `state` is a writable folder that processes share."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    state: Path | None = None
    kokoro: Path | None = None


class Synthesizer(Protocol):
    """One synthetic voice; `name` becomes part of its clips' keys, remote ones see only fixed, approved texts."""

    @property
    def name(self) -> str:
        """A short word such as "espeak"."""

    @property
    def is_remote(self) -> bool:
        """Whether the text leaves this machine."""

    @property
    def is_slow(self) -> bool:
        """Whether a text takes seconds rather than a blink."""

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return the spoken text as a sound file of any kind that soundfile reads.

        `rate` is relative to the voice's usual speed. Raises VoiceUnavailable where the voice is out of
        order for now, any other ClipError where it cannot speak this text or language.
        """

    def close(self) -> None:
        """End what the voice keeps running; it may be used again afterwards."""
