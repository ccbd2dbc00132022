"""Keys and written answers as people make them: any script's digits, YES in three languages, doubled keys."""

from __future__ import annotations

import unicodedata

LONGEST = 32  # keys looked at; whoever sends more leans on the keypad


def composed(text: str) -> str:
    """Return the text in one spelling: the same letter may be typed in one piece or in two."""
    return unicodedata.normalize("NFC", text).casefold()


YES = frozenset(
    composed(
        "yes y ya ok okay haan ha han haa ji hyan hya hae ndiyo ndio हाँ हां हा जी ठीक হ্যাঁ হ্যা হা জি ঠিক"
    ).split()
)
NO = frozenset(composed("no n nahi nahin nhi na naa nai hapana नहीं नही ना न না নয় নাই").split())


def ascii_digits(text: str) -> str:
    """Return the text with every script's digits as 0-9."""
    return "".join(_ascii(letter) for letter in text)


def entry(keys: str, count: int) -> str:
    """Return the keys as meant: no finish key, and one key asked for counts once however often it came (D29)."""
    known = "".join(key for key in ascii_digits(keys[:LONGEST]) if key in "0123456789*")
    if count == 1 and known and set(known) == {known[0]}:
        return known[0]
    return known


def keys_of_text(text: str) -> str:
    """Return the key that a written answer stands for: its digits, 1 for yes, 2 for no, else nothing."""
    word = plain(text)
    if word in YES:
        return "1"
    if word in NO:
        return "2"
    digits = ascii_digits(word)
    return digits if digits.isascii() and digits.isdigit() else ""


def plain(text: str) -> str:
    """Return a message as one lower-case phrase without the punctuation and spaces around and between words."""
    return " ".join("".join(_letter(letter) for letter in composed(text)).split())


def _ascii(letter: str) -> str:
    value = unicodedata.decimal(letter, None)
    return letter if value is None else str(value)


def _letter(letter: str) -> str:
    if unicodedata.category(letter)[0] in "LMN":
        return letter
    # joiners and selectors are typed by some keyboards inside a word and are never seen
    return "" if unicodedata.category(letter) == "Cf" else " "
