"""What a broadcast may say: how long, and whether there is anything in it to hear or to read. Decides, changes nothing."""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from flows.sms_text import segments
from gateway.deliveries.owe import SMS, VOICE
from gateway.errors import Conflict

LONGEST_TITLE, LONGEST_TEXT, LONGEST_SMS = 200, 2000, 6
_BREAKS = "\n\r\t"


class Wrong(enum.StrEnum):
    """What is wrong with a text."""

    TOO_LONG = "too-long"
    TOO_MANY_PARTS = "too-many-parts"
    NOTHING_TO_HEAR = "nothing-to-hear"  # signs and pictures alone: no voice can say them
    NOTHING_TO_READ = "nothing-to-read"
    UNWRITABLE = "unwritable"  # control characters, which neither the database nor a phone takes


_SAID = {
    Wrong.TOO_LONG: f"is longer than {LONGEST_TEXT} letters",
    Wrong.TOO_MANY_PARTS: f"would be more than {LONGEST_SMS} SMS each",
    Wrong.NOTHING_TO_HEAR: "has no word that can be spoken",
    Wrong.NOTHING_TO_READ: "has nothing that can be read",
    Wrong.UNWRITABLE: "has characters that cannot be sent",
}


def wrong_with(kind: str, text: str) -> Wrong | None:
    """Say what is wrong with a text that is heard or read; None where nothing is, or where there is no text."""
    if not text:
        return None
    if len(text) > LONGEST_TEXT:
        return Wrong.TOO_LONG
    if not is_writable(text):
        return Wrong.UNWRITABLE
    if kind == VOICE:
        return None if any(letter.isalnum() for letter in text) else Wrong.NOTHING_TO_HEAR
    if not any(unicodedata.category(letter)[0] in "LNPSM" for letter in text):
        return Wrong.NOTHING_TO_READ
    return Wrong.TOO_MANY_PARTS if segments(text) > LONGEST_SMS else None


def is_writable(text: str) -> bool:
    """Whether it can be kept and sent: no control characters but breaks, no half of a pair."""
    return all(letter in _BREAKS or unicodedata.category(letter) not in ("Cc", "Cs") for letter in text)


def check_words(
    kind: str, title: str, texts: Mapping[str, Any], sounds: Mapping[str, Any], fallback: Mapping[str, Any]
) -> None:
    """Raise Conflict where something is missing or too long; its code is the field of the form."""
    if kind not in (VOICE, SMS):
        raise Conflict("a broadcast is voice or sms")
    if not title.strip() or len(title) > LONGEST_TITLE or not is_writable(title):
        raise Conflict(f"a broadcast needs a title of at most {LONGEST_TITLE} letters", "title")
    for language, text in texts.items():
        wrong = wrong_with(kind, str(text).strip())
        if wrong is not None and not (wrong is Wrong.NOTHING_TO_HEAR and sounds.get(language)):
            raise Conflict(f"the text in {language} {_SAID[wrong]}", f"text-{language}")
    for language, text in fallback.items():
        if (wrong := wrong_with(SMS, str(text).strip())) is not None:
            raise Conflict(f"the SMS in {language} {_SAID[wrong]}", f"fallback-{language}")
    if not any(str(text).strip() for text in texts.values()) and not (kind == VOICE and any(sounds.values())):
        or_sound = " or a sound" if kind == VOICE else ""
        raise Conflict(f"a broadcast needs words in at least one language{or_sound}")


def check_course(
    now: datetime, scheduled_at: datetime | None, expires_at: datetime | None, budget: Decimal | None
) -> None:
    """Raise Conflict where it would be over before it begins, or may cost nothing."""
    if expires_at is not None and expires_at <= max(now, scheduled_at or now):
        raise Conflict("a broadcast ends after it begins: choose a later end", "expires")
    if budget is not None and budget <= 0:
        raise Conflict("a budget is more than nothing; leave it out for none", "budget")
