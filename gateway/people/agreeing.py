"""What a list's word on consent comes to, given the ledger and the suppression list (rules.md L5, L7). Pure.

The state itself is `rules.consent.derive`'s; here it is decided whether the list may write into the ledger at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.rules.consent import EVERYTHING, GIVEN, WITHDRAWN, ConsentState, Entry, derive, expiry
from gateway.store.suppressions import OPTED_OUT


@dataclass(frozen=True, slots=True)
class Judged:
    """`entry` is to be written, None where nothing is; `state` is what the ledger comes to; `note` is a code for people.

    `suppression` is why the number may not be contacted, where that is what the note is about.
    """

    entry: Entry | None
    state: ConsentState
    note: str = ""
    owes_introduction: bool = False
    suppression: str = ""


def judge(
    how: str,
    agreed_at: datetime | None,
    ledger: Sequence[Entry],
    suppression: str | None,
    now: datetime,
    lasts_days: int = 0,
) -> Judged:
    """Decide what an import enters for one member. A list never brings back whom a withdrawal or opt-out ended.

    `how` is a word of the contract or "" for none; `agreed_at` None means today. The same word of the same day is
    entered once, so that a list may be imported again. What was agreed to longer ago than a consent lasts is not entered.
    """
    state = derive(ledger, now)
    if not how or _is_entered(how, agreed_at, ledger):
        return Judged(None, state)
    if any(entry.action == WITHDRAWN for entry in ledger):
        return Judged(None, state, "" if state >= ConsentState.ORGANISATIONAL else "left-before")
    if suppression == OPTED_OUT:
        return Judged(None, state, "opted-out")
    since = agreed_at or now
    entry = Entry(EVERYTHING, GIVEN, how, since, expiry(since, lasts_days))
    if entry.expires_at is not None and entry.expires_at <= now:
        return Judged(None, state, "consent-old")
    state = derive([*ledger, entry], now)
    if suppression:
        return Judged(entry, state, "suppressed", suppression=suppression)
    return Judged(entry, state, owes_introduction=state == ConsentState.INTRODUCTION)


def _is_entered(how: str, agreed_at: datetime | None, ledger: Sequence[Entry]) -> bool:
    if any(entry.action == WITHDRAWN for entry in ledger):
        return False
    same = [entry.at for entry in ledger if entry.how == how]
    return any(agreed_at is None or abs(at - agreed_at) < timedelta(days=1) for at in same)
