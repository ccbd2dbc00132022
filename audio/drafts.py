"""A machine's draft of what was said, and its guess at the language: for staff's eyes, never to decide anything by it.

faster-whisper (the optional extra `transcripts`) with a model that the operator brings, in CTranslate2's form. Its folder
holds SHA256SUMS, as `sha256sum * > SHA256SUMS` writes it: nothing is loaded that it does not name. Nothing is ever fetched.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from audio.errors import VoiceUnavailable

SUMS, MODEL = "SHA256SUMS", "model.bin"
MOST_AUDIO_SECONDS = 120  # what follows is for listening
MOST_SECONDS = 60.0
SAMPLES_PER_SECOND = 16_000  # the model's
THREADS = 2  # more fight with the calls for the cores
_SECONDS_OFF = 600.0


@dataclass(frozen=True)
class Draft:
    """`surely` is how sure the machine is of the language, 0 to 1; it says nothing of the text."""

    text: str
    language: str
    surely: float


class Drafter:
    """One model, loaded when it is first needed and kept; for one thread of one process.

    It guesses among these languages alone: left to itself a small model hears Thai in Hindi and Swahili.
    """

    def __init__(self, folder: Path, languages: Collection[str]) -> None:
        self._folder, self._languages = folder, frozenset(languages)
        self._trouble: tuple[float, VoiceUnavailable] | None = None

    def draft(self, sound: bytes) -> Draft:
        """Write down what the first two minutes say; raises VoiceUnavailable where the model cannot be used."""
        model = self._usable()
        from faster_whisper import decode_audio

        samples = decode_audio(io.BytesIO(sound))[: MOST_AUDIO_SECONDS * SAMPLES_PER_SECOND]
        language, surely = self._language_of(model, samples)
        # The defaults try again and again with rising temperature: 22 s for a clip of 30 (speech.md 5).
        pieces, _ = model.transcribe(
            samples,
            language=language,
            beam_size=1,
            temperature=0,
            condition_on_previous_text=False,
            repetition_penalty=1.2,
            no_repeat_ngram_size=4,
        )
        until, texts = time.monotonic() + MOST_SECONDS, []
        for piece in pieces:
            texts.append(piece.text.strip())
            if time.monotonic() > until:
                break
        return Draft(" ".join(texts).strip(), language, surely)

    def _language_of(self, model: Any, samples: Any) -> tuple[str, float]:
        first, surely, all_of_them = model.detect_language(samples)
        among = [(share, each) for each, share in all_of_them or () if each in self._languages]
        share, language = max(among, default=(surely, first))
        return language, round(float(share), 2)

    def _usable(self) -> Any:
        """A folder that is wrong is not read again at every recording: it may hold gigabytes."""
        if self._trouble and time.monotonic() < self._trouble[0]:
            raise self._trouble[1]
        try:
            return self._model
        except VoiceUnavailable as error:
            self._trouble = (time.monotonic() + _SECONDS_OFF, error)
            raise

    @cached_property
    def _model(self) -> Any:
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise _unusable("the extra `transcripts` is not installed") from error
        check(self._folder)
        return WhisperModel(
            str(self._folder), device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True
        )


def check(folder: Path) -> None:
    """Compare every file of the folder with its SHA-256; raises VoiceUnavailable, which names the first that is wrong."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise _unusable(f"it has no {SUMS}; write one: sha256sum * > {SUMS}") from error
    sums = {name.lstrip("*"): digest for digest, name in (line.split(maxsplit=1) for line in lines if line)}
    there = {path.name for path in folder.iterdir() if path.is_file()} - {SUMS}
    for name in sorted({MODEL, *there, *sums}):
        if _digest(folder / name) != sums.get(name):
            raise _unusable(f"{name} is not the file that {SUMS} lists")


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def _unusable(why: str) -> VoiceUnavailable:
    return VoiceUnavailable(f"The model folder in MEMBERLINE_WHISPER cannot be used: {why}.", _SECONDS_OFF)
