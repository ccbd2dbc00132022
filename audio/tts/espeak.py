"""The voice that is always there: eSpeak NG from its wheel, robotic but instant, in a process of its own.

The process is started at the first word, kept, and started again when it dies or hangs. It is this machine's
only certain voice, so it is also the one for personal texts. Build calls this.
"""

import json
from pathlib import Path

from audio.errors import ClipError
from audio.normalise import check_language, normalise
from audio.tts import Means
from audio.tts.child import Child, Keeper

# Which eSpeak voice reads which language; Bhojpuri and Maithili are read by the Hindi voice (speech.md 2).
VOICES = {
    **{
        code: code
        for code in "af am as bn en fr gu hi kn ml mr my ne om or pa pt sd si sw ta te ti ur".split()  # noqa: SIM905
    },
    "bho": "hi",
    "mai": "hi",
}
PROGRAM = Path(__file__).with_name("espeak_child.py")
_USUAL_WORDS_PER_MINUTE = 175
_SECONDS_EACH = 20.0
_SECONDS_OFF = 60.0


def make(_means: Means) -> "Espeak":
    """Return the voice that is always there."""
    return Espeak()


class Espeak:
    """eSpeak NG in a child process; may be shared by threads, and survives a fork by starting its own child."""

    name = "espeak"
    is_remote = False
    is_slow = False

    def __init__(self, seconds_each: float = _SECONDS_EACH) -> None:
        self._kept = Keeper("eSpeak NG", lambda: Child(PROGRAM), 2 * seconds_each, seconds_each, _SECONDS_OFF)

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return a WAV file at 22.05 kHz; raises ClipError for a language it lacks, VoiceUnavailable if it cannot run."""
        voice = VOICES.get(check_language(language))
        if not voice:
            raise ClipError(f"eSpeak NG does not speak {language!r}.")
        wanted = {
            "text": normalise(text),
            "voice": voice,
            "words_per_minute": max(80, min(450, round(_USUAL_WORDS_PER_MINUTE * rate))),
        }
        return self._kept.ask(wanted, b"W")

    def phonemes(self, texts: list[str], voice: str) -> list[str]:
        """Return each text in the phonetic alphabet, as that voice of eSpeak reads it, with `^` for ties."""
        said: list[str] = json.loads(self._kept.ask({"phonemes_of": texts, "voice": voice}, b"P"))
        return said

    def close(self) -> None:
        """End the child process, if there is one."""
        self._kept.close()

    @property
    def process_id(self) -> int | None:
        """The child's process id, None before the first word."""
        return self._kept.process_id
