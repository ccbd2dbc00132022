"""Cutting a text into pieces that the remote voice takes, at the ends of sentences where possible.

gTTS's own cutting knows neither the danda nor the Urdu full stop and tears Hindi sentences apart (speech.md 1).
"""

import re

PIECE = 100

_SENTENCES = re.compile(r"(?<=[।॥۔؟.?!;:,،])\s+|(?<=[।॥۔؟])")


def split(text: str) -> list[str]:
    """Return pieces of at most 100 characters, merged greedily; what has no stop is cut between words."""
    pieces: list[str] = []
    for sentence in filter(None, (part.strip() for part in _SENTENCES.split(text))):
        for part in _cut(sentence):
            if pieces and (len(pieces[-1]) + 1 + len(part) <= PIECE or not _is_spoken(part)):
                pieces[-1] = f"{pieces[-1]} {part}"[:PIECE]
            else:
                pieces.append(part)
    return pieces


def _is_spoken(part: str) -> bool:
    return any(letter.isalnum() for letter in part)


def _cut(sentence: str) -> list[str]:
    pieces = []
    while len(sentence) > PIECE:
        at = sentence.rfind(" ", 0, PIECE + 1)
        at = at if at > 0 else PIECE
        pieces.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*pieces, sentence] if sentence else pieces
