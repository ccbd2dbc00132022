"""The contract every provider adapter keeps: narrow protocols and the frozen types that cross the border.

Adapters translate foreign words to these and nothing else; they know no table, no flow's content and no Flask.
Rooms call `SmsChannel`, `VoiceChannel` and `LookUp` from workers only, outside any unit of work; `web` calls `Callbacks`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from flows.steps import Wait
from gateway.errors import ChannelError
from gateway.phones import Number


class Outcome(enum.StrEnum):
    """How a call or an SMS ended, in our words; providers' words are mapped to these by dictionaries."""

    ANSWERED = "answered"
    DELIVERED = "delivered"
    SENT = "sent"  # SMS: taken by the network, no final word yet
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    OFF = "off"
    INVALID = "invalid"
    NETWORK = "network"
    OPTED_OUT = "opted_out"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Handed(NamedTuple):
    """What the provider said of one number: taken (`provider_id`) or refused (`error`). A thousand come at once."""

    number: Number
    provider_id: str | None = None
    error: ChannelError | None = None
    outcome: Outcome | None = None  # of a refusal, where it tells the cause
    cost: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True)
class VoiceEvent:
    """Any post about a call. `number` is the member's as sent (not yet parsed), `line` ours.

    `is_over` alone says that the call has ended (africastalking.md 0.3). `digits`, `recording_url` are None where
    the provider sent none. `outcome`, `seconds`, `cost` are set only on the last post.
    """

    provider_id: str
    number: str
    line: str
    is_inbound: bool
    is_over: bool
    digits: str | None = None
    recording_url: str | None = None
    outcome: Outcome | None = None
    seconds: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class MessageArrived:
    """An SMS from somebody to one of our numbers."""

    provider_id: str
    number: str
    line: str
    text: str
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class MessageReported:
    """A receipt for an SMS of ours. `is_final` receipts beat others; the first final wins (C4)."""

    provider_id: str
    number: str
    outcome: Outcome
    is_final: bool
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class OptedOut:
    """The network tells us that this number wants nothing more from us.

    `is_out` is False where it tells of the opposite, a subscription begun: kept, and no consent of ours.
    """

    number: str
    is_out: bool = True
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class UssdStep:
    """One input of a USSD session; `text` is all inputs so far joined by `*` (africastalking.md D).

    `outcome`, `seconds` and `cost` are set only on the post that tells of its end.
    """

    provider_id: str
    number: str
    service_code: str
    text: str
    is_over: bool = False
    outcome: Outcome | None = None
    seconds: int | None = None
    cost: Decimal | None = None
    currency: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Speech:
    """One stretch of sound for a reply: a clip's URL, else text for the provider's own voice."""

    text: str
    language: str
    clip_url: str | None = None


@dataclass(frozen=True)
class Reply:
    """The body that answers a provider's post."""

    body: str
    content_type: str


class VoiceChannel(Protocol):
    """Places calls. One entry per number of `to`, same order; raises ChannelError where none was placed."""

    def place_calls(self, to: Sequence[Number], line: Number) -> list[Handed]: ...


class SmsChannel(Protocol):
    """Hands over one text for many numbers. One entry per number, same order; raises ChannelError."""

    def send_sms(self, text: str, to: Sequence[Number]) -> list[Handed]: ...


@dataclass(frozen=True)
class Known:
    """One call or SMS that the provider took from us, as it tells when it is asked; `last` is its last word, None so far."""

    provider_id: str
    last: VoiceEvent | MessageReported | None = None


class LookUp(Protocol):
    """Tells what became of what we handed over: optional, for providers that can be asked (reliability.md A3).

    Everything of this kind (voice, sms) to each number since its instant, the first first; none: it surely took nothing. A
    number that is left out of the answer is not known of at all. Raises ChannelError.
    """

    def find(self, kind: str, since: Mapping[Number, datetime]) -> Mapping[Number, list[Known]]: ...


class Callbacks(Protocol):
    """Reads a provider's posts and writes the answers; pure. Each parser raises CallbackInvalid."""

    def parse_voice(self, form: Mapping[str, str]) -> VoiceEvent: ...

    def parse_sms(self, form: Mapping[str, str]) -> MessageArrived: ...

    def parse_receipt(self, form: Mapping[str, str]) -> MessageReported: ...

    def parse_opt_out(self, form: Mapping[str, str]) -> OptedOut: ...

    def parse_ussd(self, form: Mapping[str, str]) -> UssdStep: ...

    def render(self, speech: Speech | None, wait: Wait | None, callback_url: str) -> Reply: ...

    def decline(self) -> Reply: ...

    def ussd_reply(self, screen: str, goes_on: bool) -> Reply: ...
