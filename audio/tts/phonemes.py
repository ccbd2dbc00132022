"""From eSpeak's phonemes to the letters that Kokoro was trained on, with the stops of the text kept between them.

Kokoro writes a diphthong or an affricate as one letter (ties, here `^`, show which belong together); Hindi uses the
same letters. What eSpeak drops, commas and full stops, is what Kokoro makes its pauses of.
"""

import re
from dataclasses import dataclass

MOST_TOKENS = 200  # the model takes 510: then it hurries, and takes four times the memory
TIE = "^"
_STOP = re.compile(r"\s*([;:,.!?—…।॥۔؟،؛]+)\s*")
_SAME_STOPS = str.maketrans({"।": ".", "॥": ".", "۔": ".", "؟": "?", "،": ",", "؛": ";"})
_ONE_LETTER = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^z": "ʣ",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "ə^ʊ": "Q",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
}
_ENGLISH = {"e^ə": "ɛː", "i^ə": "ɪə", "r": "ɹ", "x": "k", "ɬ": "l", "ʲ": ""}
_OTHER_LANGUAGE = re.compile(r"\([a-z^-]+\)")  # eSpeak's mark where a word is read by another voice
_SYLLABIC = re.compile("(\\S)\u0329")


@dataclass(frozen=True)
class Section:
    """Some words and the stop after them, with the space that follows it."""

    words: str
    stop: str


def sections(text: str) -> list[Section]:
    """Cut a text at its stops; nothing but stops is no section."""
    parts = [*_STOP.split(text), ""]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return [Section(words, stop[:1].translate(_SAME_STOPS) + " ") for words, stop in pairs if words.strip()]


def spelled(ipa: str, accent: str) -> str:
    """Return eSpeak's phonemes in Kokoro's letters."""
    ipa = _OTHER_LANGUAGE.sub("", ipa)
    for old, new in {**_ONE_LETTER, **(_ENGLISH if accent.startswith("en") else {})}.items():
        ipa = ipa.replace(old, new)
    return _SYLLABIC.sub(r"ᵊ\1", ipa).replace(TIE, "").replace("-", "").strip()


def in_pieces(phonemes: str) -> list[str]:
    """Cut what is too long for the model at a stop, else between words, else anywhere."""
    pieces, rest = [], phonemes.strip()
    while len(rest) > MOST_TOKENS:
        cuts = (
            max(rest.rfind(stop, 0, MOST_TOKENS) for stop in (". ", "? ", "! ")),
            rest.rfind(" ", 0, MOST_TOKENS),
        )
        at = next((cut + 1 for cut in cuts if cut > 0), MOST_TOKENS)
        pieces.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*pieces, rest] if rest else pieces
