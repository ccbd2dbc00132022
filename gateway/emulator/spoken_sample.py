"""A sample with words in it: one invented problem per language, spoken by the eSpeak program of `audio`.

The program is run, not imported (its licence and its crashes stay in its own process); where it cannot run,
sample.py's wordless voice does. Called once for each language, when a page first holds a phone.
"""

import json
import struct
import subprocess
import sys

from gateway.emulator.tape import Pcm, read_wav

PROGRAM = (sys.executable, "-m", "audio.tts.espeak_child")
LONGEST_SECONDS = 15
SENTENCES = {
    "hi": "नमस्ते जी। हमारे टोले का हैंडपंप दस दिन से ख़राब है। पानी लाने दूसरे गाँव जाना पड़ता है। जल्दी ठीक करा दीजिए।",
    "bn": "নমস্কার। আমাদের পাড়ার কলটা দশ দিন ধরে খারাপ। জল আনতে অন্য গ্রামে যেতে হয়। তাড়াতাড়ি ঠিক করে দিন।",
    "en": "Hello. The hand pump in our hamlet has been broken for ten days. We fetch water from the next village. Please have it mended soon.",
}


def speak(language: str) -> Pcm | None:
    """The sentence of a language (Hindi for one we have none of), or None where it cannot be spoken here."""
    voice = language if language in SENTENCES else "hi"
    wanted = json.dumps({"text": SENTENCES[voice], "voice": voice, "words_per_minute": 150})
    try:
        answer = subprocess.run(
            PROGRAM, input=wanted.encode() + b"\n", capture_output=True, timeout=LONGEST_SECONDS, check=True
        ).stdout
        kind, size = struct.unpack(">cI", answer[:5])
        return read_wav(answer[5 : 5 + size]) if kind == b"W" else None
    except (OSError, subprocess.SubprocessError, struct.error, ValueError):
        return None
