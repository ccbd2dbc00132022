"""The good voice of the house: Kokoro from an operator's model folder, in a process of its own.

The text becomes phonemes by the eSpeak process, phonemes become tokens here, and `kokoro_child` makes the sound.
It takes half a gigabyte and up to 1.3 s of a core for each second of speech (less on idle cores: both then make some three
in a second): it starts at the first word, runs behind everything else and ends with `close`. Build calls this.
"""

from importlib.util import find_spec
from pathlib import Path

from audio.errors import ClipError, VoiceUnavailable
from audio.normalise import check_language, normalise
from audio.tts import Means
from audio.tts.child import Child, Keeper
from audio.tts.espeak import VOICES, Espeak
from audio.tts.kokoro_folder import KokoroFolder
from audio.tts.phonemes import in_pieces, sections, spelled

PROGRAM = Path(__file__).with_name("kokoro_child.py")
_SECONDS_TO_WAIT = 80.0  # for the longest text on a busy machine, with a second try where the program dies
_SECONDS_OFF = 600.0


def make(means: Means) -> "Kokoro":
    """Return the voice of the operator's folder."""
    return Kokoro(means.kokoro)


class Kokoro:
    """One narrator for each language of the folder's manifest; may be shared by threads, and survives a fork."""

    name = "kokoro"
    is_remote = False
    is_slow = True

    def __init__(self, folder: Path | None, seconds_to_wait: float = _SECONDS_TO_WAIT) -> None:
        self._folder = KokoroFolder(folder)
        self._espeak = Espeak()
        self._kept = Keeper("Kokoro", self._start, seconds_to_wait, seconds_to_wait, _SECONDS_OFF)

    def speak(self, text: str, language: str, rate: float) -> bytes:
        """Return a WAV file at 24 kHz; raises VoiceUnavailable with what is wrong with the folder."""
        text, language = normalise(text), check_language(language)
        narrator = self._folder.narrator_of(language)
        pieces = [self._folder.tokens(piece) for piece in in_pieces(self._phonemes(text, language, narrator))]
        wanted = {"voice": f"{narrator}.bin", "pieces": [each for each in pieces if each], "speed": rate}
        if not wanted["pieces"]:
            raise ClipError("Kokoro knows no sound of this text.")
        return self._kept.ask(wanted, b"W")

    def checked(self) -> Path:
        """Return the folder; raises VoiceUnavailable with what must be done before this voice can speak."""
        if not find_spec("onnxruntime"):
            raise VoiceUnavailable(
                "Kokoro needs the optional extra: install memberline[kokoro].", _SECONDS_OFF
            )
        return self._folder.checked()

    def close(self) -> None:
        """End both child processes."""
        self._espeak.close()
        self._kept.close()

    @property
    def process_id(self) -> int | None:
        """The child's process id, None before the first word."""
        return self._kept.process_id

    def _phonemes(self, text: str, language: str, narrator: str) -> str:
        american = language == "en" and narrator.startswith("a")
        accent = "en-us" if american else VOICES.get(language)
        if not accent:
            raise ClipError(f"Nothing is known of how {language!r} is pronounced.")
        parts = sections(text)
        said = self._espeak.phonemes([part.words for part in parts], accent)
        return "".join(spelled(ipa, accent) + part.stop for ipa, part in zip(said, parts, strict=True))

    def _start(self) -> Child:
        return Child(PROGRAM, str(self.checked()))
