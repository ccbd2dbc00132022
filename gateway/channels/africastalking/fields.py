"""Reading one post's fields: bounds, cleaning, and the three spellings of null. Pure; used by the parsers here.

Whatever a stranger puts into a form ends as a short clean string, None, or CallbackInvalid that names the field
and never its value (reliability.md C2, africastalking.md 0.12).
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Mapping

from gateway.errors import CallbackInvalid

logger = logging.getLogger(__name__)

LONGEST = 4096
LONGEST_ID = 128
LONGEST_TEXT = 65_536  # the whole form's limit: a member's words are never cut
LONGEST_RAW = 100  # fields kept of one post

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses NUL, UTF-8 refuses lone surrogates


def clean(text: str) -> str:
    """Remove what cannot be stored: NUL and lone surrogates."""
    return UNSTORABLE.sub("", text)


def optional(form: Mapping[str, str], name: str, longest: int = LONGEST) -> str | None:
    """Return the field, None where it is absent, empty or the word "None"; raises CallbackInvalid when too long."""
    value = clean(form.get(name) or "").strip()
    if len(value) > longest:
        raise CallbackInvalid(f"{name} is too long")
    return None if value in ("", "None") else value


def required(form: Mapping[str, str], name: str, longest: int = LONGEST) -> str:
    """Return the field; raises CallbackInvalid where it is null or too long."""
    value = optional(form, name, longest)
    if value is None:
        raise CallbackInvalid(f"{name} is missing")
    return value


def written(form: Mapping[str, str], name: str) -> str:
    """Return people's words as they are ("None" is a word here); raises CallbackInvalid where the field is absent."""
    value = form.get(name)
    if value is None:
        raise CallbackInvalid(f"{name} is missing")
    if len(value) > LONGEST_TEXT:
        raise CallbackInvalid(f"{name} is too long")
    return clean(value)


def raw(form: Mapping[str, str]) -> dict[str, str]:
    """Copy the post for keeping beside the event: cleaned, unknown fields too, each cut at the form's limit."""
    pairs = list(form.items())[:LONGEST_RAW]
    return {clean(name)[:LONGEST_ID]: clean(value)[:LONGEST_TEXT] for name, value in pairs}


@functools.lru_cache(maxsize=256)
def note_unknown(kind: str, word: str) -> None:
    """Log a word of the provider that our dictionaries lack, once a process; it maps to *unknown*."""
    shown = word if re.fullmatch(r"[A-Za-z_ ]{1,40}", word) else "(unprintable)"
    logger.warning("Provider uses an unknown word %s=%s", kind, shown, extra={"provider": "africastalking"})
