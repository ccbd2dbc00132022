"""How names are spelt for looking up: one Latin spelling for all scripts, tolerant of the ways a name is written.

Kept beside the name in `members.search` and `units.search` and compared by trigrams, so that रमेश, Ramesh and "Ramess" find
each other. Pure; what people see is always the name as it was given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from gateway.names_scripts import read_arabic, read_indic

LONGEST = 400

# Letters that are heard alike, or that one person writes and the next leaves out. Order matters: longer ones first.
_ALIKE = (
    ("ksh", "ks"),
    ("x", "ks"),
    ("chh", "c"),
    ("ch", "c"),
    ("ck", "k"),
    ("sh", "s"),
    ("ph", "f"),
    ("th", "t"),
    ("dh", "d"),
    ("bh", "b"),
    ("gh", "g"),
    ("kh", "k"),
    ("jh", "j"),
    ("jn", "gy"),
    ("ee", "i"),
    ("oo", "u"),
    ("ow", "au"),
    ("ou", "au"),
    ("aa", "a"),
    ("ei", "ai"),
    ("ey", "ai"),
    ("w", "b"),
    ("v", "b"),
    ("z", "j"),
    ("q", "k"),
)
# Whole words that no rule brings together, as `_folded` leaves them.
_SAME = {
    "md": "mahmad",
    **dict.fromkeys(("ahmed", "ahmet", "ahamed", "ahmadu"), "ahmad"),
    **dict.fromkeys(("hasain", "husen", "hasen", "husin", "husaini"), "husain"),
    **dict.fromkeys(("jausuf", "jusaf", "jasuf", "jusufu"), "jusuf"),
    **dict.fromkeys(("asman", "osman", "usmanu"), "usman"),
    **dict.fromkeys(("omar", "umaru", "umer"), "umar"),
    **dict.fromkeys(("fatema", "fatuma", "fatma", "fatumata"), "fatima"),
    **dict.fromkeys(("aiesa", "aisatu"), "aisa"),
    **dict.fromkeys(("sinh", "sinha", "simh", "simha"), "sing"),
    "berma": "barma",
    **dict.fromkeys(("cauduri", "caduri", "cadri"), "caudri"),
    "begum": "begam",
    "mukerji": "mukarji",
    **dict.fromkeys(("narian", "naraian"), "narain"),
    **dict.fromkeys(("ebrahim", "ibrahima", "ibrahimu"), "ibrahim"),
    **dict.fromkeys(("jasaf", "jusef"), "jasef"),
    **dict.fromkeys(("seik", "sek"), "saik"),
    **dict.fromkeys(("lakmi", "laki"), "laksmi"),
    **dict.fromkeys(("kisan", "krisan"), "krisna"),
}
_WORD = re.compile(r"[a-z0-9]+")
_DOUBLED = re.compile(r"(.)\1+")
_UNSAID_A = re.compile(r"(?<=[aeiou])([^aeiou0-9])a(?=([^aeiou0-9])[aeiou])")  # Kam(a)la, Jan(a)ki
_SAID_BEFORE_LIPS = re.compile(r"n(?=[bpm])")  # Ambedkar, Anbedkar: one point above the line for both
_INDRA = re.compile(r"[ei]nd(?:[aei]r|ra?)$")  # Rajendra, Rajender, Rajinder
_MOHAMMED = re.compile(r"m[aou]?h[aeu]?m?[ae]?d[ui]?")  # more ways to write it than a list holds
_LAST_Y = re.compile(r"(?<=[^aeiou])y$")
_HARD_C = re.compile(r"c(?![hk])")


def search_key(name: str) -> str:
    """Return the spelling by which a name is looked up: lower-case Latin words, alike letters as one.

    Of every 400 letters no more are kept. "" for a name without a letter.
    """
    latin = anyascii(read_arabic(read_indic(unicodedata.normalize("NFC", name))))
    words = _WORD.findall(latin.lower().replace("'", ""))
    return " ".join(filter(None, map(_folded, words)))[:LONGEST]


@lru_cache(maxsize=8192)  # a list says the same words again and again
def _folded(word: str) -> str:
    if not word.isalpha():
        return word  # a code: BO777 is not BO77
    word = _HARD_C.sub(lambda found: "k" if _is_hard(word, found.end()) else "s", word)
    for written, heard in _ALIKE:
        word = word.replace(written, heard)
    word = word.replace("eh", "ah") if "eh" in word[:-2] else word  # Rehman, Mehboob
    if len(word) > 4 and word.endswith("ah"):
        word = word[:-1]  # Fatimah, Abdullah
    word = "j" + word[1:] if word.startswith("y") else word  # Yadav, Jadab
    word = _LAST_Y.sub("i", word)
    word = _SAID_BEFORE_LIPS.sub("m", _DOUBLED.sub(r"\1", word))
    word = _without_unsaid(word).replace("y", "i")
    word = word[:1] + word[1:].replace("o", "a")  # Mondal, Mandal; but Otieno is not Atieno
    word = _INDRA.sub("endr", _DOUBLED.sub(r"\1", word))
    return "mahmad" if _MOHAMMED.fullmatch(word) else _SAME.get(word, word)


def _is_hard(word: str, at: int) -> bool:
    return at == len(word) or word[at] not in "eiy"


def _without_unsaid(word: str) -> str:
    at = 0
    while found := _UNSAID_A.search(word, at):
        at = found.end()
        if found[1] != found[2]:
            word, at = word[: at - 1] + word[at:], at - 1
    return word
