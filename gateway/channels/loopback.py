"""A provider that delivers to a list: for tests and dry runs. Nothing leaves the process.

Answers are scripted per number or for the next request; without a script each number is taken. Its posts speak our
own words (the names of the fields of `base`), so that a room's test needs no provider's dialect.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from flows.steps import Wait, WaitDigits
from gateway.channels.base import (
    Handed,
    Known,
    MessageArrived,
    MessageReported,
    OptedOut,
    Outcome,
    Reply,
    Speech,
    UssdStep,
    VoiceEvent,
)
from gateway.errors import CallbackInvalid, ChannelError
from gateway.phones import Number

PLAIN = "text/plain"


@dataclass(frozen=True)
class Placed:
    """One call that was asked for."""

    number: Number
    line: Number
    provider_id: str | None


@dataclass(frozen=True)
class Sent:
    """One SMS that was handed over."""

    number: Number
    text: str
    provider_id: str | None


@dataclass
class Script:
    """What the loopback answers: `refusals` for a number at every try, `failures` for the next requests in turn."""

    refusals: dict[Number, Handed] = field(default_factory=dict)
    failures: list[ChannelError] = field(default_factory=list)

    def refuse(self, number: Number, error: ChannelError, outcome: Outcome | None = None) -> None:
        """Refuse this number from now on."""
        self.refusals[number] = Handed(number, error=error, outcome=outcome)

    def fail(self, error: ChannelError) -> None:
        """Let the next request fail as a whole; several are used up in order."""
        self.failures.append(error)

    def answer(self, to: Sequence[Number], ids: itertools.count[int], prefix: str) -> list[Handed]:
        """Answer one request; a number that stands twice in it gets one answer."""
        if self.failures:
            raise self.failures.pop(0)
        taken = {number: Handed(number, provider_id=f"{prefix}-{next(ids)}") for number in dict.fromkeys(to)}
        return [self.refusals.get(number, taken[number]) for number in to]


class LoopbackVoice:
    """Keeps calls in `placed`, in order."""

    def __init__(self) -> None:
        self.placed: list[Placed] = []
        self.script = Script()
        self._ids = itertools.count(1)

    def place_calls(self, to: Sequence[Number], line: Number) -> list[Handed]:
        """Take the calls, or answer as scripted; one entry per number, same order."""
        handed = self.script.answer(to, self._ids, "loop-call")
        known = {each.number: each for each in handed if each.error is None}
        self.placed += [Placed(number, line, each.provider_id) for number, each in known.items()]
        return handed


class LoopbackSms:
    """Keeps SMS in `sent`, in order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.script = Script()
        self._ids = itertools.count(1)

    def send_sms(self, text: str, to: Sequence[Number]) -> list[Handed]:
        """Take the SMS, or answer as scripted; one entry per number, same order."""
        if not text.strip():
            raise ValueError("an SMS needs words")
        handed = self.script.answer(to, self._ids, "loop-sms")
        known = {each.number: each for each in handed if each.error is None}
        self.sent += [Sent(number, text, each.provider_id) for number, each in known.items()]
        return handed


class LoopbackLookUp:
    """Tells what a test has told it; of anybody else it says nothing at all."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, Number], list[Known]] = {}
        self.asked: list[tuple[str, Number]] = []

    def find(self, kind: str, since: Mapping[Number, datetime]) -> Mapping[Number, list[Known]]:
        """Return what is known of these numbers."""
        self.asked += [(kind, number) for number in since]
        return {number: self.known[kind, number] for number in since if (kind, number) in self.known}


class LoopbackCallbacks:
    """Reads posts whose fields are named as ours, and answers in plain lines that a test can read."""

    def parse_voice(self, form: Mapping[str, str]) -> VoiceEvent:
        """Read `provider_id, number, line, is_inbound, is_over` (yes/no) and, where given, the rest."""
        event = VoiceEvent(
            provider_id=_needed(form, "provider_id"),
            number=_needed(form, "number"),
            line=_needed(form, "line"),
            is_inbound=_yes(form, "is_inbound"),
            is_over=_yes(form, "is_over"),
            digits=form.get("digits") or None,
            recording_url=form.get("recording_url") or None,
            raw=dict(form),
        )
        if not event.is_over:
            return event
        return replace(event, outcome=_outcome(form), seconds=_seconds(form))

    def parse_sms(self, form: Mapping[str, str]) -> MessageArrived:
        """Read `provider_id, number, line, text`."""
        provider_id, number = _needed(form, "provider_id"), _needed(form, "number")
        return MessageArrived(
            provider_id, number, _needed(form, "line"), _needed(form, "text"), raw=dict(form)
        )

    def parse_receipt(self, form: Mapping[str, str]) -> MessageReported:
        """Read `provider_id, number, outcome, is_final`."""
        provider_id, number = _needed(form, "provider_id"), _needed(form, "number")
        return MessageReported(provider_id, number, _outcome(form), _yes(form, "is_final"), raw=dict(form))

    def parse_opt_out(self, form: Mapping[str, str]) -> OptedOut:
        """Read `number`."""
        return OptedOut(_needed(form, "number"), raw=dict(form))

    def parse_ussd(self, form: Mapping[str, str]) -> UssdStep:
        """Read `provider_id, number, service_code, text`; at the end also `is_over` and `outcome`."""
        provider_id, number, code = (
            _needed(form, name) for name in ("provider_id", "number", "service_code")
        )
        step = UssdStep(provider_id, number, code, form.get("text", ""), raw=dict(form))
        if "is_over" not in form:
            return step
        return replace(step, is_over=_yes(form, "is_over"), outcome=_outcome(form), seconds=_seconds(form))

    def render(self, speech: Speech | None, wait: Wait | None, callback_url: str) -> Reply:
        """Write `play URL` or `say text`, then `digits N` or `record N`, then `then URL`, a line each."""
        lines = (
            [] if speech is None else [f"play {speech.clip_url}" if speech.clip_url else f"say {speech.text}"]
        )
        if wait is not None:
            listen = f"digits {wait.count}" if isinstance(wait, WaitDigits) else f"record {wait.max_seconds}"
            lines += [listen, f"then {callback_url}"]
        return Reply("\n".join(lines), PLAIN)

    def decline(self) -> Reply:
        """Write `decline`."""
        return Reply("decline", PLAIN)

    def ussd_reply(self, screen: str, goes_on: bool) -> Reply:
        """Write `ask screen`, or `end screen`."""
        return Reply(f"{'ask' if goes_on else 'end'} {screen}", PLAIN)


def _needed(form: Mapping[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise CallbackInvalid(f"{name} is missing")
    return value


def _yes(form: Mapping[str, str], name: str) -> bool:
    value = _needed(form, name)
    if value not in ("yes", "no"):
        raise CallbackInvalid(f"{name} has an unknown value")
    return value == "yes"


def _outcome(form: Mapping[str, str]) -> Outcome:
    try:
        return Outcome(_needed(form, "outcome"))
    except ValueError as error:
        raise CallbackInvalid("outcome has an unknown value") from error


def _seconds(form: Mapping[str, str]) -> int:
    value = form.get("seconds", "0")
    if not re.fullmatch("[0-9]{1,6}", value):
        raise CallbackInvalid("seconds has an unknown value")
    return int(value)
