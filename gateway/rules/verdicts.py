"""The answers of the rules: values, not exceptions (house.md 9). Rooms match on them and keep the code with the delivery.

Held means the same question may be answered differently later; Refused means not for this delivery.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Reason(enum.StrEnum):
    """Why a contact is held or refused: a closed list of stable codes, shown to staff in their own words."""

    # refused: it concerns the member, the number or the words
    NUMBER_UNUSABLE = "number-unusable"
    SUPPRESSED = "suppressed"
    OPTED_OUT = "opted-out"
    NO_CONSENT = "no-consent"
    NO_WORDS = "no-words"
    LANGUAGE = "language"
    NOT_SCRUBBED = "not-scrubbed"
    RESTING = "resting"
    LONG_SILENCE = "long-silence"
    # refused: it concerns the broadcast
    STOPPED = "stopped"
    EXPIRED = "expired"
    NOT_APPROVED = "not-approved"
    CONTENT_CHANGED = "content-changed"
    NO_CERTIFICATE = "no-certificate"
    ATTEMPTS_USED = "attempts-used"
    # refused: a ring that is not answered by a call
    FOREIGN = "foreign"
    PREMIUM = "premium"
    LANDLINE = "landline"
    JUST_RANG = "just-rang"
    CALL_BACK_CAP = "call-back-cap"
    # held: may be asked again
    PAUSED = "paused"
    SILENCE_PERIOD = "silence-period"
    OUTSIDE_WINDOW = "outside-window"
    FREQUENCY_CAP = "frequency-cap"
    BUDGET = "budget"


@dataclass(frozen=True)
class Allowed:
    """Go ahead, now."""


@dataclass(frozen=True)
class Held:
    """Not now. Ask again at `until` (UTC), or when staff change something where it is None."""

    reason: Reason
    until: datetime | None = None


@dataclass(frozen=True)
class Refused:
    """Not for this delivery."""

    reason: Reason
