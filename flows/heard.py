"""What we listen for and what was heard: a *wait* ends a turn, *heard* starts the next one (house.md 8).

Whoever makes or takes turns imports these from `flows.steps`, beside the steps.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WaitDigits:
    """Listen for `count` keys; `seconds` of silence end the wait with nothing (voice_design.md D10)."""

    count: int = 1
    seconds: int = 5


@dataclass(frozen=True)
class WaitVoiceNote:
    """Beep, then record until silence, a key, hang-up or `max_seconds` (voice_design.md D21, D22)."""

    max_seconds: int = 60
    silence_seconds: int = 4


Wait = WaitDigits | WaitVoiceNote


@dataclass(frozen=True)
class Digits:
    """Keys pressed, in ASCII, finish key stripped."""

    keys: str


@dataclass(frozen=True)
class VoiceNote:
    """What was recorded; `ref` is ours to look it up by, `seconds` may be unknown."""

    ref: str
    seconds: float | None = None


@dataclass(frozen=True)
class Text:
    """A written answer (SMS, USSD)."""

    text: str


@dataclass(frozen=True)
class Nothing:
    """Silence where we listened."""


Heard = Digits | VoiceNote | Text | Nothing
