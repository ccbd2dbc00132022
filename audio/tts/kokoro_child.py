"""The program that speaks with Kokoro, in a process of its own: its half gigabyte ends with it. Started by
`audio.tts.kokoro` only, which has checked the folder.

One JSON line in (`voice`, `pieces` of token numbers, `speed`), one answer out: a letter (W a WAV file, E a
sentence), four bytes of length, big-endian, then so many bytes. Ends when its standard input ends.
"""

import io
import json
import os
import struct
import sys
import wave
from pathlib import Path
from typing import Any

import numpy
import onnxruntime

_RATE = 24_000
_STYLES, _WIDTH = 510, 256
_BEHIND_CALLS = 10


class Engine:
    """The loaded model; a second or more, and half a gigabyte."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # calls want the cores
        self.session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.styles: dict[str, Any] = {}

    def speak(self, voice: str, pieces: list[list[int]], speed: float) -> bytes:
        """Return a WAV file; raises ValueError with a sentence."""
        styles = self._styles(voice)
        sounds = [self._sound(styles[min(len(tokens), _STYLES) - 1], tokens, speed) for tokens in pieces]
        sound = numpy.concatenate(sounds)
        if not (sound.size and numpy.isfinite(sound).all()):
            raise ValueError("Kokoro made no sound of this text.")
        return _file((numpy.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())

    def _sound(self, style: Any, tokens: list[int], speed: float) -> Any:
        given = {
            "tokens": numpy.array([[0, *tokens, 0]], dtype=numpy.int64),
            "style": style.reshape(1, _WIDTH),
            "speed": numpy.array([speed], dtype=numpy.float32),
        }
        return self.session.run(None, given)[0].ravel()

    def _styles(self, voice: str) -> Any:
        """A voice is a table of styles: which is used depends on how long the text is."""
        if voice not in self.styles:
            self.styles[voice] = numpy.fromfile(self.folder / voice, dtype="<f4").reshape(_STYLES, _WIDTH)
        return self.styles[voice]


def _file(pcm: bytes) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(pcm)
    return target.getvalue()


def answer(engine: Engine, line: bytes) -> bytes:
    """Return the framed answer to one request line."""
    try:
        request = json.loads(line)
        kind, body = b"W", engine.speak(request["voice"], request["pieces"], request["speed"])
    except (
        ValueError,
        KeyError,
        OSError,
    ) as error:  # any other trouble ends this program; another is started
        kind, body = b"E", str(error).encode()[:1000]
    return kind + struct.pack(">I", len(body)) + body


def main() -> None:
    """Answer requests until standard input ends."""
    os.nice(_BEHIND_CALLS)
    engine = Engine(Path(sys.argv[1]))
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(engine, line))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
