"""How many SMS a text takes, and cutting it to a number of them: GSM-7 or UCS-2 (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

from itertools import accumulate, takewhile

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")  # two places each
GSM_ALONE, GSM_PART = 160, 153
UCS_ALONE, UCS_PART = 70, 67
MORE = "..."


def segments(text: str) -> int:
    """Return how many SMS the text is sent and paid as; an empty text is one."""
    alone, part = _limits(text)
    length = _length(text)
    return 1 if length <= alone else -(-length // part)


def cut(text: str, at_most: int) -> str:
    """Shorten a text at a word so that it takes at most this many SMS; what was cut is marked by three dots."""
    if segments(text) <= at_most:
        return text
    alone, part = _limits(text)
    room = (alone if at_most == 1 else part * at_most) - len(MORE)
    kept = _fitting(text, room)
    words = kept.rsplit(maxsplit=1) if not text[len(kept)].isspace() else [kept, ""]
    return (words[0] if len(words) > 1 else kept).rstrip() + MORE


def _fitting(text: str, room: int) -> str:
    plain = is_gsm(text)
    ends = accumulate(_weight(letter, plain) for letter in text)
    return text[: sum(1 for _ in takewhile(lambda end: end <= room, ends))]


def _limits(text: str) -> tuple[int, int]:
    return (GSM_ALONE, GSM_PART) if is_gsm(text) else (UCS_ALONE, UCS_PART)


def is_gsm(text: str) -> bool:
    """Say whether the text goes in the plain letters of GSM-7; one letter beyond them makes all of it UCS-2."""
    return all(letter in BASIC or letter in EXTENDED for letter in text)


def _length(text: str) -> int:
    plain = is_gsm(text)
    return sum(_weight(letter, plain) for letter in text)


def _weight(letter: str, is_plain: bool) -> int:
    if is_plain:
        return 2 if letter in EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1
