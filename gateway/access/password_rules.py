"""Which passwords are refused: too short, among the commonest, made of one's own names, or a run of keys. Pure.

As NIST SP 800-63B has it: length counts, no demand for signs or capitals, no change by the calendar, pasting is welcome, and
what is known to be tried first is refused. The list of the commonest is not shipped but made: their words, alone or two
together, with the figures, years and signs that people put around them and in place of letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

SHORTEST, LONGEST = 10, 200
SHORT, LONG, COMMON, YOURS, RUN = "short", "long", "common", "yours", "run"

# What leaked lists begin with, here and elsewhere.
_WORDS = """
    password passwort passcode passwd pass admin administrator root user guest login welcome hello test testing demo
    default changeme letmein master secret access system server office computer internet google facebook whatsapp
    qwerty qwertyuiop asdf asdfgh asdfghjkl zxcvbn zxcvbnm abc abcd abcde abcdef iloveyou love lovely sweet angel baby
    princess sunshine monkey dragon football cricket superman batman pokemon shadow michael jordan summer winter
    india indian bharat hindustan delhi mumbai kolkata kenya nairobi jaihind jai hind namaste mata ram sitaram
    shriram jaishreeram krishna radhe radha ganesh hanuman shiva om omsairam sairam allah bismillah jesus waheguru
    maa mummy papa mother father family friend pyaar jaan sachin dhoni virat kohli priya rahul raj
    member memberline staff coordinator organisation organization sangathan sangh
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
"""
COMMON_WORDS = frozenset(_WORDS.split())
KEYBOARD = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qazwsxedcrfvtgbyhnujm",
)
LOOKALIKES = str.maketrans(
    {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"}
)
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_LETTERS = re.compile(r"[\W\d_]+")


def why_refused(password: str, own: Iterable[str] = ()) -> str | None:
    """Return why this password is refused, None where it may be used; `own` are names that others know of."""
    if len(password) < SHORTEST:
        return SHORT
    if len(password) > LONGEST:
        return LONG
    plain = password.casefold()
    if _is_run(plain):
        return RUN
    if _is_mostly(plain, _parts(own)):
        return YOURS
    return COMMON if _is_common(plain) else None


def _is_common(plain: str) -> bool:
    """Whether nothing is left but common words, figures and signs; letters may be written as figures."""
    cores = {_LETTERS.sub("", plain), _LETTERS.sub("", _AROUND.sub("", plain).translate(LOOKALIKES))}
    cores |= {_LETTERS.sub("", plain.translate(LOOKALIKES))}
    return any(_is_of_common_words(core) for core in cores)


def _is_of_common_words(core: str, left: int = 2) -> bool:
    if core in COMMON_WORDS or not core:
        return True
    ends = range(1, len(core))
    return left > 1 and any(
        core[:end] in COMMON_WORDS and _is_of_common_words(core[end:], left - 1) for end in ends
    )


def _is_run(plain: str) -> bool:
    """Whether it says little: a few signs, one piece again and again, a row of the keyboard."""
    if len(set(plain)) <= 4:
        return True
    pieces = range(1, len(plain) // 2 + 1)
    if any(len(plain) % size == 0 and plain == plain[:size] * (len(plain) // size) for size in pieces):
        return True
    steps = {ord(after) - ord(before) for before, after in zip(plain, plain[1:], strict=False)}
    return steps in ({1}, {-1}) or any(plain in row * 2 or plain in row[::-1] * 2 for row in KEYBOARD)


def _is_mostly(plain: str, parts: set[str]) -> bool:
    """Whether these names are in it and hardly anything else."""
    left = plain
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "")
    return left != plain and len(_LETTERS.sub("", left)) < 4


def _parts(own: Iterable[str]) -> set[str]:
    words = {word for text in own for word in re.split(r"[\W_]+", text.casefold())}
    whole = {_LETTERS.sub("", text.casefold()) for text in own}
    return {each for each in words | whole if len(each) >= 4}
