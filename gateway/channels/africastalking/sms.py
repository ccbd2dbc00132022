"""SMS through Africa's Talking: sending, and reading what comes in, receipts and opt-outs (africastalking.md C).

The provider's words are the dictionaries at the top. HTTP success says nothing about anybody's message (0.8);
each number has its own answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.channels.africastalking.client import Client, money
from gateway.channels.africastalking.fields import (
    LONGEST_ID,
    clean,
    note_unknown,
    optional,
    raw,
    required,
    written,
)
from gateway.channels.africastalking.recipients import (
    Entry,
    match,
    raise_where_all_refused,
    refused_here,
    silent,
    word_of,
)
from gateway.channels.base import Handed, MessageArrived, MessageReported, OptedOut, Outcome
from gateway.errors import CallbackInvalid, ChannelError, NumberRefused, ProviderRefused, ProviderUnreachable
from gateway.phones import Number

# Recipients[].statusCode, africastalking.md C2
ACCEPTED = {100: "Processed", 101: "Sent", 102: "Queued"}
REFUSALS: dict[int, tuple[str, type[ChannelError], Outcome]] = {
    401: ("RiskHold", NumberRefused, Outcome.REJECTED),
    402: ("InvalidSenderId", ProviderRefused, Outcome.FAILED),
    403: ("InvalidPhoneNumber", NumberRefused, Outcome.INVALID),
    404: ("UnsupportedNumberType", NumberRefused, Outcome.FAILED),
    405: ("InsufficientBalance", ProviderRefused, Outcome.FAILED),
    406: ("UserInBlacklist", NumberRefused, Outcome.OPTED_OUT),
    407: ("CouldNotRoute", NumberRefused, Outcome.FAILED),
    409: ("DoNotDisturbRejection", NumberRefused, Outcome.REJECTED),
    500: ("InternalServerError", ProviderUnreachable, Outcome.NETWORK),
    501: ("GatewayError", ProviderUnreachable, Outcome.NETWORK),
    502: ("RejectedByGateway", ProviderUnreachable, Outcome.NETWORK),
}
# Older answers carry only the name (C2).
CODES = {"Success": 101, **{name: code for code, (name, _, _) in REFUSALS.items()}}
# status of a receipt: outcome and whether it is the last word, africastalking.md C4
RECEIPTS = {
    "Sent": (Outcome.SENT, False),
    "Submitted": (Outcome.SENT, False),
    "Buffered": (Outcome.SENT, False),
    "Success": (Outcome.DELIVERED, True),
    "Rejected": (Outcome.REJECTED, True),
    "Failed": (Outcome.FAILED, True),
    "Expired": (Outcome.OFF, True),
    "AbsentSubscriber": (Outcome.OFF, True),
}
# failureReason of Rejected and Failed, africastalking.md C4
FAILURES = {
    "InsufficientCredit": Outcome.FAILED,
    "InvalidLinkId": Outcome.FAILED,
    "UserIsInactive": Outcome.OFF,
    "UserInBlackList": Outcome.OPTED_OUT,
    "UserInBlacklist": Outcome.OPTED_OUT,  # the spelling of the send reply
    "UserAccountSuspended": Outcome.OFF,
    "NotNetworkSubscriber": Outcome.INVALID,
    "UserNotSubscribedToProduct": Outcome.REJECTED,
    "UserDoesNotExist": Outcome.INVALID,
    "DeliveryFailure": Outcome.FAILED,
}


class AfricasTalkingSms:
    """Hands SMS over; the SmsChannel of this provider. An empty `sender` is the provider's own."""

    def __init__(self, client: Client, sender: str = "") -> None:
        self._client = client
        self._sender = sender or None

    def send_sms(self, text: str, to: Sequence[Number]) -> list[Handed]:
        """Send one text to each number once; one entry per number, same order.

        The size of batches is the caller's. Raises ChannelError where nothing was sent, ValueError for no words.
        """
        words = clean(text)
        if not words.strip():
            raise ValueError("an SMS needs words")
        handed = refused_here(to, self._client.is_loopback)
        asked = [number for number in dict.fromkeys(to) if number not in handed]
        if asked:
            sent = self._send(words, asked)
            raise_where_all_refused(sent)
            handed |= sent
        return [handed[number] for number in to]

    def _send(self, words: str, asked: list[Number]) -> dict[Number, Handed]:
        answer = self._client.sms.send(words, asked, sender_id=self._sender, enqueue=True)
        report: Any = answer.get("SMSMessageData")
        report = report if isinstance(report, dict) else {}
        recipients, message = report.get("Recipients"), report.get("Message")
        if recipients == [] and message and not str(message).startswith("Sent to"):
            raise ProviderRefused(f"the provider sends nothing: {word_of(message)}", word_of(message))
        return match(asked, recipients, "number", _read_recipient)


def _read_recipient(number: Number, entry: Entry) -> Handed:
    code, provider_id = _code(entry.get("statusCode"), entry.get("status")), entry.get("messageId")
    cost, currency = money(entry.get("cost"))
    if code in REFUSALS:
        name, error, outcome = REFUSALS[code]
        refusal = error(f"the provider refuses the SMS: {name}")
        refusal.code = name
        return Handed(number, error=refusal, outcome=outcome, cost=cost, currency=currency)
    if code not in ACCEPTED:
        note_unknown("SMS status", str(entry.get("status")))
    if not isinstance(provider_id, str) or provider_id in ("", "None") or len(provider_id) > LONGEST_ID:
        return silent(number)
    return Handed(number, provider_id=provider_id, cost=cost, currency=currency)


def _code(written: object, status: object) -> int | None:
    if type(written) is int and 99 < written < 1000:  # as it nearly always is
        return written
    code = str(written)
    if code.isascii() and code.isdigit() and len(code) == 3:
        return int(code)
    return CODES.get(str(status))


def parse_sms(form: Mapping[str, str]) -> MessageArrived:
    """Read an SMS to one of our numbers, its words as they are; raises CallbackInvalid (C3)."""
    return MessageArrived(
        provider_id=required(form, "id", LONGEST_ID),
        number=required(form, "from", LONGEST_ID),
        line=required(form, "to", LONGEST_ID),
        text=written(form, "text"),
        raw=raw(form),
    )


def parse_receipt(form: Mapping[str, str]) -> MessageReported:
    """Read a receipt; an unknown status is *unknown* and not final. Raises CallbackInvalid (C4)."""
    status = required(form, "status")
    if status not in RECEIPTS:
        note_unknown("receipt status", status)
    outcome, is_final = RECEIPTS.get(status, (Outcome.UNKNOWN, False))
    reason = optional(form, "failureReason")
    if reason is not None and status in ("Rejected", "Failed"):
        if reason not in FAILURES:
            note_unknown("failure reason", reason)
        outcome = FAILURES.get(reason, outcome)
    return MessageReported(
        provider_id=required(form, "id", LONGEST_ID),
        number=optional(form, "phoneNumber", LONGEST_ID) or "",
        outcome=outcome,
        is_final=is_final,
        raw=raw(form),
    )


def parse_opt_out(form: Mapping[str, str]) -> OptedOut:
    """Read an opt-out, or the end or beginning of a subscription (`updateType`); raises CallbackInvalid (C5)."""
    change = (optional(form, "updateType") or "deletion").lower()
    if change not in ("addition", "deletion"):
        raise CallbackInvalid("updateType is neither addition nor deletion")
    number = required(form, "phoneNumber", LONGEST_ID)
    return OptedOut(number, is_out=change == "deletion", raw=raw(form))
