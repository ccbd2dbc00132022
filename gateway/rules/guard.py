"""May we contact this member, with this, now: the one question before every contact of ours.

Asked when a broadcast is planned, and again at the last instant before each attempt with facts fetched anew (rules.md
L1, issue item 11). Pure: the caller fetches a `Contact`, asks, then writes. The checks stand in one ordered table,
refusals before holds; what a reason for contact leaves out stands in another, each line with its source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import is_resting, permits
from gateway.rules.contact import Contact, Suppressed
from gateway.rules.silence import silent_until
from gateway.rules.verdicts import Allowed, Held, Reason, Refused
from gateway.rules.windows import is_open, local_day, next_opening, window_on

Verdict: TypeAlias = Allowed | Held | Refused

AUDIENCE = frozenset(
    {
        Reason.NUMBER_UNUSABLE,
        Reason.SUPPRESSED,
        Reason.OPTED_OUT,
        Reason.NO_CONSENT,
        Reason.NO_WORDS,
        Reason.LANGUAGE,
    }
)
"""Refusals that make the audience smaller. All others show as held or refused (contract: `broadcast create`)."""

_MEMBER_ASKED = frozenset(
    {
        Reason.NUMBER_UNUSABLE,
        Reason.SUPPRESSED,
        Reason.OPTED_OUT,
        Reason.NO_CONSENT,
        Reason.NOT_SCRUBBED,
        Reason.NOT_APPROVED,
        Reason.CONTENT_CHANGED,
        Reason.ATTEMPTS_USED,
        Reason.PAUSED,
        Reason.OUTSIDE_WINDOW,
        Reason.FREQUENCY_CAP,
    }
)
_ONE_TO_ONE = frozenset(
    {Reason.NOT_APPROVED, Reason.CONTENT_CHANGED, Reason.PAUSED, Reason.FREQUENCY_CAP, Reason.ATTEMPTS_USED}
)
WAIVED: Mapping[ContactReason, frozenset[Reason]] = {
    ContactReason.BROADCAST: frozenset(),
    # A ring is a request, whatever was said before, also by strangers: voice_design.md 1.3 and D30, at any hour.
    ContactReason.RING: _MEMBER_ASKED,
    # A text of theirs came a moment ago; STOP too is confirmed once (rules.md L6).
    ContactReason.REPLY: _MEMBER_ASKED,
    # The report asked for an answer, so strangers get theirs too; it keeps the window (issue, item 10).
    ContactReason.ANSWER: _ONE_TO_ONE | {Reason.NO_CONSENT},
    # So does the word that it is not forgotten, and the question to say the rest of it (journeys.md M2; demo_data.md 6.5).
    ContactReason.INTERIM: _ONE_TO_ONE | {Reason.NO_CONSENT},
    ContactReason.GO_ON: _ONE_TO_ONE | {Reason.NO_CONSENT},
    # Danger: the unit named this number to be rung, day and night (issue, item 6; journeys.md M2).
    ContactReason.DUTY: _MEMBER_ASKED - {Reason.NUMBER_UNUSABLE} | {Reason.BUDGET},
    # Staff asked to be rung on their own phone before anything is approved (issue, item 11).
    ContactReason.TEST: _MEMBER_ASKED - {Reason.NUMBER_UNUSABLE} | {Reason.NO_CERTIFICATE},
    # Somebody said that the member has a new number; the old one is asked once, in hours and with consent (journeys.md M6).
    ContactReason.NUMBER_CHANGE: _ONE_TO_ONE,
    # A coordinator's word allows one call that asks (contract: CSV files); its words are the catalogue's own.
    ContactReason.INTRODUCTION: frozenset({Reason.NOT_APPROVED, Reason.CONTENT_CHANGED}),
    # The evening's question to a unit's lead: in hours and with consent. It is no broadcast and no part of their caps
    # (L9): it has its own, one question a day and at most two calls to a lead (`gateway.days`).
    ContactReason.DAILY: _ONE_TO_ONE,
    # The day's roll-up, which a person of staff asked for on their own phone; in hours, and not after a STOP from it.
    ContactReason.BRIEF: _ONE_TO_ONE | {Reason.NO_CONSENT},
}


def may_contact(contact: Contact) -> Verdict:
    """Judge one contact at `contact.at`; the first check that objects decides.

    Held: paused (until staff resume), silence, window, frequency cap (each with the instant to ask again), budget. All else
    is refused for good. The demo's `open_all_day` opens windows only; emergency class has no hours and no frequency cap.
    A court's order outlasts every request, and the house's switch (reliability.md C16) stops everything but danger.
    """
    waived = WAIVED[contact.reason]
    for reason, objects in _CHECKS:
        verdict = None if reason in waived else objects(contact)
        if verdict is not None:
            return verdict
    return Allowed()


def _by_court(contact: Contact) -> Refused | None:
    return Refused(Reason.SUPPRESSED) if contact.suppressed is Suppressed.COURT else None


def _switched_off(contact: Contact) -> Held | None:
    is_danger = contact.reason is ContactReason.DUTY
    return Held(Reason.PAUSED) if contact.is_switched_off and not is_danger else None


def _unusable(contact: Contact) -> Refused | None:
    return None if contact.is_usable else Refused(Reason.NUMBER_UNUSABLE)


def _suppressed(contact: Contact) -> Refused | None:
    # Who has told us to ring outweighs what they told the register (rules.md L8).
    is_exempt = contact.suppressed is Suppressed.DO_NOT_DISTURB and contact.is_proven
    return Refused(Reason.SUPPRESSED) if contact.suppressed and not is_exempt else None


def _opted_out(contact: Contact) -> Refused | None:
    return Refused(Reason.OPTED_OUT) if contact.is_opted_out else None


def _no_consent(contact: Contact) -> Refused | None:
    is_introduction = contact.reason is ContactReason.INTRODUCTION
    agrees = permits(contact.consent, contact.message_class, is_introduction)
    used_up = is_introduction and contact.is_introduced
    return None if agrees and not used_up else Refused(Reason.NO_CONSENT)


def _not_scrubbed(contact: Contact) -> Refused | None:
    days = contact.profile.scrub_days.get(contact.message_class)
    if days is None or contact.is_proven:
        return None
    age = None if contact.scrubbed_at is None else contact.at - contact.scrubbed_at
    return Refused(Reason.NOT_SCRUBBED) if age is None or age > timedelta(days=days) else None


def _resting(contact: Contact) -> Refused | None:
    if contact.reason is not ContactReason.INTRODUCTION:
        return None
    is_too_soon = is_resting(contact.left_at, contact.profile.rest_days, contact.at)
    return Refused(Reason.RESTING) if is_too_soon else None


def _long_silence(contact: Contact) -> Refused | None:
    """Who has not picked up for weeks is left to the coordinator, who visits (voice_design.md D33); danger still rings."""
    is_round = contact.reason is ContactReason.BROADCAST and contact.kind is Kind.VOICE
    is_danger = contact.message_class is MessageClass.EMERGENCY
    return Refused(Reason.LONG_SILENCE) if contact.is_silent and is_round and not is_danger else None


def _no_words(contact: Contact) -> Refused | None:
    return None if contact.has_words else Refused(Reason.NO_WORDS)


def _language(contact: Contact) -> Refused | None:
    allowed = contact.profile.languages[contact.message_class]
    return None if allowed is None or contact.language in allowed else Refused(Reason.LANGUAGE)


def _stopped(contact: Contact) -> Refused | None:
    return Refused(Reason.STOPPED) if contact.is_stopped else None


def _expired(contact: Contact) -> Refused | None:
    is_over = contact.expires_at is not None and contact.at >= contact.expires_at
    return Refused(Reason.EXPIRED) if is_over else None


def _not_approved(contact: Contact) -> Refused | None:
    return None if contact.approved_hash else Refused(Reason.NOT_APPROVED)


def _content_changed(contact: Contact) -> Refused | None:
    return None if contact.approved_hash == contact.content_hash else Refused(Reason.CONTENT_CHANGED)


def _no_certificate(contact: Contact) -> Refused | None:
    if contact.message_class is not MessageClass.CAMPAIGN:
        return None
    certificate = contact.certificate
    if certificate is None or not certificate.is_complete or contact.at >= certificate.valid_until:
        return Refused(Reason.NO_CERTIFICATE)
    is_same = certificate.content_hash == contact.content_hash
    return None if is_same else Refused(Reason.CONTENT_CHANGED)


def _attempts_used(contact: Contact) -> Refused | None:
    is_used = contact.used.attempts_in_broadcast >= contact.caps.attempts_in_broadcast
    return Refused(Reason.ATTEMPTS_USED) if is_used else None


def _paused(contact: Contact) -> Held | None:
    return Held(Reason.PAUSED) if contact.is_paused else None


def _silence(contact: Contact) -> Held | None:
    end = silent_until(contact.silences, contact.unit_path, contact.message_class, contact.at)
    return None if end is None else Held(Reason.SILENCE_PERIOD, _opening_from(contact, end))


def _outside_window(contact: Contact) -> Held | None:
    if is_open(contact.profile, contact.message_class, contact.at, contact.open_all_day):
        return None
    return Held(Reason.OUTSIDE_WINDOW, _opening_from(contact, contact.at))


def _frequency(contact: Contact) -> Held | None:
    if contact.message_class is MessageClass.EMERGENCY or contact.used.is_within(contact.caps):
        return None
    tomorrow = local_day(contact.profile, contact.at) + timedelta(days=1)
    opens, _ = window_on(contact.profile, contact.message_class, tomorrow, open_all_day=contact.open_all_day)
    return Held(Reason.FREQUENCY_CAP, opens)


def _budget(contact: Contact) -> Held | None:
    return None if contact.has_budget else Held(Reason.BUDGET)


def _opening_from(contact: Contact, at: datetime) -> datetime:
    if Reason.OUTSIDE_WINDOW in WAIVED[contact.reason]:
        return at
    return next_opening(contact.profile, contact.message_class, at, contact.open_all_day)


_Check: TypeAlias = Callable[[Contact], Held | Refused | None]
_CHECKS: tuple[tuple[Reason | None, _Check], ...] = (
    (None, _by_court),  # no reason for contact leaves this one out
    (Reason.NUMBER_UNUSABLE, _unusable),
    (Reason.SUPPRESSED, _suppressed),
    (Reason.OPTED_OUT, _opted_out),
    (Reason.NO_CONSENT, _no_consent),
    (Reason.RESTING, _resting),
    (Reason.LONG_SILENCE, _long_silence),
    (Reason.NOT_SCRUBBED, _not_scrubbed),
    (Reason.NO_WORDS, _no_words),
    (Reason.LANGUAGE, _language),
    (Reason.STOPPED, _stopped),
    (Reason.EXPIRED, _expired),
    (Reason.NOT_APPROVED, _not_approved),
    (Reason.CONTENT_CHANGED, _content_changed),
    (Reason.NO_CERTIFICATE, _no_certificate),
    (Reason.ATTEMPTS_USED, _attempts_used),
    (None, _switched_off),
    (Reason.PAUSED, _paused),
    (Reason.SILENCE_PERIOD, _silence),
    (Reason.OUTSIDE_WINDOW, _outside_window),
    (Reason.FREQUENCY_CAP, _frequency),
    (Reason.BUDGET, _budget),
)
