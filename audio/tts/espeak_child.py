"""The program that speaks with eSpeak NG, in a process of its own: its licence (GPL-3) stays there, and so does
any crash of the library. Started by `audio.tts.espeak` only.

One JSON line in (`text`, `voice`, `words_per_minute`; or `phonemes_of` some texts, `voice`), one answer out: a
letter (W a WAV file, P a JSON list of phonemes, E a sentence), four bytes of length, big-endian, then so many bytes.
Ends when its standard input ends.
"""

import ctypes
import io
import json
import struct
import sys
import wave
from typing import Any

import espeakng_loader

_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_RATE_PARAMETER, _BY_CHARACTER, _UTF8 = 1, 1, 1
_IPA_WITH_TIES = 0x02 | 0x80 | ord("^") << 8
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Engine:
    """The loaded library; it has one global state, hence one process for each user of it."""

    def __init__(self) -> None:
        self.pcm = bytearray()
        self.library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.samples_per_second = self.library.espeak_Initialize(_SYNCHRONOUS, 0, data, _NO_EXIT)
        if self.samples_per_second <= 0:
            raise SystemExit("eSpeak NG does not start")
        self._callback = _CALLBACK(self._collect)  # must outlive every call of the library
        self.library.espeak_SetSynthCallback(self._callback)
        self.library.espeak_TextToPhonemes.restype = ctypes.c_char_p

    def speak(self, text: str, voice: str, words_per_minute: int) -> bytes:
        """Return a WAV file; raises ValueError with a sentence."""
        self._choose(voice)
        self.library.espeak_SetParameter(_RATE_PARAMETER, words_per_minute, 0)
        self.pcm.clear()
        spoken = text.encode() + b"\0"
        size = ctypes.c_size_t(len(spoken))
        if self.library.espeak_Synth(spoken, size, 0, _BY_CHARACTER, 0, _UTF8, None, None) != 0:
            raise ValueError("eSpeak NG refused the text.")
        self.library.espeak_Synchronize()
        if not self.pcm:
            raise ValueError("eSpeak NG made no sound of this text.")
        return self._file()

    def phonemes(self, text: str, voice: str) -> str:
        """Return the text in the phonetic alphabet; raises ValueError with a sentence."""
        self._choose(voice)
        spoken = ctypes.create_string_buffer(text.encode())
        rest, clauses = ctypes.c_void_p(ctypes.addressof(spoken)), []
        while rest.value:
            found = self.library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA_WITH_TIES)
            clauses.append(found.decode(errors="replace"))
        return " ".join(filter(None, clauses))

    def _choose(self, voice: str) -> None:
        if self.library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"eSpeak NG has no voice {voice!r}.")

    def _collect(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count:
            self.pcm += ctypes.string_at(samples, count * 2)
        return 0

    def _file(self) -> bytes:
        target = io.BytesIO()
        with wave.open(target, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.samples_per_second)
            file.writeframes(self.pcm)
        return target.getvalue()


def answer(engine: Engine, line: bytes) -> bytes:
    """Return the framed answer to one request line."""
    try:
        request = json.loads(line)
        if "phonemes_of" in request:
            said = [engine.phonemes(text, request["voice"]) for text in request["phonemes_of"]]
            kind, body = b"P", json.dumps(said).encode()
        else:
            kind, body = b"W", engine.speak(request["text"], request["voice"], request["words_per_minute"])
    except (ValueError, KeyError) as error:
        kind, body = b"E", str(error).encode()
    return kind + struct.pack(">I", len(body)) + body


def main() -> None:
    """Answer requests until standard input ends."""
    engine = Engine()
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(answer(engine, line))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
