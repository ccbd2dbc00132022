"""Everything the guard must know about one contact, fetched before by the room that wants to make it.

What concerns the member has no default, so that no caller forgets it; what concerns a broadcast is absent by default, and
absence refuses (no approval, no certificate).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.profiles import Profile
from gateway.rules.silence import Silence


class Suppressed(enum.StrEnum):
    """Why a number is on the suppression list; reasons are kept apart (rules.md L7). Several: pass COURT if it is one."""

    OPT_OUT = "opt-out"
    DO_NOT_DISTURB = "do-not-disturb"
    INVALID = "invalid"
    RECYCLED = "recycled"
    COMPLAINT = "complaint"
    COURT = "court"


@dataclass(frozen=True)
class Certificate:
    """A committee's certificate for exactly one content (rules.md L3); `content_hash` is that of the certified sound."""

    number: str
    issuer: str
    valid_until: datetime
    content_hash: str

    @property
    def is_complete(self) -> bool:
        return bool(self.number.strip() and self.issuer.strip() and self.content_hash)


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How often we may come: 1 broadcast a day, 3 a week, 6 attempts a broadcast (rules.md L9); 3 attempts a day (2.2)."""

    broadcasts_today: int = 1
    broadcasts_this_week: int = 3
    attempts_today: int = 3
    attempts_in_broadcast: int = 6


@dataclass(frozen=True, kw_only=True)
class Used:
    """How often we came to this number already, over all members and units that share it.

    Broadcasts: *others* than this one, in the local day and in the seven days before now. Attempts: those that may have
    rung; one the network never took does not count.
    """

    broadcasts_today: int = 0
    broadcasts_this_week: int = 0
    attempts_today: int = 0
    attempts_in_broadcast: int = 0

    def is_within(self, caps: Caps) -> bool:
        return (
            self.broadcasts_today < caps.broadcasts_today
            and self.broadcasts_this_week < caps.broadcasts_this_week
            and self.attempts_today < caps.attempts_today
        )


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact at the instant `at` (UTC).

    `is_opted_out` and `suppressed` by opt-out: for an answer to a report pass them only where the opt-out came after the
    report, since a report made later is a request again (voice_design.md 1.3). `unit_path` is the member's own unit.
    `is_proven`: the ledger can show this consent (`rules.consent.proven`); `scrubbed_at` is when the register last answered
    about this number; `left_at` when somebody last opted out on it, also where that was lifted since. `is_silent`: so many
    broadcasts came to nothing on it that it rests (`rules.habits.is_resting`).
    `content_hash` is that of words and clips as they are now, `approved_hash` as they were approved. `has_budget` says
    whether the estimate fits every ceiling (reliability.md A9); the reservation itself is SQL's. `is_paused` and
    `is_stopped` are the broadcast's, `is_switched_off` is the whole house's.
    """

    reason: ContactReason
    message_class: MessageClass
    kind: Kind
    at: datetime
    profile: Profile
    consent: ConsentState
    unit_path: str
    silences: Sequence[Silence]
    suppressed: Suppressed | None
    is_usable: bool
    is_opted_out: bool
    is_introduced: bool = False
    is_proven: bool = False
    scrubbed_at: datetime | None = None
    left_at: datetime | None = None
    is_silent: bool = False
    language: str | None = None
    has_words: bool = True
    content_hash: str | None = None
    approved_hash: str | None = None
    certificate: Certificate | None = None
    used: Used = Used()
    caps: Caps = Caps()
    has_budget: bool = True
    is_paused: bool = False
    is_stopped: bool = False
    is_switched_off: bool = False
    expires_at: datetime | None = None
    open_all_day: bool = False
