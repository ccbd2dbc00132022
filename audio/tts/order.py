"""From the names in the setting `TTS` to voices, the best first; the composition root and the tests call this."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from audio.errors import ClipError
from audio.tts import Synthesizer
from audio.tts.espeak import Espeak
from audio.tts.gtts import Gtts
from audio.tts.silent import Silent

VoiceOrder = tuple[str, ...]
USUAL_ORDER: VoiceOrder = ("gtts", "espeak")


def make_voices(
    order: Sequence[str] = USUAL_ORDER,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
    state: Path | None = None,
) -> list[Synthesizer]:
    """Return the voices of that order; nothing is started or connected before the first word.

    `state` is a writable folder where processes share that a remote voice rests (the clips' folder will do).
    Raises ClipError for a name that is no voice.
    """
    return [_voice(name, clock, sleep, state) for name in order]


def _voice(
    name: str, clock: Callable[[], datetime], sleep: Callable[[float], None], state: Path | None
) -> Synthesizer:
    match name:
        case "gtts":
            return Gtts(clock=clock, sleep=sleep, rest_file=state / ".gtts-rests-until" if state else None)
        case "espeak":
            return Espeak()
        case "silent":
            return Silent()
    raise ClipError(f"There is no voice called {name!r}; known are gtts, espeak and silent.")
