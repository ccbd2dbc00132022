"""The operator's folder of Kokoro: its manifest read and every file of it checked before anything is loaded.

`manifest.json` names the narrator of each language and the SHA-256 of each file:
`{"narrators": {"hi": "hf_alpha"}, "sha256": {"model.onnx": "…", "vocabulary.json": "…", "hf_alpha.bin": "…"}}`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from audio.errors import ClipError, VoiceUnavailable

MANIFEST, MODEL, VOCABULARY = "manifest.json", "model.onnx", "vocabulary.json"
_NARRATOR = re.compile(r"[a-z]{2}_[a-z0-9]{1,30}")
_SECONDS_OFF = 600.0


class KokoroFolder:
    """What the folder says; everything wrong with it is a VoiceUnavailable of one line that names the file."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def narrator_of(self, language: str) -> str:
        """Return the one narrator of that language; raises ClipError where the folder has none."""
        narrator = self._narrators.get(language)
        if not narrator:
            raise ClipError(f"The Kokoro folder has no narrator for {language!r}.")
        return narrator

    def narrators(self) -> Mapping[str, str]:
        """Return the narrator of each language; none where the folder is not usable, which the voice itself will say."""
        try:
            return self._narrators
        except VoiceUnavailable:
            return {}

    def tokens(self, phonemes: str) -> list[int]:
        """Return the model's numbers of these phonemes; what the model never learnt is left out."""
        return [self._vocabulary[each] for each in phonemes if each in self._vocabulary]

    def checked(self) -> Path:
        """Return the folder after every file that is used was compared with its SHA-256."""
        expected = self._manifest["sha256"]
        for name in (MODEL, VOCABULARY, *(f"{each}.bin" for each in sorted(set(self._narrators.values())))):
            if _digest(self._path / name) != expected.get(name):
                raise _unusable(f"{name} is not the file that {MANIFEST} lists")
        return self._path

    @property
    def _path(self) -> Path:
        if self._folder is None:
            raise _unusable("MEMBERLINE_KOKORO is empty")
        return self._folder

    @cached_property
    def _manifest(self) -> Mapping[str, Any]:
        manifest = self._read(MANIFEST)
        if not all(isinstance(manifest.get(part), dict) for part in ("narrators", "sha256")):
            raise _unusable(f"{MANIFEST} lacks narrators or sha256")
        return manifest

    @cached_property
    def _narrators(self) -> Mapping[str, str]:
        narrators = self._manifest["narrators"]
        for each in narrators.values():
            if not (isinstance(each, str) and _NARRATOR.fullmatch(each)):
                raise _unusable(f"{MANIFEST} names a narrator that cannot be one: {str(each)[:40]!r}")
        return dict(narrators)

    @cached_property
    def _vocabulary(self) -> Mapping[str, int]:
        vocabulary = self._read(VOCABULARY)
        if not all(isinstance(number, int) for number in vocabulary.values()):
            raise _unusable(f"{VOCABULARY} is no table of numbers")
        return vocabulary

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self._path / name).read_bytes())
        except (OSError, ValueError):
            raise _unusable(f"{name} cannot be read") from None
        if not isinstance(found, dict):
            raise _unusable(f"{name} is no table")
        return found


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _unusable(what: str) -> VoiceUnavailable:
    return VoiceUnavailable(f"Kokoro cannot speak: {what}.", _SECONDS_OFF)
