"""Calls through Africa's Talking: placing them, and reading the posts about them (africastalking.md A, B).

What a phone is told to do is written by `xml`. The provider's words are the two dictionaries at the top; only
`isActive` decides that a call is over (0.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gateway.channels.africastalking.client import Client, money
from gateway.channels.africastalking.fields import LONGEST_ID, note_unknown, optional, raw, required
from gateway.channels.africastalking.recipients import (
    Entry,
    match,
    raise_where_all_refused,
    refused_here,
    silent,
    word_of,
)
from gateway.channels.base import Handed, Outcome, VoiceEvent
from gateway.errors import CallbackInvalid, ChannelError, NumberRefused, ProviderRefused
from gateway.phones import Number

# entries[].status, africastalking.md B1
REFUSALS: dict[str, tuple[type[ChannelError], Outcome]] = {
    "InvalidPhoneNumber": (NumberRefused, Outcome.INVALID),
    "DestinationNotSupported": (NumberRefused, Outcome.FAILED),
    "InsufficientCredit": (ProviderRefused, Outcome.FAILED),
    "InsufficientBalance": (ProviderRefused, Outcome.FAILED),
}
# hangupCause, africastalking.md A4
CAUSES = {
    "NORMAL_CLEARING": Outcome.ANSWERED,
    "USER_BUSY": Outcome.BUSY,
    "NO_ANSWER": Outcome.NO_ANSWER,
    "NO_USER_RESPONSE": Outcome.NO_ANSWER,
    "CALL_REJECTED": Outcome.REJECTED,
    "SUBSCRIBER_ABSENT": Outcome.OFF,
    "USER_NOT_REGISTERED": Outcome.OFF,
    "ORIGINATOR_CANCEL": Outcome.FAILED,
    "LOSE_RACE": Outcome.FAILED,
    "NORMAL_TEMPORARY_FAILURE": Outcome.NETWORK,
    "RECOVERY_ON_TIMER_EXPIRE": Outcome.NETWORK,
    "SERVICE_UNAVAILABLE": Outcome.NETWORK,
    "UNALLOCATED_NUMBER": Outcome.INVALID,
    "UNSPECIFIED": Outcome.UNKNOWN,
}
# status of the last post, africastalking.md A2; used where no cause says more
STATUSES = {"Success": Outcome.ANSWERED, "NotAnswered": Outcome.NO_ANSWER, "Aborted": Outcome.FAILED}


class AfricasTalkingVoice:
    """Places calls; the VoiceChannel of this provider."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def place_calls(self, to: Sequence[Number], line: Number) -> list[Handed]:
        """Ring each number once, duplicates included once; one entry per number, same order.

        Raises ChannelError where no call was placed. A number that the provider left out, or to which it gave no
        call id, is ProviderSilent: wait for its callback before ringing again (africastalking.md B2).
        """
        handed = refused_here(to, self._client.is_loopback)
        asked = [number for number in dict.fromkeys(to) if number not in handed]
        if asked:
            placed = self._place(asked, line)
            raise_where_all_refused(placed)
            handed |= placed
        return [handed[number] for number in to]

    def _place(self, asked: list[Number], line: Number) -> dict[Number, Handed]:
        answer = self._client.voice.call(line, asked)
        reason = answer.get("errorMessage")
        if not answer.get("entries") and reason not in (None, "", "None"):
            raise ProviderRefused(f"the provider places no call: {word_of(reason)}", "call-refused")
        return match(asked, answer.get("entries"), "phoneNumber", _read_entry)


def _read_entry(number: Number, entry: Entry) -> Handed:
    status, provider_id = str(entry.get("status")), entry.get("sessionId")
    if status in REFUSALS:
        error, outcome = REFUSALS[status]
        return Handed(
            number, error=error(f"the provider refuses the call: {status}", status), outcome=outcome
        )
    if status != "Queued":
        note_unknown("call status", status)
    if not isinstance(provider_id, str) or provider_id in ("", "None") or len(provider_id) > LONGEST_ID:
        return silent(number)
    return Handed(number, provider_id=provider_id)


def parse_voice(form: Mapping[str, str]) -> VoiceEvent:
    """Read any post about a call; raises CallbackInvalid. A withheld number (sent empty) becomes "" (G)."""
    is_over = _one_of(form, "isActive", {"1": False, "0": True})
    return VoiceEvent(
        provider_id=required(form, "sessionId", LONGEST_ID),
        number=_caller(form),
        line=required(form, "destinationNumber", LONGEST_ID),
        is_inbound=_one_of(form, "direction", {"inbound": True, "outbound": False}),
        is_over=is_over,
        digits=_digits(form),
        recording_url=optional(form, "recordingUrl"),
        outcome=_outcome(form) if is_over else None,
        seconds=_seconds(form) if is_over else None,
        cost=money(optional(form, "amount"))[0] if is_over else None,
        currency=_currency(form) if is_over else None,
        raw=raw(form),
    )


def _one_of(form: Mapping[str, str], name: str, meanings: Mapping[str, bool]) -> bool:
    meaning = meanings.get(required(form, name).lower())
    if meaning is None:
        raise CallbackInvalid(f"{name} has an unknown value")
    return meaning


def _caller(form: Mapping[str, str]) -> str:
    if "callerNumber" not in form:
        raise CallbackInvalid("callerNumber is missing")
    return optional(form, "callerNumber", LONGEST_ID) or ""


def _digits(form: Mapping[str, str]) -> str | None:
    keys = optional(form, "dtmfDigits")
    if keys is None:
        return None
    # No isdigit, which takes "²" and Devanagari digits, too (reliability.md C2).
    if not re.fullmatch(r"[0-9*#]{1,32}", keys):
        raise CallbackInvalid("dtmfDigits has other characters than keys, or too many")
    # Whether the finish key is part of it is unverified; alone it is a key that somebody pressed.
    return keys.removesuffix("#") or "#"


def _outcome(form: Mapping[str, str]) -> Outcome:
    status, cause = optional(form, "status"), optional(form, "hangupCause")
    if status == "Success":  # answered, however it ended afterwards
        return Outcome.ANSWERED
    if cause is not None and cause not in CAUSES:
        note_unknown("hangup cause", cause)
    if status is not None and status not in STATUSES:
        note_unknown("call status", status)
    by_status = STATUSES.get(status or "", Outcome.UNKNOWN)
    if cause in (None, "NORMAL_CLEARING") and status is not None:
        return by_status
    return CAUSES.get(cause or "", by_status)


def _seconds(form: Mapping[str, str]) -> int | None:
    # A last post with an odd figure still ends the call: nothing here is worth refusing it.
    value = optional(form, "durationInSeconds") or ""
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else None


def _currency(form: Mapping[str, str]) -> str | None:
    value = optional(form, "currencyCode") or ""
    return value if re.fullmatch(r"[A-Z]{3}", value) else None
