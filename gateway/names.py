"""How names are spelt for looking up: one Latin spelling for all scripts, tolerant of the ways a name is written.

Kept beside the name in `members.search` and `units.search` and compared by trigrams, so that रमेश, Ramesh and "Ramess" find
each other. Pure; what people see is always the name as it was given.
"""

from __future__ import annotations

import re

from anyascii import anyascii

LONGEST = 400

# Letters that are heard alike, or that one person writes and the next leaves out. Order matters: longer ones first.
_ALIKE = (
    ("ksh", "x"),
    ("chh", "c"),
    ("ch", "c"),
    ("sh", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("bh", "b"),
    ("gh", "g"),
    ("kh", "k"),
    ("jh", "j"),
    ("ee", "i"),
    ("oo", "u"),
    ("ou", "u"),
    ("aa", "a"),
    ("w", "v"),
    ("z", "j"),
    ("q", "k"),
    ("y", "i"),
)
_DOUBLED = re.compile(r"(.)\1+")
_WORD = re.compile(r"[a-z0-9]+")
_SILENT_END = re.compile(r"(?<=[^aeiou0-9])a$")  # Rama, Ram: the last a is written by some


def search_key(name: str) -> str:
    """Return the spelling by which a name is looked up: lower-case Latin words, alike letters as one.

    Of every 400 letters no more are kept. "" for a name without a letter.
    """
    words = _WORD.findall(anyascii(name).lower().replace("'", ""))
    return " ".join(filter(None, map(_plain, words)))[:LONGEST]


def _plain(word: str) -> str:
    for written, heard in _ALIKE:
        word = word.replace(written, heard)
    return _SILENT_END.sub("", _DOUBLED.sub(r"\1", word))
