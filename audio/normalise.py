"""Guards before synthesis: what may be spoken at all, and the one spelling that keys are made of.

Numbers, dates and codes are the words' work, long before (speech.md 4); nothing is expanded here.
Called by the clip keys, so that two spellings of one text share a clip, and by every voice.
"""

import re
import unicodedata

from audio.errors import ClipError

MAX_CHARACTERS = 1000
LANGUAGES = frozenset(  # one line is easier to compare than forty
    "af am ar as bho bn en fr gu ha hi ig kn mai ml mr my ne om or pa pt sd si so sw ta te ti ur yo zu".split()  # noqa: SIM905
)

# Zero-width joiners (U+200C, U+200D) shape Indic letters and stay; direction marks, controls and halves of letters go.
_UNSPOKEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]"
)


def normalise(text: str) -> str:
    """Return the text in NFC with single spaces and without control characters.

    Raises ClipError where nothing is left to speak, or more than 1,000 characters.
    """
    spoken = " ".join(_UNSPOKEN.sub("", unicodedata.normalize("NFC", text)).split())
    if not any(letter.isalnum() for letter in spoken):
        raise ClipError("There is nothing to speak in this text.")
    if len(spoken) > MAX_CHARACTERS:
        raise ClipError(f"The text has {len(spoken)} characters; one piece may have {MAX_CHARACTERS}.")
    return spoken


def check_language(language: str) -> str:
    """Return the language code where audio knows it (ISO 639), else raise ClipError."""
    if language not in LANGUAGES:
        raise ClipError(f"No voice is known for the language {language[:20]!r}.")
    return language
