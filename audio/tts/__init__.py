"""Voices that turn text into sound: one readable page each, all of one shape.

Called by build, in workers and on the command line, never while a call waits.
"""

from typing import Protocol


class Synthesizer(Protocol):
    """One synthetic voice; `name` becomes part of its clips' keys, remote ones see only fixed, approved texts."""

    @property
    def name(self) -> str:
        """A short word such as "espeak"."""

    @property
    def is_remote(self) -> bool:
        """Whether the text leaves this machine."""

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return the spoken text as a sound file of any kind that soundfile reads.

        `rate` is relative to the voice's usual speed. Raises VoiceUnavailable where the voice is out of
        order for now, any other ClipError where it cannot speak this text or language.
        """

    def close(self) -> None:
        """End what the voice keeps running; it may be used again afterwards."""
